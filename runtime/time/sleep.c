#include "time/sleep.h"

static struct rt_sleep *sleep_of(struct rt_future *future)
{
    return (struct rt_sleep *)(void *)future;
}

/* Has the waker woken at the deadline. False: the deadline is over. */
static bool arm(struct rt_sleep *sleep, const struct rt_waker *waker)
{
    enum rt_armed armed =
        rt_wheel_arm(rt_runtime_wheel(sleep->runtime), &sleep->timer,
                     rt_wheel_tick_of(sleep->deadline), waker);

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

static bool is_over(const struct rt_sleep *sleep)
{
    return rt_clock_now(rt_runtime_clock(sleep->runtime)) >= sleep->deadline;
}

static enum rt_poll sleep_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_sleep *sleep = sleep_of(future);

    if (!sleep->runtime) {
        sleep->runtime = rt_context_runtime(cx);
    }
    if (!is_over(sleep) && arm(sleep, cx->waker)) {
        return RT_PENDING;
    }
    return rt_budget_spend(cx) ? RT_READY : RT_PENDING;
}

static void sleep_drop(struct rt_future *future)
{
    struct rt_waker waker = disarm(sleep_of(future));

    rt_waker_drop(&waker);
}

static const struct rt_future_ops sleep_ops = {
    .poll = sleep_poll,
    .drop = sleep_drop,
    .name = "sleep",
};

/*
 * rt_sleep has just looked at the clock, which takes as long as all the rest.
 * So the first poll doesn't, if the clock runs: should it come so late that the
 * time is over, the wheel sees that in the next turn of the loop.
 */
static enum rt_poll first_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_sleep *sleep = sleep_of(future);

    future->ops = &sleep_ops;
    sleep->runtime = rt_context_runtime(cx);
    if (!rt_clock_stands_still(rt_runtime_clock(sleep->runtime)) &&
        arm(sleep, cx->waker)) {
        return RT_PENDING;
    }
    return sleep_poll(future, cx);
}

static const struct rt_future_ops new_sleep_ops = {
    .poll = first_poll,
    .drop = sleep_drop,
    .name = "sleep",
};

struct rt_sleep rt_sleep_until(uint64_t deadline)
{
    return (struct rt_sleep){
        .future = RT_FUTURE(&sleep_ops),
        .deadline = deadline,
    };
}

struct rt_sleep rt_sleep(uint64_t duration)
{
    bool is_short = duration < RT_MILLISECONDS(1); /* may be over at once */

    return (struct rt_sleep){
        .future = RT_FUTURE(is_short ? &sleep_ops : &new_sleep_ops),
        .deadline = rt_duration_add(rt_now(), duration),
    };
}

void rt_sleep_reset(struct rt_sleep *sleep, uint64_t deadline)
{
    struct rt_waker waker = disarm(sleep);

    sleep->deadline = deadline;
    sleep->future = RT_FUTURE(&sleep_ops);
    /* The task that waits keeps waiting, without a poll in between. */
    if (waker.ops && !is_over(sleep) && arm(sleep, &waker)) {
        rt_waker_drop(&waker);
    } else {
        rt_waker_wake(&waker);
    }
}
