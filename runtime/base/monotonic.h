/*
 * The clocks of the system.
 */
#ifndef RT_BASE_MONOTONIC_H
#define RT_BASE_MONOTONIC_H

#include <stdint.h>
#include <time.h>

/* What the clock shows, in ns. Any thread. */
static inline uint64_t rt_clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* Real time that is never set back, from some moment in the past. */
static inline uint64_t rt_monotonic_ns(void)
{
    return rt_clock_ns(CLOCK_MONOTONIC);
}

#endif
