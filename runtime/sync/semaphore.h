/*
 * Semaphore: so many permits, handed out in the order of asking.
 *
 * Fair: while somebody waits, permits that are given back are kept for the
 * first in the queue, until there are as many as it has asked for; nobody can
 * barge in between. Dropping a pending acquire lets the next one go on. Any
 * thread may use it. The mutex and the read-write lock are made of it.
 */
#ifndef RT_SYNC_SEMAPHORE_H
#define RT_SYNC_SEMAPHORE_H

#include <errno.h>
#include <stdint.h>

#include "sync/waiters.h"

struct rt_semaphore {
    struct rt_waiters waiters;
    uint32_t permits; /* guarded by their lock, like the rest: that are free */
    bool is_closed;
};

struct rt_acquire {
    union {
        struct rt_future future;
        struct rt_wait wait;
    };
    uint32_t permits; /* asked for */
    int result;       /* when ready: 0, the permits are the caller's; -EPIPE,
                         the semaphore was closed */
};

/* Permits that know where they come from, so that any task can end them. */
struct rt_permit {
    struct rt_semaphore *semaphore; /* borrowed; NULL: released */
    uint32_t permits;
};

/* With so many free permits. Nothing to deinit. */
void rt_semaphore_init(struct rt_semaphore *semaphore, uint32_t permits);

extern const struct rt_wait_ops rt_acquire_ops;

/* A future that is ready when the permits are had. */
static inline struct rt_acquire
rt_semaphore_acquire(struct rt_semaphore *semaphore, uint32_t permits)
{
    return (struct rt_acquire){
        .wait = rt_wait_make(&rt_acquire_ops, &semaphore->waiters),
        .permits = permits,
        .result = -EINPROGRESS,
    };
}

/* Takes them now: 0, -EAGAIN when that must wait, -EPIPE when closed. */
int rt_semaphore_try_acquire(struct rt_semaphore *semaphore, uint32_t permits);

/* Gives permits back, or adds new ones. */
void rt_semaphore_release(struct rt_semaphore *semaphore, uint32_t permits);

/*
 * What an acquire with result 0 has got, as a thing to keep, or to hand to
 * another task. Whoever has it in the end releases it; a second time is
 * harmless.
 */
struct rt_permit rt_acquire_own(const struct rt_acquire *acquire);
void rt_permit_release(struct rt_permit *permit);

/* Takes away up to so many free permits for good; returns how many. */
uint32_t rt_semaphore_forget(struct rt_semaphore *semaphore, uint32_t permits);

/* No more permits for anybody: all waiters get -EPIPE. */
void rt_semaphore_close(struct rt_semaphore *semaphore);

/*
 * Permits that nobody has; also those that are kept for who waits for more.
 * When others use it, the number is past by the return.
 */
uint32_t rt_semaphore_available(struct rt_semaphore *semaphore);

#endif
