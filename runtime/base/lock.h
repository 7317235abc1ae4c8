/*
 * Lock: guards a few words for a few instructions.
 *
 * Held only while lists and counters change, never across a wake, a drop or a
 * system call, so a waiter spins a little and then lets other threads run.
 * One atomic exchange when nobody else is there, which a mutex of the system
 * can't match; not fair, and not for anything longer.
 */
#ifndef RT_BASE_LOCK_H
#define RT_BASE_LOCK_H

#include <stdbool.h>

#include "base/atomic.h"

struct rt_lock {
    RT_ATOMIC(bool) is_held; /* zero bytes are a free lock */
};

/* The rest of an acquire that found it held. */
void rt_lock_wait(struct rt_lock *lock);

/* Waits until nobody holds the lock, and takes it. Not twice by a thread. */
static inline void rt_lock_acquire(struct rt_lock *lock)
{
    if (rt_is_alone()) {
        /* Set all the same: a thread may be created before the release. */
        atomic_store_explicit(&lock->is_held, true, memory_order_relaxed);
        return;
    }
    /* Acquire pairs with the release of who had it before. */
    if (atomic_exchange_explicit(&lock->is_held, true, memory_order_acquire)) {
        rt_lock_wait(lock);
    }
}

/* Gives the lock back. By the thread that holds it. */
static inline void rt_lock_release(struct rt_lock *lock)
{
    atomic_store_explicit(&lock->is_held, false, memory_order_release);
}

#endif
