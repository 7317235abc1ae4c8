#include "time/sleep.h"

#include "base/panic.h"
#include "future/async.h"
#include "trace/trace.h"

/* Has the waker woken at the deadline. False: that is over. */
static bool arm(struct rt_sleep *sleep, const struct rt_waker *waker)
{
    enum rt_armed armed =
        rt_wheel_arm(rt_runtime_wheel(sleep->runtime), &sleep->timer, waker);

    if (armed == RT_ARMED_NOW) {
        rt_driver_interrupt(rt_runtime_driver(sleep->runtime));
    }
    return armed != RT_ARMED_DUE;
}

static struct rt_waker disarm(struct rt_sleep *sleep)
{
    if (!sleep->runtime) {
        return RT_NO_WAKER;
    }
    return rt_wheel_disarm(rt_runtime_wheel(sleep->runtime), &sleep->timer);
}

bool rt_sleep_is_over(struct rt_sleep *sleep, const struct rt_context *cx)
{
    if (!sleep->runtime) {
        sleep->runtime = rt_context_runtime(cx);
    }
    return !arm(sleep, cx->waker);
}

static enum rt_poll sleep_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_sleep *sleep = RT_SELF(future, struct rt_sleep);

    return rt_sleep_is_over(sleep, cx) && rt_budget_spend(cx) ? RT_READY
                                                              : RT_PENDING;
}

static void sleep_drop(struct rt_future *future)
{
    struct rt_waker waker = disarm(RT_SELF(future, struct rt_sleep));

    rt_waker_drop(&waker);
}

const struct rt_future_ops rt_sleep_ops = {
    .poll = sleep_poll,
    .drop = sleep_drop,
    .name = "sleep",
};

/*
 * To look at the clock takes as long as all the rest, so it is done once, when
 * a sleep is made. A poll only asks the wheel, which may be some polls behind
 * the clock; so what is over now gets a deadline that the wheel knows as over.
 */
uint64_t rt_sleep_due_at(uint64_t deadline)
{
    return rt_current() && rt_now() >= deadline ? 0 : deadline;
}

uint64_t rt_sleep_due_after(uint64_t duration)
{
    return duration > 0 ? rt_duration_add(rt_now(), duration) : 0;
}

struct rt_sleep rt_sleep_until(uint64_t deadline)
{
    return rt_sleep_make(rt_sleep_due_at(deadline));
}

struct rt_sleep rt_sleep(uint64_t duration)
{
    return rt_sleep_make(rt_sleep_due_after(duration));
}

void rt_sleep_reset(struct rt_sleep *sleep, uint64_t deadline)
{
    struct rt_runtime *runtime = sleep->runtime;
    struct rt_waker waker = disarm(sleep);

    *sleep = rt_sleep_until(deadline);
    sleep->runtime = runtime;
    /* The task that waits keeps waiting, without a poll in between. */
    if (waker.ops && arm(sleep, &waker)) {
        rt_waker_drop(&waker);
    } else {
        rt_waker_wake(&waker);
    }
}

struct rt_yield rt_advance(uint64_t duration)
{
    struct rt_clock *clock =
        rt_runtime_clock(rt_current_or_panic("rt_advance"));
    uint64_t time = rt_duration_add(rt_clock_now(clock), duration);

    if (clock->kind != RT_CLOCK_PAUSED) {
        rt_panic("advance-unless-paused",
                 "rt_advance moves a clock that is not paused");
    }
    rt_clock_set(clock, time);
    RT_TRACE(rt_trace_write(RT_TRACE_CLOCK_ADVANCE, 0, 0, 0, time));
    return rt_yield(); /* for a turn of the driver, in which timers fire */
}
