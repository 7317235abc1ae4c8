/*
 * Durations are nanoseconds in an unsigned 64-bit number: 584 years of them.
 */
#ifndef RT_TIME_DURATION_H
#define RT_TIME_DURATION_H

#include <stdint.h>

#define RT_NANOSECONDS(n) ((uint64_t)(n))
#define RT_MICROSECONDS(n) ((uint64_t)(n)*1000U)
#define RT_MILLISECONDS(n) ((uint64_t)(n)*1000000U)
#define RT_SECONDS(n) ((uint64_t)(n)*1000000000U)

/* Later than any time that a program will see. */
#define RT_NEVER UINT64_MAX

/* a + b, or RT_NEVER when that is too much. */
static inline uint64_t rt_duration_add(uint64_t a, uint64_t b)
{
    return a > RT_NEVER - b ? RT_NEVER : a + b;
}

#endif
