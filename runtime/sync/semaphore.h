/*
 * Semaphore: so many permits, handed out in the order of asking.
 *
 * Fair: while somebody waits, a permit that is given back goes to the first
 * in the queue, and nobody can barge in between. A waiter that asks for many
 * collects them as they come, so it can't starve. Dropping a pending acquire
 * passes on what it had collected. Any thread may use it.
 *
 * The mutex, the read-write lock and the bounded channel are built on it.
 */
#ifndef RT_SYNC_SEMAPHORE_H
#define RT_SYNC_SEMAPHORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/list.h"
#include "base/lock.h"
#include "future/future.h"

enum {
    RT_SEMAPHORE_CLOSED = 1,  /* set once, by close */
    RT_SEMAPHORE_WAITERS = 2, /* set while the queue is not empty, under the
                                 lock; then there are no free permits */
    RT_SEMAPHORE_ONE = 4,     /* the free permits are counted from here up */
};

struct rt_semaphore {
    RT_ATOMIC(uint64_t) state; /* free permits and flags */
    struct rt_lock lock;
    struct rt_list waiters; /* guarded by lock: of struct rt_acquire */
};

struct rt_acquire {
    struct rt_future future;
    struct rt_semaphore *semaphore; /* borrowed */
    struct rt_list node;            /* guarded by its lock, like the rest */
    struct rt_waker waker;          /* owned */
    uint32_t permits;               /* asked for */
    uint32_t missing;               /* still to be collected */
    bool is_queued;                 /* has been in the queue */
    int result; /* -EINPROGRESS until ready; then 0, the permits are the
                   caller's, or -EPIPE, the semaphore was closed */
};

/* With so many free permits, fewer than 2^32. Nothing to deinit. */
void rt_semaphore_init(struct rt_semaphore *semaphore, uint32_t permits);

/* A future that is ready when the permits are had. */
struct rt_acquire rt_semaphore_acquire(struct rt_semaphore *semaphore,
                                       uint32_t permits);

/* Takes them now: 0, -EAGAIN when that must wait, -EPIPE when closed. */
int rt_semaphore_try_acquire(struct rt_semaphore *semaphore, uint32_t permits);

/* Gives permits back, or adds new ones. */
void rt_semaphore_release(struct rt_semaphore *semaphore, uint32_t permits);

/* Takes away up to so many free permits for good; returns how many. */
uint32_t rt_semaphore_forget(struct rt_semaphore *semaphore, uint32_t permits);

/* No more permits for anybody: all waiters get -EPIPE. */
void rt_semaphore_close(struct rt_semaphore *semaphore);

/* True after rt_semaphore_close. */
bool rt_semaphore_is_closed(const struct rt_semaphore *semaphore);
/* Free permits; when others use it, the number is past by the return. */
uint32_t rt_semaphore_available(const struct rt_semaphore *semaphore);

#endif
