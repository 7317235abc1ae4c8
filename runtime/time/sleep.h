/*
 * Sleep: a future that is ready when a time has come.
 *
 * The time counts from the call of rt_sleep, not from the first poll. It is
 * never early; it may be up to a tick of 1 ms late. What is over when it is
 * made is ready at the first poll.
 */
#ifndef RT_TIME_SLEEP_H
#define RT_TIME_SLEEP_H

#include "sched/runtime.h"
#include "time/duration.h"

struct rt_sleep {
    struct rt_future future;
    struct rt_timer timer;
    struct rt_runtime *runtime; /* borrowed: whose wheel the timer is in */
    uint64_t deadline;          /* ns of the runtime's clock */
};

/* Ready after duration ns. Called inside a runtime. */
struct rt_sleep rt_sleep(uint64_t duration);

/* Ready when rt_now() has reached deadline ns. */
struct rt_sleep rt_sleep_until(uint64_t deadline);

/* Sets a new deadline, also for a sleep that was polled or is ready. */
void rt_sleep_reset(struct rt_sleep *sleep, uint64_t deadline);

#endif
