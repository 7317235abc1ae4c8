/*
 * A runtime's life: built, spawned on, run, shut down.
 */
#include "sched/runtime.h"

#include <errno.h>

#include "base/memory.h"
#include "base/panic.h"
#include "driver/choose.h"
#include "sched/core.h"
#include "time/duration.h"
#include "trace/trace.h"

/* ---- spawning ---- */

/*
 * name is what traces call the task. Returns a reference that is the
 * caller's, or NULL: no memory.
 */
static struct rt_task *spawn_task(struct rt_runtime *runtime,
                                  struct rt_future *frame, size_t frame_size,
                                  const char *name)
{
    struct rt_task *task = rt_task_create(&runtime->owner, frame, frame_size);

    if (!task) {
        rt_future_drop(frame);
        return NULL;
    }
    runtime->allocated++;
    rt_list_push_back(&runtime->all, &task->all);
    runtime->task_count++;
    RT_TRACE(rt_trace_write(RT_TRACE_SPAWN, task->id, rt_trace_task(), 0,
                            rt_trace_string(name)));
    rt_core_push_ready(runtime, task);
    return task;
}

struct rt_runtime *rt_current_or_panic(const char *what)
{
    if (!rt_core_current) {
        rt_panic("no-runtime", "%s was called outside of a runtime", what);
    }
    return rt_core_current;
}

struct rt_join_handle rt_spawn(struct rt_future *frame, size_t frame_size)
{
    struct rt_task *task = spawn_task(rt_current_or_panic("rt_spawn"), frame,
                                      frame_size, rt_future_name(frame));

    return rt_join_handle_make(task, task ? 0 : -ENOMEM);
}

int rt_spawn_detached(struct rt_future *frame, size_t frame_size)
{
    struct rt_task *task = spawn_task(rt_current_or_panic("rt_spawn_detached"),
                                      frame, frame_size, rt_future_name(frame));

    if (!task) {
        return -ENOMEM;
    }
    rt_task_unref(task);
    return 0;
}

/* ---- block_on ---- */

/* The task of rt_block_on: polls a future that lives with the caller. */
struct root {
    struct rt_future future;
    struct rt_future *inner; /* borrowed */
};

static enum rt_poll root_poll(struct rt_future *future, struct rt_context *cx)
{
    struct root *root = (struct root *)(void *)future;

    future->awaiting = root->inner;
    return rt_future_poll(root->inner, cx);
}

static void root_drop(struct rt_future *future)
{
    rt_future_drop(((struct root *)(void *)future)->inner);
}

static const struct rt_future_ops root_ops = {
    .poll = root_poll,
    .drop = root_drop,
    .name = "block_on",
};

int rt_block_on(struct rt_runtime *runtime, struct rt_future *future)
{
    struct rt_runtime *outer = rt_core_current;
    struct root root = {RT_FUTURE(&root_ops), future};
    struct rt_task *task;
    int result;

    if (outer && outer->is_blocking_on) {
        rt_panic("block-on-inside-task",
                 "rt_block_on('%s') from inside a task would stop all others",
                 rt_future_name(future));
    }
    rt_core_current = runtime;
    task = spawn_task(runtime, &root.future, sizeof(root), "main");
    runtime->is_blocking_on = true;
    while (task && !rt_task_is_complete(task)) {
        rt_core_turn(runtime);
    }
    runtime->is_blocking_on = false;
    rt_core_current = outer;
    if (!task) {
        return -ENOMEM;
    }
    result = rt_task_is_cancelled(task) ? -ECANCELED : 0;
    rt_task_unref(task);
    return result;
}

/* ---- building and shutting down ---- */

static uint64_t clock_source(void *source)
{
    return rt_clock_now(source);
}

static int open_trace(struct rt_runtime *runtime,
                      const struct rt_builder *builder)
{
    struct rt_trace_info info = {
        .seed = builder->seed,
        .hostile = builder->hostile,
        .clock = (enum rt_trace_clock)builder->clock,
        .workers = 1,
        .now = clock_source,
        .now_source = &runtime->clock,
    };
    int error;

    if (!builder->trace_path) {
        return 0;
    }
    error = rt_trace_open(builder->trace_path, &info);
    if (error) {
        return error;
    }
    runtime->has_trace = true;
    rt_trace_write(RT_TRACE_START, 0, 0, 0, 0);
    return 0;
}

static void init_parts(struct rt_runtime *runtime,
                       const struct rt_builder *builder)
{
    rt_core_init_owner(runtime);
    rt_clock_init(&runtime->clock, builder->clock, builder->clock_scale);
    rt_wheel_init(&runtime->wheel);
    runtime->random.state = builder->seed;
    runtime->hostility.features = builder->hostile;
    runtime->hostility.random.state = ~builder->seed;
    runtime->event_interval = builder->event_interval;
    rt_list_init(&runtime->deferred);
    rt_list_init(&runtime->all);
    pthread_mutex_init(&runtime->inject_lock, NULL);
}

