/*
 * A runtime's life: built, used, shut down.
 */
#include "sched/runtime.h"

#include <errno.h>

#include "base/memory.h"
#include "base/panic.h"
#include "driver/driver.h"
#include "sched/core.h"
#include "time/duration.h"
#include "trace/trace.h"

/* ---- building ---- */

static uint64_t clock_source(void *source)
{
    return rt_clock_now(source);
}

static int open_trace(struct rt_runtime *runtime)
{
    const struct rt_builder *builder = &runtime->builder;
    struct rt_trace_info info = {
        .seed = builder->seed,
        .hostile = builder->hostile,
        .clock = (enum rt_trace_clock)builder->clock,
        .workers = runtime->worker_count,
        .now = clock_source,
        .now_source = &runtime->clock,
    };
    int error =
        builder->trace_path ? rt_trace_open(builder->trace_path, &info) : 0;

    if (builder->trace_path && !error) {
        runtime->has_trace = true;
        rt_trace_set_worker(0);
        rt_trace_write(RT_TRACE_START, 0, 0, 0, 0);
    }
    return error;
}

static void close_trace(struct rt_runtime *runtime)
{
    if (runtime->has_trace) {
        rt_trace_write(RT_TRACE_STOP, 0, 0, 0, 0);
        rt_trace_close();
    }
}

static void init_worker(struct rt_runtime *runtime, uint32_t index)
{
    struct rt_worker *worker = &runtime->workers[index];
    const struct rt_builder *builder = &runtime->builder;

    worker->runtime = runtime;
    worker->index = index;
    worker->until_events = builder->event_interval;
    worker->random.state = builder->seed + index;
    worker->hostility.features = builder->hostile;
    worker->hostility.random.state = ~worker->random.state;
    rt_parker_init(&worker->parker);
}

static int init_workers(struct rt_runtime *runtime)
{
    uint32_t count = rt_core_is_multi(runtime) ? runtime->builder.workers : 1;

    runtime->workers = rt_alloc(count * sizeof(*runtime->workers));
    if (!runtime->workers) {
        return -ENOMEM;
    }
    runtime->worker_count = count;
    for (uint32_t i = 0; i < count; i++) {
        init_worker(runtime, i);
    }
    return 0;
}

static int init_blocking(struct rt_runtime *runtime)
{
    runtime->blocking =
        rt_blocking_pool_create(runtime, runtime->builder.blocking_threads,
                                runtime->builder.blocking_keep_alive);
    return runtime->blocking ? 0 : -ENOMEM;
}

/* What needs the driver. On an error the driver is gone, too. */
static int start(struct rt_runtime *runtime)
{
    const struct rt_builder *builder = &runtime->builder;
    int error = rt_driver_init_or_best(&runtime->driver,
                                       builder->driver ? builder->driver
                                                       : rt_driver_find(NULL),
                                       builder->may_fall_back);

    if (error) {
        return error;
    }
    if (builder->clock == RT_CLOCK_CONDUCTED) {
        error = rt_driver_register(&runtime->driver, builder->conductor_fd,
                                   "conductor", &runtime->conductor.source);
    }
    if (!error && rt_core_is_multi(runtime)) {
        error = rt_core_start_workers(runtime);
    }
    if (error) {
        rt_conductor_deinit(&runtime->conductor);
        rt_driver_deinit(&runtime->driver);
    }
    return error;
}

static bool is_possible(const struct rt_builder *builder)
{
    bool stands_still = builder->clock == RT_CLOCK_PAUSED ||
                        builder->clock == RT_CLOCK_CONDUCTED;

    return builder->event_interval > 0 && builder->blocking_threads > 0 &&
           builder->poll_budget > 0 && builder->workers <= RT_WORKERS_MOST &&
           !(stands_still && builder->workers > 0);
}

int rt_build(const struct rt_builder *builder, struct rt_runtime **result)
{
    struct rt_runtime *runtime;
    int error;

    if (!is_possible(builder)) {
        return -EINVAL;
    }
    rt_panic_set_task(rt_core_say_task);
    runtime = rt_alloc(sizeof(*runtime));
    if (!runtime) {
        return -ENOMEM;
    }
    runtime->builder = *builder;
    rt_core_init_tasks(runtime);
    rt_clock_init(&runtime->clock, builder->clock, builder->clock_scale);
    rt_wheel_init(&runtime->wheel);
    pthread_mutex_init(&runtime->turn_lock, NULL);
    pthread_cond_init(&runtime->turn_changed, NULL);
    error = init_workers(runtime);
    error = error ? error : init_blocking(runtime);
    error = error ? error : open_trace(runtime);
    error = error ? error : start(runtime);
    if (error) {
        close_trace(runtime);
        rt_core_release(runtime);
        return error;
    }
    *result = runtime;
    return 0;
}

/* ---- shutting down ---- */

static void stop_running(struct rt_runtime *runtime)
{
    if (atomic_load(&runtime->is_over)) {
        rt_panic("shutdown-twice", "rt_shutdown of a runtime that was shut "
                                   "down before");
    }
    if (rt_core_is_inside_task() && rt_core_current == runtime) {
        rt_panic("shutdown-inside-task",
                 "rt_shutdown from inside a task of the same runtime");
    }
    if (rt_core_is_multi(runtime)) {
        rt_core_stop_workers(runtime);
    } else if (!rt_core_take_turn(runtime)) {
        rt_panic("shutdown-while-running",
                 "rt_shutdown while another thread is inside rt_block_on");
    }
}

