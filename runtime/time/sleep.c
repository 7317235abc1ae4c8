#include "time/sleep.h"

#include "trace/trace.h"

static struct rt_sleep *sleep_of(struct rt_future *future)
{
    return (struct rt_sleep *)(void *)future;
}

static void arm(struct rt_sleep *sleep, uint64_t tick)
{
    rt_wheel_insert(rt_runtime_wheel(sleep->runtime), &sleep->timer, tick);
    RT_TRACE(sleep->timer.task = rt_trace_task());
    RT_TRACE(rt_trace_write(RT_TRACE_TIMER_ARM, sleep->timer.task,
                            sleep->timer.id, 0, rt_duration_of_tick(tick)));
}

static void disarm(struct rt_sleep *sleep)
{
    if (sleep->runtime) {
        rt_wheel_remove(rt_runtime_wheel(sleep->runtime), &sleep->timer);
    }
}

static enum rt_poll sleep_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_sleep *sleep = sleep_of(future);
    uint64_t now;

    if (!sleep->runtime) {
        sleep->runtime = rt_context_runtime(cx);
        rt_timer_init(&sleep->timer);
    }
    now = rt_clock_now(rt_runtime_clock(sleep->runtime));
    if (now >= sleep->deadline) {
        if (!rt_budget_spend(cx)) {
            return RT_PENDING;
        }
        disarm(sleep);
        return RT_READY;
    }
    if (rt_timer_is_armed(&sleep->timer)) {
        rt_waker_store(&sleep->timer.waker, cx->waker);
        return RT_PENDING;
    }
    sleep->timer.waker = rt_waker_clone(cx->waker);
    arm(sleep, rt_wheel_tick_of(sleep->deadline));
    return RT_PENDING;
}

static void sleep_drop(struct rt_future *future)
{
    disarm(sleep_of(future));
}

static const struct rt_future_ops sleep_ops = {
    .poll = sleep_poll,
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
    return rt_sleep_until(rt_duration_add(rt_now(), duration));
}

void rt_sleep_reset(struct rt_sleep *sleep, uint64_t deadline)
{
    struct rt_waker waker = RT_NO_WAKER;

    if (sleep->runtime && rt_timer_is_armed(&sleep->timer)) {
        waker = rt_waker_clone(&sleep->timer.waker);
        disarm(sleep);
    }
    sleep->deadline = deadline;
    sleep->future = RT_FUTURE(&sleep_ops);
    if (!waker.ops) {
        return;
    }
    if (deadline <= rt_clock_now(rt_runtime_clock(sleep->runtime))) {
        rt_waker_wake(&waker); /* the wheel takes only what is to come */
    } else {
        /* The task that waits keeps waiting, without a poll in between. */
        sleep->timer.waker = waker;
        arm(sleep, rt_wheel_tick_of(deadline));
    }
}
