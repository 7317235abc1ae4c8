/*
 * Advance: moves a paused clock, for tests.
 *
 * The clock jumps to its new time; then, before the future is ready, all the
 * timers that are due by then have fired, in order, and each task that they
 * woke has been polled. They all see the new time. Where a task sleeps step
 * by step, an rt_sleep of the same length lets each step see its own time.
 */
#ifndef RT_TIME_ADVANCE_H
#define RT_TIME_ADVANCE_H

#include "task/yield.h"

struct rt_advance {
    struct rt_future future;
    uint64_t duration; /* ns */
    struct rt_yield turn;
};

/* Moves the clock by duration ns at its first poll. Only a paused clock. */
struct rt_advance rt_advance(uint64_t duration);

#endif
