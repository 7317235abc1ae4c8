#include "sync/waiters.h"

#include "future/wake_list.h"

/*
 * Who comes while we wake the others in turns is not in our list. When no
 * more than one turn is needed, and that is nearly always, nothing is touched
 * after the wakes: what they wake may free the queue.
 */
void rt_waiters_unlock_and_wake(struct rt_waiters *waiters)
{
    struct rt_list batch;
    struct rt_list *node;
    struct rt_wake_list wakes;

    rt_wake_list_init(&wakes);
    rt_list_move_all(&waiters->queue, &batch);
    while ((node = rt_list_pop_front(&batch))) {
        rt_wake_list_make_room_locked(&wakes, &waiters->lock);
        rt_wake_list_take(&wakes,
                          &RT_CONTAINER_OF(node, struct rt_wait, node)->waker);
    }
    rt_lock_release(&waiters->lock);
    rt_wake_list_wake(&wakes);
}

void rt_wait_drop(struct rt_waiters *waiters, struct rt_wait *wait)
{
    struct rt_waker own;

    if (!wait->was_queued) {
        return;
    }
    rt_lock_acquire(&waiters->lock);
    own = rt_wait_leave_locked(wait);
    rt_lock_release(&waiters->lock);
    rt_waker_drop(&own);
}
