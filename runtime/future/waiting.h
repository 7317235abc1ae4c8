/*
 * Waiting: a place in a queue of those who wait, with a waker.
 *
 * A queue is a list of such places, in the order of coming. It is guarded by
 * the lock of what is waited for, and so is each place while it is queued. A
 * place lies in the frame of the future that waits; zero bytes are one that is
 * in no queue.
 */
#ifndef RT_FUTURE_WAITING_H
#define RT_FUTURE_WAITING_H

#include "base/list.h"
#include "base/memory.h"
#include "future/wake_list.h"

struct rt_waiting {
    struct rt_list node;
    struct rt_waker waker; /* owned; held exactly while it is queued */
};

/* Leaves a clone of the waker there; who is queued keeps the place. */
static inline void rt_waiting_enter_locked(struct rt_waiting *waiting,
                                           struct rt_list *queue,
                                           const struct rt_waker *waker)
{
    if (!waiting->waker.ops) {
        rt_list_push_back(queue, &waiting->node);
    }
    rt_waker_store(&waiting->waker, waker);
}

/* Leaves the queue. Returns the waker, to be dropped after the unlock. */
static inline struct rt_waker
rt_waiting_leave_locked(struct rt_waiting *waiting)
{
    struct rt_waker own = waiting->waker;

    waiting->waker = RT_NO_WAKER;
    if (own.ops) {
        rt_list_remove(&waiting->node);
    }
    return own;
}

/* Takes those who wait out, from the front, until wakes is full. */
static inline void rt_waiting_take_locked(struct rt_list *queue,
                                          struct rt_wake_list *wakes)
{
    while (!rt_list_is_empty(queue) && !rt_wake_list_is_full(wakes)) {
        struct rt_list *node = rt_list_pop_front(queue);

        rt_wake_list_take(
            wakes, &RT_CONTAINER_OF(node, struct rt_waiting, node)->waker);
    }
}

#endif
