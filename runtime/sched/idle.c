/*
 * Waiting: what the loop does when no task is ready.
 *
 * This is where a runtime spends its life. The kernel, the timers and those
 * who yielded are asked here; a clock that stands still is moved here.
 */
#include "base/memory.h"
#include "base/panic.h"
#include "sched/core.h"
#include "time/duration.h"
#include "trace/trace.h"

static void fire_timers(struct rt_runtime *runtime)
{
    if (rt_wheel_count(&runtime->wheel) > 0) {
        rt_wheel_advance(&runtime->wheel,
                         rt_clock_now(&runtime->clock) / RT_MILLISECONDS(1));
    }
}

/* Those that are deferred while we do it wait for the next turn. */
static void wake_deferred(struct rt_runtime *runtime)
{
    struct rt_list batch;
    struct rt_list *node;

    rt_list_move_all(&runtime->deferred, &batch);
    RT_TRACE(rt_trace_set_source(RT_TRACE_FROM_YIELD, 0));
    while ((node = rt_list_pop_front(&batch))) {
        rt_waker_wake(&RT_CONTAINER_OF(node, struct rt_deferred, node)->waker);
    }
}

static void wait_for_events(struct rt_runtime *runtime, uint64_t timeout)
{
    int reported = rt_driver_wait(&runtime->driver, timeout);

    if (reported < 0) {
        rt_panic("driver-failed", "waiting for events: errno %d", -reported);
    }
}

/* One turn of the driver, without waiting. */
void rt_core_poll_events(struct rt_runtime *runtime)
{
    wait_for_events(runtime, 0);
    fire_timers(runtime);
    wake_deferred(runtime);
    rt_core_take_injected(runtime);
}

static void park(struct rt_runtime *runtime, uint64_t timeout)
{
    RT_TRACE(rt_trace_write(RT_TRACE_PARK, 0, 0, 0, timeout));
    wait_for_events(runtime, timeout);
    RT_TRACE(rt_trace_write(RT_TRACE_UNPARK, 0, 0, 0, 0));
}

static uint64_t next_deadline(struct rt_runtime *runtime)
{
    uint64_t tick;

    return rt_wheel_next_timer(&runtime->wheel, &tick)
               ? rt_duration_of_tick(tick)
               : RT_NEVER;
}

static void move_clock(struct rt_runtime *runtime, uint64_t time)
{
    if (time <= rt_clock_now(&runtime->clock)) {
        return;
    }
    rt_clock_set(&runtime->clock, time);
    RT_TRACE(rt_trace_write(RT_TRACE_CLOCK_ADVANCE, 0, 0, 0, time));
}

static void idle_paused(struct rt_runtime *runtime)
{
    uint64_t deadline = next_deadline(runtime);

    if (deadline == RT_NEVER) {
        park(runtime, RT_NEVER);
    } else {
        move_clock(runtime, deadline);
    }
}

static void idle_conducted(struct rt_runtime *runtime)
{
    struct rt_conduct_answer state = {
        .now = rt_clock_now(&runtime->clock),
        .next = next_deadline(runtime),
        .tasks = runtime->task_count,
        .timers = rt_wheel_count(&runtime->wheel),
        .fds = rt_driver_source_count(&runtime->driver) - 1, /* not its own */
    };
    uint64_t time;

    if (rt_conductor_idle(&runtime->conductor, &state, &time)) {
        move_clock(runtime, time);
    } else {
        park(runtime, RT_NEVER);
    }
}

static void idle_real(struct rt_runtime *runtime)
{
    uint64_t tick;
    uint64_t timeout = RT_NEVER;

    if (rt_wheel_await(&runtime->wheel, &tick)) {
        timeout =
            rt_clock_real_until(&runtime->clock, rt_duration_of_tick(tick));
    }
    park(runtime, timeout);
    rt_wheel_await_end(&runtime->wheel);
}

/* Nothing is ready. Waits until something is, or moves a clock that waits. */
void rt_core_idle(struct rt_runtime *runtime)
{
    bool has_deferred = !rt_list_is_empty(&runtime->deferred);
    bool stands_still = rt_clock_stands_still(&runtime->clock);
    /* Asked first: whom a job woke before it was over is seen below. */
    bool is_held = stands_still && rt_blocking_pool_is_busy(runtime->blocking);

    if (has_deferred || stands_still) {
        rt_core_poll_events(runtime);
        /* Events for nobody may stand before one that somebody waits for. */
        if (runtime->ready.length > 0 || runtime->driver.reported > 0) {
            return;
        }
    }
    if (is_held) {
        park(runtime, RT_NEVER);
    } else if (runtime->clock.kind == RT_CLOCK_PAUSED) {
        idle_paused(runtime);
    } else if (runtime->clock.kind == RT_CLOCK_CONDUCTED) {
        idle_conducted(runtime);
    } else {
        idle_real(runtime);
    }
    fire_timers(runtime);
    rt_core_take_injected(runtime);
}
