/*
 * Timeout: gives a future only so much time.
 *
 * Ready when the inner future is, or when the time is over; is_expired tells
 * which. The inner future is polled first: when both are due, its result wins.
 * It is dropped with the timeout, so RT_AWAIT has dropped it.
 */
#ifndef RT_TIME_TIMEOUT_H
#define RT_TIME_TIMEOUT_H

#include "time/sleep.h"

struct rt_timeout {
    struct rt_future future; /* it awaits the inner one from the beginning */
    struct rt_sleep sleep;
    bool is_expired; /* set when ready: the time was over first */
};

extern const struct rt_future_ops rt_timeout_ops;

/* A timeout with its sleep, for the two below. */
static inline struct rt_timeout rt_timeout_make(struct rt_future *inner,
                                                struct rt_sleep sleep)
{
    struct rt_timeout timeout = {};

    timeout.future.ops = &rt_timeout_ops;
    timeout.future.awaiting = inner;
    timeout.sleep = sleep;
    return timeout;
}

/*
 * Gives inner up to duration ns from now. It was not polled yet, and lies in
 * the frame beside this one.
 */
static inline struct rt_timeout rt_timeout(struct rt_future *inner,
                                           uint64_t duration)
{
    return rt_timeout_make(inner, rt_sleep_make(rt_sleep_due_after(duration)));
}

/* The same, until rt_now() has reached deadline ns. */
static inline struct rt_timeout rt_timeout_at(struct rt_future *inner,
                                              uint64_t deadline)
{
    return rt_timeout_make(inner, rt_sleep_make(rt_sleep_due_at(deadline)));
}

/* RT_TIMEOUT(self->read, RT_SECONDS(10)): inner by name. */
#define RT_TIMEOUT(inner, duration) rt_timeout(&(inner).future, (duration))
#define RT_TIMEOUT_AT(inner, deadline)                                         \
    rt_timeout_at(&(inner).future, (deadline))

#endif
