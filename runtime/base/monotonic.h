/*
 * The monotonic clock of the system: real time that is never set back.
 */
#ifndef RT_BASE_MONOTONIC_H
#define RT_BASE_MONOTONIC_H

#include <stdint.h>
#include <time.h>

/* In ns, from some moment in the past. Any thread. */
static inline uint64_t rt_monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

#endif