int rt_shutdown_timeout(struct rt_runtime *runtime, uint64_t timeout)
{
    struct rt_runtime *outer = rt_core_current;
    int error;

    stop_running(runtime);
    rt_enter(runtime);
    rt_core_drop_all_tasks(runtime);
    error = rt_blocking_pool_shutdown(runtime->blocking, timeout);
    rt_conductor_deinit(&runtime->conductor);
    rt_driver_deinit(&runtime->driver);
    close_trace(runtime);
    atomic_store(&runtime->is_over, true);
    if (!rt_core_is_multi(runtime)) {
        rt_core_end_turn(runtime);
    }
    rt_enter(outer == runtime ? NULL : outer);
    rt_core_release(runtime);
    return error;
}

void rt_shutdown(struct rt_runtime *runtime)
{
    rt_shutdown_timeout(runtime, RT_NEVER);
}

/* ---- what futures ask of the runtime ---- */

struct rt_runtime *rt_current(void)
{
    return rt_core_current;
}

struct rt_runtime *rt_enter(struct rt_runtime *runtime)
{
    struct rt_runtime *outer = rt_core_current;

    rt_core_current = runtime;
    return outer;
}

uint64_t rt_now(void)
{
    return rt_clock_now(&rt_current_or_panic("rt_now")->clock);
}

void rt_pause(void)
{
    struct rt_runtime *runtime = rt_current_or_panic("rt_pause");

    if (rt_core_is_multi(runtime)) {
        rt_panic("pause-multi-thread",
                 "rt_pause: only the clock of a current-thread runtime can "
                 "stand still");
    }
    rt_clock_pause(&runtime->clock);
}

void rt_resume(void)
{
    rt_clock_resume(&rt_current_or_panic("rt_resume")->clock);
}

struct rt_context rt_context_make(const struct rt_waker *waker)
{
    struct rt_runtime *runtime = rt_core_current;

    return (struct rt_context){
        .waker = waker,
        .runtime = runtime,
        .budget = RT_BUDGET,
        .is_hostile = runtime && runtime->builder.hostile,
        .stack = __builtin_frame_address(0),
    };
}

struct rt_context rt_core_context_make(struct rt_worker *worker)
{
    struct rt_runtime *runtime = worker->runtime;
    /* Of several workers, one may be given away in the middle of a poll. */
    bool has_junk = worker->hostility.features & RT_HOSTILE_JUNK &&
                    !rt_core_is_multi(runtime);

    return (struct rt_context){
        .runtime = runtime,
        .is_hostile = worker->hostility.features != 0,
        .stack = __builtin_frame_address(0),
        .is_watched = has_junk || runtime->builder.detect_blocking > 0,
        .junk = has_junk ? &worker->hostility : NULL,
        .slow_ns = runtime->builder.detect_blocking,
    };
}

struct rt_runtime *rt_context_runtime(const struct rt_context *cx)
{
    if (!cx->runtime) {
        rt_panic("no-runtime", "a timer or socket was polled outside of a "
                               "runtime");
    }
    if (atomic_load_explicit(&cx->runtime->is_over, memory_order_relaxed)) {
        rt_panic("runtime-is-over", "a timer or socket was polled inside of a "
                                    "runtime that was shut down");
    }
    return cx->runtime;
}

struct rt_clock *rt_runtime_clock(struct rt_runtime *runtime)
{
    return &runtime->clock;
}

struct rt_wheel *rt_runtime_wheel(struct rt_runtime *runtime)
{
    return &runtime->wheel;
}

struct rt_driver *rt_runtime_driver(struct rt_runtime *runtime)
{
    return &runtime->driver;
}

struct rt_blocking_pool *rt_runtime_blocking(struct rt_runtime *runtime)
{
    return runtime->blocking;
}

/* What a stranger gets, who runs no worker: never hostile. */
static _Thread_local struct rt_hostility stranger;

/* Or NULL: a stranger. */
static struct rt_worker *worker_of_this_thread(struct rt_runtime *runtime)
{
    struct rt_worker *worker = rt_core_own_worker(runtime);
    /* Nobody runs it: a test that polls by hand, with its seed. */
    bool is_unused =
        !rt_core_is_multi(runtime) && !atomic_load(&runtime->is_driven);

    return !worker && is_unused ? &runtime->workers[0] : worker;
}

struct rt_random *rt_runtime_random(struct rt_runtime *runtime)
{
    struct rt_worker *worker = worker_of_this_thread(runtime);

    return worker ? &worker->random : &stranger.random;
}

struct rt_hostility *rt_runtime_hostility(struct rt_runtime *runtime)
{
    struct rt_worker *worker = worker_of_this_thread(runtime);

    return worker ? &worker->hostility : &stranger;
}

/* ---- what it counts ---- */

struct rt_metrics rt_runtime_metrics(struct rt_runtime *runtime)
{
    return (struct rt_metrics){
        .workers = runtime->worker_count,
        .tasks = rt_task_count(runtime),
        .injected = rt_inject_length(&runtime->inject),
        .timers = rt_wheel_count(&runtime->wheel),
        .sources = rt_driver_source_count(&runtime->driver),
    };
}

static uint64_t read_count(const _Atomic uint64_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

struct rt_worker_metrics rt_worker_metrics(struct rt_runtime *runtime,
                                           uint32_t index)
{
    struct rt_worker *worker = &runtime->workers[index];

    return (struct rt_worker_metrics){
        .polls = read_count(&worker->counts.polls),
        .steals = read_count(&worker->counts.steals),
        .parks = read_count(&worker->counts.parks),
        .busy_ns = read_count(&worker->counts.busy_ns),
        .queued = rt_deque_length(&worker->deque),
    };
}
