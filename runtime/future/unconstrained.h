/*
 * Unconstrained: a future without a poll budget.
 *
 *     self->free = RT_UNCONSTRAINED(self->pump);
 *     RT_AWAIT(self->free);
 *
 * For one that knows better when to let the others have a turn. One that never
 * does starves them.
 */
#ifndef RT_FUTURE_UNCONSTRAINED_H
#define RT_FUTURE_UNCONSTRAINED_H

#include "future/future.h"

struct rt_unconstrained {
    struct rt_future future; /* awaits inner, in the frame beside this one */
};

/* Ready when inner (not yet polled) is, which is dropped together with it. */
struct rt_unconstrained rt_unconstrained(struct rt_future *inner);

#define RT_UNCONSTRAINED(inner) rt_unconstrained(&(inner).future)

#endif
