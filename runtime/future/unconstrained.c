#include "future/unconstrained.h"

static enum rt_poll unconstrained_poll(struct rt_future *future,
                                       struct rt_context *cx)
{
    struct rt_context own = *cx;

    own.budget = UINT32_MAX;
    return rt_future_poll(future->awaiting, &own);
}

struct rt_unconstrained rt_unconstrained(struct rt_future *inner)
{
    static const struct rt_future_ops ops = {.poll = unconstrained_poll,
                                             .name = "unconstrained"};

    return (struct rt_unconstrained){{.ops = &ops, .awaiting = inner}};
}
