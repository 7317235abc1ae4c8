#include "future/unconstrained.h"

static struct rt_unconstrained *unconstrained_of(struct rt_future *future)
{
    return (struct rt_unconstrained *)(void *)future;
}

static enum rt_poll unconstrained_poll(struct rt_future *future,
                                       struct rt_context *cx)
{
    struct rt_context own = *cx;

    own.budget = UINT32_MAX;
    future->awaiting = unconstrained_of(future)->inner;
    return rt_future_poll(future->awaiting, &own);
}

static void unconstrained_drop(struct rt_future *future)
{
    rt_future_drop(unconstrained_of(future)->inner);
}

static const struct rt_future_ops unconstrained_ops = {
    .poll = unconstrained_poll,
    .drop = unconstrained_drop,
    .name = "unconstrained",
};

struct rt_unconstrained rt_unconstrained(struct rt_future *inner)
{
    return (struct rt_unconstrained){
        .future = RT_FUTURE(&unconstrained_ops),
        .inner = inner,
    };
}
