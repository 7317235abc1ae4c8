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

/* Pending once; ready after the driver was asked for events and timers. */
struct rt_yield rt_yield(void);

#endif
