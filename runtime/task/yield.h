/*
 * Yield: lets the other tasks, and the driver, have a turn.
 */
#ifndef RT_TASK_YIELD_H
#define RT_TASK_YIELD_H

#include "sched/runtime.h"

struct rt_yield {
    struct rt_future future;
    struct rt_deferred deferred;
    bool has_yielded;
};

/* Pending once; ready after the driver was asked for events and timers. */
struct rt_yield rt_yield(void);

#endif
