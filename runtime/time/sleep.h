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
#include "task/yield.h"
#include "time/duration.h"

struct rt_sleep {
    struct rt_future future;
    struct rt_timer timer;
    struct rt_runtime *runtime; /* borrowed: whose wheel the timer is in */
};

/* Ready after duration ns. Called inside a runtime. */
struct rt_sleep rt_sleep(uint64_t duration);

/* Ready when rt_now() has reached deadline ns. */
struct rt_sleep rt_sleep_until(uint64_t deadline);

/* Sets a new deadline, also for a sleep that was polled or is ready. */
void rt_sleep_reset(struct rt_sleep *sleep, uint64_t deadline);

/*
 * For a future that is pending and has a time limit: true when the time is
 * over; else the waker is left. It spends nothing of the poll budget, or an
 * inner future that uses it all up would never time out.
 */
bool rt_sleep_is_over(struct rt_sleep *sleep, const struct rt_context *cx);

/* ---- for futures that are made with a sleep in them ---- */

extern const struct rt_future_ops rt_sleep_ops;

/* The deadlines of these two; or 0 when that is over. They read the clock. */
uint64_t rt_sleep_due_after(uint64_t duration);
uint64_t rt_sleep_due_at(uint64_t deadline);

/* A sleep with such a deadline. Inline: to be made in its place, not copied. */
static inline struct rt_sleep rt_sleep_make(uint64_t due)
{
    struct rt_sleep sleep = {};

    sleep.future.ops = &rt_sleep_ops;
    sleep.timer.deadline = due;
    return sleep;
}

/*
 * For tests: moves a clock that is paused on by duration ns. When the yield
 * that it returns has been awaited, all timers that are due by then have
 * fired, in order, and each task that they woke has been polled. They all see
 * the new time; an rt_sleep of the same length lets each see its own.
 */
struct rt_yield rt_advance(uint64_t duration);

#endif
