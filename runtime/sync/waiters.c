#include "sync/waiters.h"

#include "future/async.h"
#include "future/wake_list.h"

static struct rt_wait *first_locked(const struct rt_waiters *waiters)
{
    return rt_list_is_empty(&waiters->queue)
               ? NULL
               : RT_CONTAINER_OF(waiters->queue.next, struct rt_wait, node);
}

/* Takes it out of the queue, if it is there. Returns its waker, owned. */
static struct rt_waker leave_locked(struct rt_wait *wait)
{
    struct rt_waker own = wait->waker;

    if (own.ops) {
        rt_list_remove(&wait->node);
        wait->waker = RT_NO_WAKER;
    }
    return own;
}

/*
 * Who comes while we wake the others in turns is not in our list. When one
 * turn is enough, as it nearly always is, nothing is touched after the wakes:
 * what they wake may free the queue.
 */
void rt_waiters_unlock_and_wake(struct rt_waiters *waiters)
{
    struct rt_waiters batch;
    struct rt_wait *first;
    struct rt_wake_list wakes;

    rt_wake_list_init(&wakes);
    rt_list_move_all(&waiters->queue, &batch.queue);
    while ((first = first_locked(&batch))) {
        rt_wake_list_make_room_locked(&wakes, &waiters->lock);
        rt_wake_list_add(&wakes, leave_locked(first));
    }
    rt_waiters_unlock(waiters);
    rt_wake_list_wake(&wakes);
}

void rt_waiters_unlock_and_serve(struct rt_waiters *waiters,
                                 bool (*can_serve)(struct rt_wait *first))
{
    struct rt_wait *first;
    struct rt_wake_list wakes;

    rt_wake_list_init(&wakes);
    while ((first = first_locked(waiters)) && can_serve(first)) {
        rt_wake_list_add(&wakes, rt_waiters_pick_locked(waiters));
        rt_wake_list_make_room_locked(&wakes, &waiters->lock);
    }
    rt_waiters_unlock(waiters);
    rt_wake_list_wake(&wakes);
}

struct rt_waker rt_waiters_pick_locked(struct rt_waiters *waiters)
{
    struct rt_wait *first = first_locked(waiters);

    if (!first) {
        return RT_NO_WAKER;
    }
    first->was_picked = true;
    return leave_locked(first);
}

static const struct rt_wait_ops *ops_of(const struct rt_future *future)
{
    return (const void *)future->ops; /* the first member of the others */
}

enum rt_poll rt_wait_poll(struct rt_future *future, struct rt_context *cx)
{
    return rt_wait_poll_with(RT_SELF(future, struct rt_wait),
                             ops_of(future)->is_over_locked, cx);
}

/* Queues behind the others, or stays in its place with a new waker. */
void rt_wait_join_and_unlock(struct rt_wait *wait, const struct rt_waker *waker)
{
    struct rt_waker old = wait->waker;

    if (!old.ops) {
        rt_list_push_back(&wait->waiters->queue, &wait->node);
        wait->was_queued = true;
    }
    if (rt_waker_is_same(&old, waker)) {
        old = RT_NO_WAKER;
    } else {
        wait->waker = rt_waker_clone(waker);
    }
    rt_waiters_unlock(wait->waiters);
    rt_waker_drop(&old);
}

void rt_wait_leave_and_unlock(struct rt_wait *wait)
{
    struct rt_waker own = leave_locked(wait);

    wait->was_queued = false;
    rt_waiters_unlock(wait->waiters);
    rt_waker_drop(&own);
}

static void cancel(struct rt_wait *self)
{
    const struct rt_wait_ops *ops = ops_of(&self->future);
    struct rt_waker own;

    rt_waiters_lock(self->waiters);
    own = leave_locked(self);
    if (ops->unlock_and_cancel) {
        ops->unlock_and_cancel(self, rt_wait_take_pick_locked(self));
    } else {
        rt_waiters_unlock(self->waiters);
    }
    rt_waker_drop(&own);
}

void rt_wait_drop(struct rt_future *future)
{
    struct rt_wait *self = RT_SELF(future, struct rt_wait);

    if (self->was_queued) {
        cancel(self);
    }
}
