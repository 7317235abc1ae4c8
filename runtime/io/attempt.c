#include "io/attempt.h"

#include "trace/trace.h"

enum { HOSTILE_ONE_IN = 4 };

bool rt_attempt_strikes(const struct rt_attempt *attempt,
                        const struct rt_context *cx, enum rt_hostile feature)
{
    if (!cx->is_hostile || !attempt->source ||
        !rt_hostility_strikes(rt_runtime_hostility(cx->runtime), feature,
                              HOSTILE_ONE_IN)) {
        return false;
    }
    RT_TRACE(rt_trace_write(RT_TRACE_HOSTILE, rt_trace_task(),
                            (uint32_t)attempt->source->fd, feature, 0));
    return true;
}

size_t rt_attempt_shorten(const struct rt_attempt *attempt,
                          const struct rt_context *cx, size_t size)
{
    if (size > 1 && rt_attempt_strikes(attempt, cx, RT_HOSTILE_SHORT)) {
        return rt_hostility_shorten(rt_runtime_hostility(cx->runtime), size);
    }
    return size;
}

static void finish(struct rt_attempt *attempt, ssize_t result)
{
    attempt->result = result;
    attempt->poll = RT_READY;
    rt_io_waiter_cancel(attempt->waiter);
}

/* True when the source is ready; otherwise the waiter is left, or it's over. */
static bool is_ready(struct rt_attempt *attempt, struct rt_context *cx)
{
    int error;

    do {
        attempt->seen = rt_source_ready(attempt->source);
        if (rt_ready_has(attempt->seen, attempt->interest)) {
            return true;
        }
        error = rt_source_wait(attempt->source, attempt->waiter,
                               attempt->interest, cx);
    } while (error == -EAGAIN); /* a report came in between */
    if (error) {
        finish(attempt, error);
    }
    return false;
}

bool rt_attempt_begin(struct rt_attempt *attempt, struct rt_context *cx)
{
    if (!is_ready(attempt, cx)) {
        return false;
    }
    if (rt_attempt_strikes(attempt, cx, RT_HOSTILE_AGAIN)) {
        rt_waker_wake_by_ref(cx->waker);
        return false;
    }
    return rt_budget_spend(cx);
}

void rt_attempt_end(struct rt_attempt *attempt, ssize_t count, size_t asked)
{
    if (count >= 0) {
        /* The kernel's buffer is empty (or full): we know without asking. */
        if (count > 0 && (size_t)count < asked) {
            rt_source_clear_short(attempt->source, attempt->seen,
                                  attempt->interest);
        }
        finish(attempt, count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        rt_source_clear(attempt->source, attempt->seen, attempt->interest);
    } else if (errno != EINTR) {
        finish(attempt, -errno);
    }
}
