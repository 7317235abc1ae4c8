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

const struct rt_future_ops rt_yield_ops = {
    .poll = yield_poll,
    .name = "yield",
};
