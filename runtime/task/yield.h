/*
 * Yield: lets the other tasks, and the driver, have a turn.
 */
#ifndef RT_TASK_YIELD_H
#define RT_TASK_YIELD_H

#include "task/task.h"

struct rt_yield {
    struct rt_future future;
    bool has_yielded;
};

extern const struct rt_future_ops rt_yield_ops;

/*
 * Pending once; ready after the driver was asked for events and timers. In a
 * header, and a field at a time, so that it is made where the caller wants it:
 * a copy of what was just written makes the processor wait.
 */
static inline struct rt_yield rt_yield(void)
{
    struct rt_yield yield = {};

    yield.future.ops = &rt_yield_ops;
    return yield;
}

#endif
