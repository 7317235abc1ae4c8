/*
 * Waiters: a queue of futures, and the lock of what they wait for.
 *
 * Permits, a value, the end of a round: whatever a future waits for is guarded
 * by the same lock as the queue. So to look and, if it is not so yet, to queue
 * is one step, and no change can come in between: that is how no wake is
 * lost. Who changes it takes the lock as well, takes wakers out of the queue,
 * and wakes when the lock is free again, since a wake may run any code.
 *
 * All that tasks wait for in this folder is made of it. A wait is a future;
 * each kind adds what it needs behind it:
 *
 *     struct rt_notified {
 *         union {
 *             struct rt_future future;    what RT_AWAIT looks for
 *             struct rt_wait wait;        begins with that future
 *         };
 *         ...
 *     };
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

struct rt_wait {
    struct rt_future future;
    struct rt_waiters *waiters; /* borrowed */
    struct rt_list node;        /* guarded by the lock, like the rest */
    struct rt_waker waker; /* owned; there exactly while it is in the queue */
    bool was_picked;       /* it is its turn, and it has not said so yet */
    bool was_queued;       /* and may still be; for its own thread */
};

/* The behaviour of one kind of wait. */
struct rt_wait_ops {
    struct rt_future_ops future;
    /* Is it over? Under the lock; may take what it finds. */
    bool (*is_over_locked)(struct rt_wait *wait);
    /* It is dropped, out of the queue now: gives up the lock, and what it was
       picked for, if it was. NULL: there is nothing to give up. */
    void (*unlock_and_cancel)(struct rt_wait *wait, bool was_picked);
};

/* How waits are polled and dropped. */
enum rt_poll rt_wait_poll(struct rt_future *future, struct rt_context *cx);
void rt_wait_drop(struct rt_future *future);

#define RT_WAIT_OPS(name_, is_over_locked_, unlock_and_cancel_)                \
    {                                                                          \
        .future = {.poll = rt_wait_poll,                                       \
                   .drop = rt_wait_drop,                                       \
                   .name = (name_)},                                           \
        .is_over_locked = (is_over_locked_),                                   \
        .unlock_and_cancel = (unlock_and_cancel_),                             \
    }

/*
 * A wait that was not polled yet. Inline, and each member is named: so the
 * compiler makes a future right where it is kept, without a copy.
 */
static inline struct rt_wait rt_wait_make(const struct rt_wait_ops *ops,
                                          struct rt_waiters *waiters)
{
    return (struct rt_wait){
        .future = RT_FUTURE(&ops->future),
        .waiters = waiters,
        .node = {NULL, NULL},
        .waker = RT_NO_WAKER,
        .was_picked = false,
        .was_queued = false,
    };
}

/* Nobody waits. Nothing to deinit. */
static inline void rt_waiters_init(struct rt_waiters *waiters)
{
    waiters->lock = (struct rt_lock){0};
    rt_list_init(&waiters->queue);
}

/* Takes the lock, for a few instructions. */
static inline void rt_waiters_lock(struct rt_waiters *waiters)
{
    rt_lock_acquire(&waiters->lock);
}

/* Gives it up; nobody is woken. */
static inline void rt_waiters_unlock(struct rt_waiters *waiters)
{
    rt_lock_release(&waiters->lock);
}

/* Gives up the lock, which is held, and wakes all who are queued now. */
void rt_waiters_unlock_and_wake(struct rt_waiters *waiters);

/*
 * Gives up the lock, and picks and wakes waiters from the front of the queue,
 * as long as can_serve(first) says that there is something for the next one,
 * and gives it to it.
 */
void rt_waiters_unlock_and_serve(struct rt_waiters *waiters,
                                 bool (*can_serve)(struct rt_wait *first));

/* True when nobody waits. */
static inline bool rt_waiters_is_empty_locked(const struct rt_waiters *waiters)
{
    return rt_list_is_empty(&waiters->queue);
}

/* Takes the first out of the queue and picks it. Returns its waker, or none. */
struct rt_waker rt_waiters_pick_locked(struct rt_waiters *waiters);

/* True, once, for one that was picked. */
static inline bool rt_wait_take_pick_locked(struct rt_wait *wait)
{
    if (!wait->was_picked) {
        return false;
    }
    wait->was_picked = false;
    return true;
}

/* What is left to do in a poll: to wait, or to have waited. */
void rt_wait_join_and_unlock(struct rt_wait *wait,
                             const struct rt_waker *waker);
void rt_wait_leave_and_unlock(struct rt_wait *wait);

/* The poll of a wait. Inline for those who can't wait for a call. */
static inline enum rt_poll
rt_wait_poll_with(struct rt_wait *wait,
                  bool (*is_over_locked)(struct rt_wait *wait),
                  struct rt_context *cx)
{
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    rt_waiters_lock(wait->waiters);
    if (!is_over_locked(wait)) {
        rt_wait_join_and_unlock(wait, cx->waker);
        return RT_PENDING;
    }
    if (wait->was_queued) {
        rt_wait_leave_and_unlock(wait);
    } else {
        rt_waiters_unlock(wait->waiters);
    }
    return RT_READY;
}

#endif
