#include "sync/notify.h"

#include "future/async.h"

void rt_notify_init(struct rt_notify *notify)
{
    *notify = (struct rt_notify){0};
    rt_waiters_init(&notify->waiters);
}

static struct rt_notify *notify_of(const struct rt_wait *wait)
{
    return RT_CONTAINER_OF(wait->waiters, struct rt_notify, waiters);
}

/* Picks the first waiter, or stores the permit, and gives up the lock. */
static void unlock_and_notify_one(struct rt_notify *notify)
{
    struct rt_waker waker = rt_waiters_pick_locked(&notify->waiters);

    notify->has_permit |= !waker.ops;
    rt_waiters_unlock(&notify->waiters);
    rt_waker_wake(&waker);
}

void rt_notify_one(struct rt_notify *notify)
{
    rt_waiters_lock(&notify->waiters);
    unlock_and_notify_one(notify);
}

void rt_notify_waiters(struct rt_notify *notify)
{
    rt_waiters_lock(&notify->waiters);
    notify->broadcasts++;
    rt_waiters_unlock_and_wake(&notify->waiters);
}

/* No permit is stored while somebody is queued. */
static bool is_notified_locked(struct rt_wait *wait)
{
    struct rt_notify *notify = notify_of(wait);

    if (rt_wait_take_pick_locked(wait) ||
        RT_SELF(&wait->future, struct rt_notified)->broadcasts !=
            notify->broadcasts) {
        return true;
    }
    if (notify->has_permit) {
        notify->has_permit = false;
        return true;
    }
    return false;
}

/* One that was picked but never said so passes the pick on. */
static void unlock_and_pass_on(struct rt_wait *wait, bool was_picked)
{
    if (was_picked) {
        unlock_and_notify_one(notify_of(wait));
    } else {
        rt_waiters_unlock(wait->waiters);
    }
}

static const struct rt_wait_ops notified_ops =
    RT_WAIT_OPS("notified", is_notified_locked, unlock_and_pass_on);

struct rt_notified rt_notify_notified(struct rt_notify *notify)
{
    struct rt_notified notified = {
        .wait = rt_wait_make(&notified_ops, &notify->waiters),
    };

    rt_waiters_lock(&notify->waiters);
    notified.broadcasts = notify->broadcasts;
    rt_waiters_unlock(&notify->waiters);
    return notified;
}
