/*
 * Wake list: wakers that are collected under a lock and woken after it.
 *
 * A wake may run code that takes the same lock again. So whoever changes a
 * queue of waiters takes the wakers out, unlocks, and wakes then. The list is
 * short; when it is full, unlock, wake, and come back for the rest.
 */
#ifndef RT_FUTURE_WAKE_LIST_H
#define RT_FUTURE_WAKE_LIST_H

#include <stdbool.h>

#include "base/lock.h"
#include "future/waker.h"

enum { RT_WAKE_LIST_MOST = 32 };

struct rt_wake_list {
    int count;
    struct rt_waker wakers[RT_WAKE_LIST_MOST]; /* owned */
};

/* Makes it empty. */
static inline void rt_wake_list_init(struct rt_wake_list *list)
{
    list->count = 0;
}

/* True when no other fits in: time to unlock and wake. */
static inline bool rt_wake_list_is_full(const struct rt_wake_list *list)
{
    return list->count == RT_WAKE_LIST_MOST;
}

/* Takes the waker over; there is room for it. */
static inline void rt_wake_list_add(struct rt_wake_list *list,
                                    struct rt_waker waker)
{
    if (waker.ops) {
        list->wakers[list->count++] = waker;
    }
}

/* The same, out of a slot. */
static inline void rt_wake_list_take(struct rt_wake_list *list,
                                     struct rt_waker *slot)
{
    rt_wake_list_add(list, *slot);
    *slot = RT_NO_WAKER;
}

/* Wakes all, in order; the list is empty afterwards. No lock held. */
static inline void rt_wake_list_wake(struct rt_wake_list *list)
{
    for (int i = 0; i < list->count; i++) {
        rt_waker_wake(&list->wakers[i]);
    }
    list->count = 0;
}

/* When the list is full, gives the lock up for as long as it takes to wake. */
static inline void rt_wake_list_make_room_locked(struct rt_wake_list *list,
                                                 struct rt_lock *lock)
{
    if (rt_wake_list_is_full(list)) {
        rt_lock_release(lock);
        rt_wake_list_wake(list);
        rt_lock_acquire(lock);
    }
}

#endif
