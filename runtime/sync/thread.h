/*
 * Thread: drives a future from a thread that is no part of a runtime.
 *
 * The smallest executor there is: poll, sleep until woken, poll. For channels
 * between ordinary threads and tasks. The future must need no timer and no
 * socket, since there is no driver here.
 */
#ifndef RT_SYNC_THREAD_H
#define RT_SYNC_THREAD_H

#include "future/future.h"

/*
 * Blocks this thread until the future (borrowed) is ready, and drops it. 0; or
 * -ENOMEM, and it was dropped without a poll. Stops the program when this
 * thread is inside of a runtime, and no thread for blocking work: it would
 * block all of its tasks.
 */
int rt_thread_block_on(struct rt_future *future);

#endif
