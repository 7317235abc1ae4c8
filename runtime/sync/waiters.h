/*
 * Waiters: a queue of futures, and the lock of what they wait for.
 *
 * Permits, a value, the end of a round: whatever a future waits for is guarded
 * by the same lock as the queue. So to look and, if it is not so yet, to queue
 * is one step, and no change can come in between: that is how no wake is
 * lost. Who changes it takes the lock as well, takes wakers out of the queue,
 * and wakes when the lock is free again, since a wake may run any code.
 *
 * All that tasks wait for in this folder is made of it.
 */
#ifndef RT_SYNC_WAITERS_H
#define RT_SYNC_WAITERS_H

#include <stdbool.h>

#include "base/list.h"
#include "base/lock.h"
#include "base/memory.h"
#include "future/future.h"

struct rt_waiters {
    struct rt_lock lock;
    struct rt_list queue; /* guarded by lock: of struct rt_wait */
};

/* In the frame of a future that waits. Zero bytes are one that doesn't yet. */
struct rt_wait {
    struct rt_list node;   /* guarded by the lock, like the rest */
    struct rt_waker waker; /* owned; there exactly while it is in the queue */
    bool was_picked;       /* it is its turn, and it has not said so yet */
    bool was_queued;       /* and may still be; for its own thread */
};

/* Nobody waits. Nothing to deinit. */
static inline void rt_waiters_init(struct rt_waiters *waiters)
{
    waiters->lock = (struct rt_lock){0};
    rt_list_init(&waiters->queue);
}

/* Who has waited longest, or NULL. */
static inline struct rt_wait *
rt_waiters_first_locked(const struct rt_waiters *waiters)
{
    return rt_list_is_empty(&waiters->queue)
               ? NULL
               : RT_CONTAINER_OF(waiters->queue.next, struct rt_wait, node);
}

/*
 * Queues behind the others, or stays in its place with a new waker. Returns
 * the waker that was there, owned: drop it when the lock is free.
 */
static inline struct rt_waker rt_wait_join_locked(struct rt_waiters *waiters,
                                                  struct rt_wait *wait,
                                                  const struct rt_waker *waker)
{
    struct rt_waker old = wait->waker;

    if (!old.ops) {
        rt_list_push_back(&waiters->queue, &wait->node);
        wait->was_queued = true;
    } else if (rt_waker_is_same(&old, waker)) {
        return RT_NO_WAKER;
    }
    wait->waker = rt_waker_clone(waker);
    return old;
}

/*
 * Takes it out of the queue, if it is there. Returns its waker, owned: wake or
 * drop it when the lock is free.
 */
static inline struct rt_waker rt_wait_leave_locked(struct rt_wait *wait)
{
    struct rt_waker own = wait->waker;

    if (own.ops) {
        rt_list_remove(&wait->node);
        wait->waker = RT_NO_WAKER;
    }
    return own;
}

/* The same, and its next poll finds that it was picked. */
static inline struct rt_waker rt_wait_pick_locked(struct rt_wait *wait)
{
    wait->was_picked = true;
    return rt_wait_leave_locked(wait);
}

/* True, once, for one that was picked. */
static inline bool rt_wait_take_pick_locked(struct rt_wait *wait)
{
    bool was_picked = wait->was_picked;

    wait->was_picked = false;
    return was_picked;
}

/* Gives up the lock, which is held, and wakes all who are queued now. */
void rt_waiters_unlock_and_wake(struct rt_waiters *waiters);

/*
 * The poll of a future that waits until something is so: is_so looks under
 * the lock, and may take what it finds. wait is in the future's frame; its
 * drop calls rt_wait_drop.
 */
static inline enum rt_poll rt_wait_poll(struct rt_waiters *waiters,
                                        struct rt_wait *wait,
                                        struct rt_future *future,
                                        bool (*is_so)(struct rt_future *future),
                                        struct rt_context *cx)
{
    struct rt_waker old;
    bool is_ready;

    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    rt_lock_acquire(&waiters->lock);
    is_ready = is_so(future);
    if (is_ready) {
        old = rt_wait_leave_locked(wait);
        wait->was_queued = false;
    } else {
        old = rt_wait_join_locked(waiters, wait, cx->waker);
    }
    rt_lock_release(&waiters->lock);
    rt_waker_drop(&old);
    return is_ready ? RT_READY : RT_PENDING;
}

/* Takes it out of the queue, if it may be there. Not with the lock held. */
void rt_wait_drop(struct rt_waiters *waiters, struct rt_wait *wait);

#endif
