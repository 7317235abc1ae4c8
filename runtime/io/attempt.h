/*
 * Attempt: a system call on a source, made as often as it takes.
 *
 *     struct rt_attempt attempt = rt_attempt(source, waiter, RT_READABLE);
 *
 *     while (rt_attempt_next(&attempt, cx)) {
 *         rt_attempt_end(&attempt, recv(source->fd, buffer, size, 0), size);
 *     }
 *     *result = attempt.result;
 *     return attempt.poll;
 *
 * The one place that knows what EAGAIN, EINTR and a short count mean, that
 * spends the budget, and that hostile mode makes worse than it is.
 */
#ifndef RT_IO_ATTEMPT_H
#define RT_IO_ATTEMPT_H

#include <errno.h>
#include <sys/types.h>

#include "driver/driver.h"
#include "sched/runtime.h"

struct rt_attempt {
    struct rt_source *source;    /* borrowed; or NULL */
    struct rt_io_waiter *waiter; /* borrowed */
    enum rt_ready interest;
    uint32_t seen;     /* the readiness before the call */
    enum rt_poll poll; /* RT_PENDING: the waiter was left, or cx woken */
    ssize_t result;    /* when ready: what the call gave, or -errno */
};

/* Nothing was tried yet. Without a source the result is -EBADF: closed. */
static inline struct rt_attempt rt_attempt(struct rt_source *source,
                                           struct rt_io_waiter *waiter,
                                           enum rt_ready interest)
{
    return (struct rt_attempt){
        .source = source,
        .waiter = waiter,
        .interest = interest,
        .poll = source ? RT_PENDING : RT_READY,
        .result = source ? 0 : -EBADF,
    };
}

/* The rest of rt_attempt_next: it is not as simple as usual. */
bool rt_attempt_begin(struct rt_attempt *attempt, struct rt_context *cx);

/*
 * May the system call be made now? If not, there is a result, or a wake is on
 * its way: from the source, or from ourselves when the budget or the hostile
 * mode says no.
 */
static inline bool rt_attempt_next(struct rt_attempt *attempt,
                                   struct rt_context *cx)
{
    if (attempt->poll == RT_READY) {
        return false;
    }
    attempt->seen = rt_source_ready(attempt->source);
    if (!rt_ready_has(attempt->seen, attempt->interest) || cx->is_hostile) {
        return rt_attempt_begin(attempt, cx);
    }
    return rt_budget_spend(cx);
}

/*
 * What the call gave: a count, of the size that was asked for (0: counts are
 * never short), or -1 and errno.
 */
void rt_attempt_end(struct rt_attempt *attempt, ssize_t count, size_t asked);

/* Hostile mode: is this call to fail in the way of feature? */
bool rt_attempt_strikes(const struct rt_attempt *attempt,
                        const struct rt_context *cx, enum rt_hostile feature);

/* Hostile mode: a part of size, now and then. */
size_t rt_attempt_shorten(const struct rt_attempt *attempt,
                          const struct rt_context *cx, size_t size);

/* How much to ask for: size, unless hostile mode shortens it. */
static inline size_t rt_attempt_size(const struct rt_attempt *attempt,
                                     const struct rt_context *cx, size_t size)
{
    return cx->is_hostile ? rt_attempt_shorten(attempt, cx, size) : size;
}

#endif
