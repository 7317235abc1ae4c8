#include "task/yield.h"

#include "future/async.h"

static enum rt_poll yield_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_yield *yield = RT_SELF(future, struct rt_yield);

    if (yield->has_yielded) {
        return RT_READY;
    }
    yield->has_yielded = true;
    rt_task_defer(cx);
    return RT_PENDING;
}

struct rt_yield rt_yield(void)
{
    static const struct rt_future_ops ops = {.poll = yield_poll,
                                             .name = "yield"};

    return (struct rt_yield){.future = RT_FUTURE(&ops)};
}
