/*
 * Timeout: gives a future only so much time.
 *
 * Ready when the inner future is, or when the time is over; is_expired tells
 * which. Either way the inner future has been dropped then. The inner future
 * is polled first: when both are due, its result wins.
 */
#ifndef RT_TIME_TIMEOUT_H
#define RT_TIME_TIMEOUT_H

#include "time/sleep.h"

struct rt_timeout {
    struct rt_future future;
    struct rt_future *inner; /* borrowed: in the frame beside this one */
    struct rt_sleep sleep;
    bool is_expired; /* set when ready: the time was over first */
};

/* Gives inner (borrowed, not yet polled) up to duration ns from now. */
struct rt_timeout rt_timeout(struct rt_future *inner, uint64_t duration);

/* The same, until rt_now() has reached deadline ns. */
struct rt_timeout rt_timeout_at(struct rt_future *inner, uint64_t deadline);

/* RT_TIMEOUT(self->read, RT_SECONDS(10)): inner by name. */
#define RT_TIMEOUT(inner, duration) rt_timeout(&(inner).future, (duration))
#define RT_TIMEOUT_AT(inner, deadline)                                         \
    rt_timeout_at(&(inner).future, (deadline))

#endif
