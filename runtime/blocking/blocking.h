/*
 * Spawn blocking: runs a function that blocks on a thread of its own kind.
 *
 * A task must not block its thread: no other task would run. So a function
 * that does (a long computation, a call that waits) runs on the blocking pool,
 * and the task awaits it:
 *
 *     self->digest = rt_spawn_blocking(compute_digest, self->input);
 *     RT_AWAIT(self->digest);
 *     if (self->digest.error == 0) { ... self->digest.result ... }
 *
 * The function may block, may spawn tasks, and may wait for futures with
 * rt_thread_block_on. Once it runs, nothing stops it: what its argument points
 * to must live until it has returned, also when the future is dropped before.
 * A clock that stands still is not moved while such a function is out.
 */
#ifndef RT_BLOCKING_BLOCKING_H
#define RT_BLOCKING_BLOCKING_H

#include <stdbool.h>
#include <stdint.h>

#include "future/future.h"

struct rt_blocking_call; /* the job, on the heap */

struct rt_blocking {
    struct rt_future future;
    struct rt_blocking_call *call; /* owned: one reference; or NULL */
    intptr_t result;               /* when error is 0: what it returned */
    int error; /* when ready: 0; -ECANCELED, it never ran; or why it could not
                  be spawned: -ENOMEM, -EAGAIN (no thread) */
};

/*
 * Hands the function to the pool of the current runtime at once; the future
 * is ready when it has returned. Dropping the future lets it run on.
 */
struct rt_blocking rt_spawn_blocking(intptr_t (*function)(void *argument),
                                     void *argument)
    __attribute__((warn_unused_result));

/*
 * Cancels the function if it has not begun; the future can still be awaited.
 * False: it runs, or has run.
 */
bool rt_blocking_abort(struct rt_blocking *blocking);

#endif
