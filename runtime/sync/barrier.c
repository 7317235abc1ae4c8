#include "sync/barrier.h"

#include "future/async.h"

void rt_barrier_init(struct rt_barrier *barrier, uint32_t size)
{
    *barrier = (struct rt_barrier){.size = size};
    rt_waiters_init(&barrier->waiters);
}

static struct rt_barrier *barrier_of(const struct rt_wait *wait)
{
    return RT_CONTAINER_OF(wait->waiters, struct rt_barrier, waiters);
}

static bool is_over_locked(struct rt_wait *wait)
{
    return RT_SELF(&wait->future, struct rt_barrier_wait)->round !=
           barrier_of(wait)->round;
}

/* Counts this one; the last of a round begins the next one, and is ready. */
static void arrive(struct rt_barrier_wait *self)
{
    struct rt_barrier *barrier = barrier_of(&self->wait);

    self->has_arrived = true;
    rt_waiters_lock(&barrier->waiters);
    self->round = barrier->round;
    self->is_leader = ++barrier->arrived >= barrier->size;
    if (self->is_leader) {
        barrier->arrived = 0;
        barrier->round++;
        rt_waiters_unlock_and_wake(&barrier->waiters);
    } else {
        rt_waiters_unlock(&barrier->waiters);
    }
}

static enum rt_poll wait_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_barrier_wait *self = RT_SELF(future, struct rt_barrier_wait);

    if (!self->has_arrived) {
        arrive(self);
    }
    return rt_wait_poll(future, cx);
}

static const struct rt_wait_ops wait_ops = {
    .future = {.poll = wait_poll, .drop = rt_wait_drop, .name = "barrier"},
    .is_over_locked = is_over_locked,
};

struct rt_barrier_wait rt_barrier_wait(struct rt_barrier *barrier)
{
    return (struct rt_barrier_wait){
        .wait = rt_wait_make(&wait_ops, &barrier->waiters),
    };
}
