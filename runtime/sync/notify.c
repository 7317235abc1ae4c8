#include "sync/notify.h"

#include "future/async.h"

void rt_notify_init(struct rt_notify *notify)
{
    *notify = (struct rt_notify){0};
    rt_waiters_init(&notify->waiters);
}

/* Picks the first waiter, or stores the permit. Returns whom to wake. */
static struct rt_waker notify_one_locked(struct rt_notify *notify)
{
    struct rt_wait *first = rt_waiters_first_locked(&notify->waiters);

    notify->has_permit |= !first;
    return first ? rt_wait_pick_locked(first) : RT_NO_WAKER;
}

void rt_notify_one(struct rt_notify *notify)
{
    struct rt_waker waker;

    rt_lock_acquire(&notify->waiters.lock);
    waker = notify_one_locked(notify);
    rt_lock_release(&notify->waiters.lock);
    rt_waker_wake(&waker);
}

void rt_notify_waiters(struct rt_notify *notify)
{
    rt_lock_acquire(&notify->waiters.lock);
    notify->broadcasts++;
    rt_waiters_unlock_and_wake(&notify->waiters);
}

/* A permit is never stored while somebody is queued. */
static bool is_notified_locked(struct rt_future *future)
{
    struct rt_notified *self = RT_SELF(future, struct rt_notified);
    struct rt_notify *notify = self->notify;
    bool is_notified = rt_wait_take_pick_locked(&self->wait) ||
                       self->broadcasts != notify->broadcasts;

    if (!is_notified && notify->has_permit) {
        notify->has_permit = false;
        is_notified = true;
    }
    return is_notified;
}

static enum rt_poll notified_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct rt_notified *self = RT_SELF(future, struct rt_notified);

    return rt_wait_poll(&self->notify->waiters, &self->wait, future,
                        is_notified_locked, cx);
}

/* One that was picked but never said so passes the pick on. */
static void notified_drop(struct rt_future *future)
{
    struct rt_notified *self = RT_SELF(future, struct rt_notified);
    struct rt_waker next = RT_NO_WAKER;
    struct rt_waker own;

    if (!self->wait.was_queued) {
        return;
    }
    rt_lock_acquire(&self->notify->waiters.lock);
    own = rt_wait_leave_locked(&self->wait);
    if (rt_wait_take_pick_locked(&self->wait)) {
        next = notify_one_locked(self->notify);
    }
    rt_lock_release(&self->notify->waiters.lock);
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

    rt_lock_acquire(&notify->waiters.lock);
    notified.broadcasts = notify->broadcasts;
    rt_lock_release(&notify->waiters.lock);
    return notified;
}
