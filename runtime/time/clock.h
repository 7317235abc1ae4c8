/*
 * Clock: what time it is for a runtime, in ns since the runtime was built.
 *
 * Real: the monotonic clock. Scaled: the same, so many times faster. Paused:
 * stands still; the runtime moves it to the next timer when nothing else can
 * happen, so a test of a long wait takes no time. Conducted: stands still;
 * somebody outside the process moves it (sched/conductor.h).
 */
#ifndef RT_TIME_CLOCK_H
#define RT_TIME_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum rt_clock_kind {
    RT_CLOCK_REAL = 0, /* the values are those of enum rt_trace_clock */
    RT_CLOCK_PAUSED = 1,
    RT_CLOCK_CONDUCTED = 2,
    RT_CLOCK_SCALED = 3,
};

struct rt_clock {
    enum rt_clock_kind kind;
    uint32_t scale;       /* how many times faster than real; 1 if real */
    uint64_t monotonic_0; /* monotonic clock, ns, when offset was set */
    uint64_t offset;      /* ns of this clock at that moment */
};

/* Starts the clock at 0. scale counts only for RT_CLOCK_SCALED. */
void rt_clock_init(struct rt_clock *clock, enum rt_clock_kind kind,
                   uint32_t scale);

/* The time, ns. */
uint64_t rt_clock_now(const struct rt_clock *clock);

/* True when only rt_clock_set moves it. */
static inline bool rt_clock_stands_still(const struct rt_clock *clock)
{
    return clock->kind == RT_CLOCK_PAUSED || clock->kind == RT_CLOCK_CONDUCTED;
}

/* Moves a clock that stands still; never backwards. */
void rt_clock_set(struct rt_clock *clock, uint64_t now);

/* Stops a clock that runs; lets a paused one run again. Others stay so. */
void rt_clock_pause(struct rt_clock *clock);
void rt_clock_resume(struct rt_clock *clock);

/* Real ns until the clock shows deadline; RT_NEVER for RT_NEVER. */
uint64_t rt_clock_real_until(const struct rt_clock *clock, uint64_t deadline);

#endif
