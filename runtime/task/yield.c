#include "task/yield.h"

static struct rt_yield *yield_of(struct rt_future *future)
{
    return (struct rt_yield *)(void *)future;
}

static enum rt_poll yield_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_yield *yield = yield_of(future);

    if (yield->has_yielded) {
        return RT_READY;
    }
    yield->has_yielded = true;
    rt_task_defer(cx);
    return RT_PENDING;
}

static const struct rt_future_ops yield_ops = {
    .poll = yield_poll,
    .name = "yield",
};

struct rt_yield rt_yield(void)
{
    return (struct rt_yield){.future = RT_FUTURE(&yield_ops)};
}
