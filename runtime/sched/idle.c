/*
 * Waiting: what the loop does when no task is ready.
 *
 * This is where a runtime spends its life. The kernel, the timers and those
 * who yielded are asked here; a clock that stands still is moved here.
 */
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "sched/core.h"
#include "time/duration.h"
#include "trace/trace.h"

static void fire_timers(struct rt_runtime *runtime)
{
    if (rt_wheel_count(&runtime->wheel) > 0) {
        rt_wheel_advance(&runtime->wheel, rt_clock_now(&runtime->clock));
    }
}

static void wait_in_driver(struct rt_runtime *runtime, uint64_t timeout)
{
    int reported = rt_driver_wait(&runtime->driver, timeout);

    if (reported < 0) {
        rt_panic("driver-failed", "waiting for events: %s",
                 strerror(-reported));
    }
}

void rt_core_look_for_events(struct rt_runtime *runtime)
{
    wait_in_driver(runtime, 0);
    fire_timers(runtime);
}

static void park(struct rt_runtime *runtime, uint64_t timeout)
{
    RT_TRACE(rt_trace_write(RT_TRACE_PARK, 0, 0, 0, timeout));
    wait_in_driver(runtime, timeout);
    RT_TRACE(rt_trace_write(RT_TRACE_UNPARK, 0, 0, 0, 0));
}

void rt_core_wait_for_events(struct rt_runtime *runtime)
{
    uint64_t time = rt_wheel_await(&runtime->wheel);

    park(runtime, rt_clock_real_until(&runtime->clock, time));
    rt_wheel_advance(&runtime->wheel, rt_clock_now(&runtime->clock));
}

struct rt_queue rt_core_take_deferred(struct rt_worker *worker, uint32_t length)
{
    struct rt_queue taken = worker->deferred;

    worker->deferred = (struct rt_queue){0};
    if (rt_trace_is_open() && taken.first) {
        rt_trace_set_source(RT_TRACE_FROM_YIELD, 0);
        for (struct rt_task *task = taken.first; task;
             task = task->queue_next) {
            rt_trace_wake(task->id, RT_TRACE_WAKE_QUEUED);
            rt_trace_write(RT_TRACE_ENQUEUE, task->id, 0, 0, ++length);
        }
    }
    return taken;
}

/* One turn of the driver, without waiting. */
void rt_core_poll_events(struct rt_worker *worker)
{
    struct rt_queue yielded;

    rt_core_look_for_events(worker->runtime);
    yielded = rt_core_take_deferred(worker, worker->ready.length);
    rt_queue_append(&worker->ready, &yielded);
    rt_core_take_injected(worker);
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
    uint64_t deadline = rt_wheel_next_timer(&runtime->wheel);

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
        .next = rt_wheel_next_timer(&runtime->wheel),
        .tasks = rt_task_count(runtime),
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

/* Asks again: the look for events may have swallowed what the last one said. */
static void wait_for_jobs(struct rt_runtime *runtime)
{
    if (rt_blocking_pool_is_busy(runtime->blocking)) {
        park(runtime, RT_NEVER);
    }
}

/* Nothing is ready. Waits until something is, or moves a clock that waits. */
void rt_core_idle(struct rt_worker *worker)
{
    struct rt_runtime *runtime = worker->runtime;
    bool stands_still = rt_clock_stands_still(&runtime->clock);
    /* Asked first: whom a job woke before it was over is seen below. */
    bool is_held = stands_still && rt_blocking_pool_is_busy(runtime->blocking);

    if (worker->deferred.length > 0 || stands_still) {
        rt_core_poll_events(worker);
        /* Events for nobody may stand before one that somebody waits for. */
        if (worker->ready.length > 0 || runtime->driver.reported > 0) {
            return;
        }
    }
    rt_core_count(&worker->counts.parks, 1);
    if (is_held) {
        wait_for_jobs(runtime);
    } else if (runtime->clock.kind == RT_CLOCK_PAUSED) {
        idle_paused(runtime);
    } else if (runtime->clock.kind == RT_CLOCK_CONDUCTED) {
        idle_conducted(runtime);
    } else {
        rt_core_wait_for_events(runtime);
    }
    fire_timers(runtime);
    rt_core_take_injected(worker);
}
