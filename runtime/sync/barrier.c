#include "sync/barrier.h"

void rt_barrier_init(struct rt_barrier *barrier, uint32_t size)
{
    *barrier = (struct rt_barrier){.size = size > 0 ? size : 1};
    rt_notify_init(&barrier->released);
}

static struct rt_barrier_wait *wait_of(struct rt_future *future)
{
    return (struct rt_barrier_wait *)(void *)future;
}

/* Counts this one; the last of a round begins the next one. */
static void arrive(struct rt_barrier_wait *wait)
{
    struct rt_barrier *barrier = wait->barrier;

    wait->has_arrived = true;
    rt_lock_acquire(&barrier->lock);
    wait->round = barrier->round;
    wait->is_leader = ++barrier->arrived == barrier->size;
    if (wait->is_leader) {
        barrier->arrived = 0;
        barrier->round++;
    }
    rt_lock_release(&barrier->lock);
    if (wait->is_leader) {
        rt_notify_waiters(&barrier->released);
    }
}

static bool is_released(struct rt_future *future)
{
    const struct rt_barrier_wait *wait = wait_of(future);
    bool is_over;

    rt_lock_acquire(&wait->barrier->lock);
    is_over = wait->round != wait->barrier->round;
    rt_lock_release(&wait->barrier->lock);
    return is_over;
}

static enum rt_poll wait_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_barrier_wait *wait = wait_of(future);

    if (!wait->has_arrived) {
        arrive(wait);
    }
    return rt_notify_poll_until(&wait->barrier->released, &wait->notified,
                                future, is_released, cx);
}

static const struct rt_future_ops wait_ops = {
    .poll = wait_poll,
    .name = "barrier",
};

struct rt_barrier_wait rt_barrier_wait(struct rt_barrier *barrier)
{
    return (struct rt_barrier_wait){
        .future = RT_FUTURE(&wait_ops),
        .barrier = barrier,
    };
}
