#include "sync/notify.h"

#include "base/memory.h"
#include "future/wake_list.h"

static struct rt_notified *notified_of(struct rt_future *future)
{
    return (struct rt_notified *)(void *)future;
}

void rt_notify_init(struct rt_notify *notify)
{
    *notify = (struct rt_notify){0};
    rt_list_init(&notify->waiters);
}

/* Picks the first waiter, or stores the permit. Returns whom to wake. */
static struct rt_waker notify_one_locked(struct rt_notify *notify)
{
    struct rt_list *node = rt_list_pop_front(&notify->waiters);
    struct rt_waker waker = RT_NO_WAKER;
    struct rt_notified *first;

    if (!node) {
        notify->has_permit = true;
        return waker;
    }
    first = RT_CONTAINER_OF(node, struct rt_notified, node);
    first->was_picked = true;
    waker = first->waker;
    first->waker = RT_NO_WAKER;
    return waker;
}

void rt_notify_one(struct rt_notify *notify)
{
    struct rt_waker waker;

    rt_lock_acquire(&notify->lock);
    waker = notify_one_locked(notify);
    rt_lock_release(&notify->lock);
    rt_waker_wake(&waker);
}

/*
 * A waiter that comes while we wake the others in turns has the new count
 * already, and is not in our list.
 */
void rt_notify_waiters(struct rt_notify *notify)
{
    struct rt_list batch;
    struct rt_list *node;
    struct rt_wake_list wakes;

    rt_wake_list_init(&wakes);
    rt_lock_acquire(&notify->lock);
    notify->broadcasts++;
    rt_list_move_all(&notify->waiters, &batch);
    while ((node = rt_list_pop_front(&batch))) {
        rt_wake_list_take(
            &wakes, &RT_CONTAINER_OF(node, struct rt_notified, node)->waker);
        if (rt_wake_list_is_full(&wakes)) {
            rt_lock_release(&notify->lock);
            rt_wake_list_wake(&wakes);
            rt_lock_acquire(&notify->lock);
        }
    }
    rt_lock_release(&notify->lock);
    rt_wake_list_wake(&wakes);
}

/* Takes it out of the queue. Returns its waker, to be dropped unlocked. */
static struct rt_waker leave_locked(struct rt_notified *notified)
{
    struct rt_waker own = notified->waker;

    notified->waker = RT_NO_WAKER;
    if (own.ops) {
        rt_list_remove(&notified->node);
    }
    return own;
}

static bool is_notified_locked(struct rt_notified *notified)
{
    struct rt_notify *notify = notified->notify;
    bool is_queued = notified->waker.ops != NULL;

    if (notified->was_picked || notified->broadcasts != notify->broadcasts) {
        notified->was_picked = false;
        return true;
    }
    if (!is_queued && notify->has_permit) {
        notify->has_permit = false;
        return true;
    }
    return false;
}

static void wait_locked(struct rt_notified *notified,
                        const struct rt_waker *waker)
{
    if (!notified->waker.ops) {
        rt_list_push_back(&notified->notify->waiters, &notified->node);
    }
    rt_waker_store(&notified->waker, waker);
}

static enum rt_poll notified_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct rt_notified *notified = notified_of(future);
    struct rt_waker own = RT_NO_WAKER;
    bool is_notified;

    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    rt_lock_acquire(&notified->notify->lock);
    is_notified = is_notified_locked(notified);
    if (is_notified) {
        own = leave_locked(notified);
    } else {
        wait_locked(notified, cx->waker);
    }
    rt_lock_release(&notified->notify->lock);
    rt_waker_drop(&own);
    return is_notified ? RT_READY : RT_PENDING;
}

/* One that was picked but never said so passes the pick on. */
static void notified_drop(struct rt_future *future)
{
    struct rt_notified *notified = notified_of(future);
    struct rt_waker next = RT_NO_WAKER;
    struct rt_waker own;

    rt_lock_acquire(&notified->notify->lock);
    own = leave_locked(notified);
    if (notified->was_picked) {
        notified->was_picked = false;
        next = notify_one_locked(notified->notify);
    }
    rt_lock_release(&notified->notify->lock);
    rt_waker_drop(&own);
    rt_waker_wake(&next);
}

static const struct rt_future_ops notified_ops = {
    .poll = notified_poll,
    .drop = notified_drop,
    .name = "notified",
};

struct rt_notified rt_notify_notified(struct rt_notify *notify)
{
    struct rt_notified notified = {
        .future = RT_FUTURE(&notified_ops),
        .notify = notify,
    };

    rt_lock_acquire(&notify->lock);
    notified.broadcasts = notify->broadcasts;
    rt_lock_release(&notify->lock);
    return notified;
}

enum rt_poll rt_notify_poll_until(struct rt_notify *notify,
                                  struct rt_notified *wait,
                                  struct rt_future *self,
                                  bool (*look)(struct rt_future *self),
                                  struct rt_context *cx)
{
    bool is_settled = false;

    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    while (!is_settled) {
        if (!self->awaiting) {
            *wait = rt_notify_notified(notify);
            self->awaiting = &wait->future;
        }
        is_settled = look(self);
        if (!is_settled && rt_future_poll(self->awaiting, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        self->awaiting = NULL;
        rt_future_drop(&wait->future);
    }
    return RT_READY;
}
