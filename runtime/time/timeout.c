#include "time/timeout.h"

static struct rt_timeout *timeout_of(struct rt_future *future)
{
    return (struct rt_timeout *)(void *)future;
}

/*
 * An inner future that finds the budget used up has not had its last word;
 * but the time must be looked at all the same, or a future that is always
 * ready would never time out. So the sleep is polled with a unit of its own.
 */
static enum rt_poll poll_sleep(struct rt_timeout *timeout,
                               struct rt_context *cx)
{
    struct rt_context own = *cx;

    own.budget = 1;
    return rt_future_poll(&timeout->sleep.future, &own);
}

static enum rt_poll timeout_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_timeout *timeout = timeout_of(future);

    timeout->future.awaiting = timeout->inner;
    if (rt_future_poll(timeout->inner, cx) == RT_PENDING) {
        if (poll_sleep(timeout, cx) == RT_PENDING) {
            rt_future_check_kept(timeout->inner, "what has a timeout", cx);
            return RT_PENDING;
        }
        timeout->is_expired = true;
    }
    timeout->future.awaiting = NULL;
    rt_future_drop(timeout->inner);
    rt_future_drop(&timeout->sleep.future);
    return RT_READY;
}

static void timeout_drop(struct rt_future *future)
{
    struct rt_timeout *timeout = timeout_of(future);

    rt_future_drop(timeout->inner);
    rt_future_drop(&timeout->sleep.future);
}

static const struct rt_future_ops timeout_ops = {
    .poll = timeout_poll,
    .drop = timeout_drop,
    .name = "timeout",
};

struct rt_timeout rt_timeout_at(struct rt_future *inner, uint64_t deadline)
{
    return (struct rt_timeout){
        .future = RT_FUTURE(&timeout_ops),
        .inner = inner,
        .sleep = rt_sleep_until(deadline),
    };
}

struct rt_timeout rt_timeout(struct rt_future *inner, uint64_t duration)
{
    return (struct rt_timeout){
        .future = RT_FUTURE(&timeout_ops),
        .inner = inner,
        .sleep = rt_sleep(duration),
    };
}
