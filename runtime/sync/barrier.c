#include "sync/barrier.h"

#include "future/async.h"

void rt_barrier_init(struct rt_barrier *barrier, uint32_t size)
{
    *barrier = (struct rt_barrier){.size = size};
    rt_waiters_init(&barrier->waiters);
}

/* Counts this one; the last of a round begins the next one, and is ready. */
static void arrive(struct rt_barrier_wait *self)
{
    struct rt_barrier *barrier = self->barrier;

    self->has_arrived = true;
    rt_lock_acquire(&barrier->waiters.lock);
    self->round = barrier->round;
    self->is_leader = ++barrier->arrived >= barrier->size;
    if (self->is_leader) {
        barrier->arrived = 0;
        barrier->round++;
        rt_waiters_unlock_and_wake(&barrier->waiters);
    } else {
        rt_lock_release(&barrier->waiters.lock);
    }
}

static bool is_over_locked(struct rt_future *future)
{
    const struct rt_barrier_wait *self =
        RT_SELF(future, struct rt_barrier_wait);

    return self->round != self->barrier->round;
}

static enum rt_poll wait_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_barrier_wait *self = RT_SELF(future, struct rt_barrier_wait);

    if (!self->has_arrived) {
        arrive(self);
    }
    return rt_wait_poll(&self->barrier->waiters, &self->wait, future,
                        is_over_locked, cx);
}

static void wait_drop(struct rt_future *future)
{
    struct rt_barrier_wait *self = RT_SELF(future, struct rt_barrier_wait);

    rt_wait_drop(&self->barrier->waiters, &self->wait);
}

static const struct rt_future_ops wait_ops = {
    .poll = wait_poll,
    .drop = wait_drop,
    .name = "barrier",
};

struct rt_barrier_wait rt_barrier_wait(struct rt_barrier *barrier)
{
    return (struct rt_barrier_wait){
        .future = RT_FUTURE(&wait_ops),
        .barrier = barrier,
    };
}