static int init_blocking(struct rt_runtime *runtime,
                         const struct rt_builder *builder)
{
    struct rt_blocking_options options = {
        .threads = builder->blocking_threads,
        .keep_alive_ns = builder->blocking_keep_alive,
    };

    runtime->blocking = rt_blocking_pool_create(runtime, &options);
    return runtime->blocking ? 0 : -ENOMEM;
}

static int init_driver(struct rt_runtime *runtime,
                       const struct rt_builder *builder)
{
    return rt_driver_init_or_best(&runtime->driver,
                                  builder->driver ? builder->driver
                                                  : rt_driver_find(NULL),
                                  builder->may_fall_back);
}

static int init_conductor(struct rt_runtime *runtime,
                          const struct rt_builder *builder)
{
    if (builder->clock != RT_CLOCK_CONDUCTED) {
        return 0;
    }
    return rt_conductor_init(&runtime->conductor, &runtime->driver,
                             builder->conductor_fd);
}

static void close_trace(struct rt_runtime *runtime)
{
    if (runtime->has_trace) {
        rt_trace_write(RT_TRACE_STOP, 0, 0, 0, 0);
        rt_trace_close();
    }
}

/* Gives up a runtime of which only the trace, if that, was opened. */
static int fail_to_build(struct rt_runtime *runtime, int error)
{
    close_trace(runtime);
    rt_core_release(runtime);
    return error;
}

int rt_build(const struct rt_builder *builder, struct rt_runtime **result)
{
    struct rt_runtime *runtime;
    int error;

    if (builder->event_interval == 0 || builder->blocking_threads == 0) {
        return -EINVAL;
    }
    runtime = rt_alloc(sizeof(*runtime));
    if (!runtime) {
        return -ENOMEM;
    }
    init_parts(runtime, builder);
    error = init_blocking(runtime, builder);
    if (!error) {
        error = open_trace(runtime, builder);
    }
    if (!error) {
        error = init_driver(runtime, builder);
    }
    if (error) {
        return fail_to_build(runtime, error);
    }
    error = init_conductor(runtime, builder);
    if (error) {
        rt_driver_deinit(&runtime->driver);
        return fail_to_build(runtime, error);
    }
    *result = runtime;
    return 0;
}

static void drop_all_tasks(struct rt_runtime *runtime)
{
    /* A drop may spawn tasks: they come to the back of the list. */
    while (!rt_list_is_empty(&runtime->all)) {
        rt_task_shutdown(
            RT_CONTAINER_OF(runtime->all.next, struct rt_task, all));
    }
}

int rt_shutdown_timeout(struct rt_runtime *runtime, uint64_t timeout)
{
    struct rt_runtime *outer = rt_enter(runtime);
    int error;

    if (runtime->is_blocking_on) {
        rt_panic("shutdown-inside-task",
                 "rt_shutdown from inside a task of the same runtime");
    }
    drop_all_tasks(runtime);
    error = rt_blocking_pool_shutdown(runtime->blocking, timeout);
    drop_all_tasks(runtime); /* those that jobs spawned */
    rt_core_close(runtime);
    rt_conductor_deinit(&runtime->conductor);
    rt_driver_deinit(&runtime->driver);
    close_trace(runtime);
    rt_enter(outer == runtime ? NULL : outer);
    if (!error) {
        rt_core_release(runtime);
    }
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

size_t rt_task_count(const struct rt_runtime *runtime)
{
    return runtime->task_count;
}

void rt_pause(void)
{
    rt_clock_pause(&rt_current_or_panic("rt_pause")->clock);
}

void rt_resume(void)
{
    rt_clock_resume(&rt_current_or_panic("rt_resume")->clock);
}

struct rt_context rt_context_make(const struct rt_waker *waker)
{
    return (struct rt_context){
        .waker = waker,
        .runtime = rt_core_current,
        .budget = RT_BUDGET,
        .stack = __builtin_frame_address(0),
    };
}

struct rt_runtime *rt_context_runtime(const struct rt_context *cx)
{
    if (!cx->runtime) {
        rt_panic("no-runtime", "a timer or socket was polled outside of a "
                               "runtime");
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

const char *rt_runtime_driver_name(const struct rt_runtime *runtime)
{
    return runtime->driver.ops->name;
}

struct rt_random *rt_runtime_random(struct rt_runtime *runtime)
{
    return &runtime->random;
}

struct rt_hostility *rt_runtime_hostility(struct rt_runtime *runtime)
{
    return &runtime->hostility;
}

void rt_runtime_defer(const struct rt_context *cx, struct rt_deferred *deferred)
{
    struct rt_runtime *runtime = rt_context_runtime(cx);

    deferred->waker = rt_waker_clone(cx->waker);
    rt_list_push_back(&runtime->deferred, &deferred->node);
}

void rt_deferred_cancel(struct rt_deferred *deferred)
{
    if (deferred->waker.ops) {
        rt_list_remove(&deferred->node);
        rt_waker_drop(&deferred->waker);
    }
}
