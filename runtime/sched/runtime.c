/*
 * The current-thread executor: one queue, one loop, one thread.
 *
 * The loop in rt_block_on is the whole idea: take a task, poll it, and when
 * there is none, wait in the driver until the kernel or a timer wakes one.
 */
#include "sched/runtime.h"

#include <errno.h>
#include <pthread.h>

#include "base/memory.h"
#include "base/panic.h"
#include "sched/conductor.h"
#include "sched/queue.h"
#include "time/duration.h"
#include "trace/trace.h"

enum {
    INJECT_INTERVAL = 31, /* polls between two looks at the injected tasks */
    SPURIOUS_ONE_IN = 4,  /* hostile mode: one extra poll in so many */
};

struct rt_runtime {
    struct rt_task_owner owner; /* first: what the tasks know of us */
    struct rt_clock clock;
    struct rt_wheel wheel;
    struct rt_driver driver;
    struct rt_conductor conductor;
    struct rt_random random;
    struct rt_hostility hostility;
    uint32_t event_interval;
    uint32_t tick;           /* polls so far, modulo 2^32 */
    bool is_blocking_on;     /* inside rt_block_on */
    bool has_trace;          /* we opened it, so we close it */
    struct rt_queue ready;   /* tasks woken on our thread */
    struct rt_list deferred; /* of struct rt_deferred: yields */
    struct rt_list all;      /* of struct rt_task: not complete */
    size_t task_count;       /* how many are in all */

    pthread_mutex_t inject_lock;
    struct rt_queue injected; /* guarded by inject_lock: woken elsewhere */
    _Atomic uint32_t injected_length; /* a hint, so that we rarely lock */
};

static _Thread_local struct rt_runtime *current;

/* ---- the owner of the tasks ---- */

static struct rt_runtime *runtime_of(struct rt_task_owner *owner)
{
    return (struct rt_runtime *)(void *)owner;
}

static void push_ready(struct rt_runtime *runtime, struct rt_task *task)
{
    rt_queue_push(&runtime->ready, task);
    RT_TRACE(rt_trace_write(RT_TRACE_ENQUEUE, task->id, 0, 0,
                            runtime->ready.length));
}

static void inject(struct rt_runtime *runtime, struct rt_task *task)
{
    pthread_mutex_lock(&runtime->inject_lock);
    rt_queue_push(&runtime->injected, task);
    atomic_store_explicit(&runtime->injected_length, runtime->injected.length,
                          memory_order_release);
    pthread_mutex_unlock(&runtime->inject_lock);
    /* The loop may be on its way into the driver: this ends that wait. */
    rt_driver_interrupt(&runtime->driver);
}

static void schedule(struct rt_task_owner *owner, struct rt_task *task)
{
    struct rt_runtime *runtime = runtime_of(owner);

    if (current == runtime) {
        push_ready(runtime, task);
    } else {
        inject(runtime, task);
    }
}

static void release(struct rt_task_owner *owner, struct rt_task *task)
{
    struct rt_runtime *runtime = runtime_of(owner);

    rt_list_remove(&task->all);
    runtime->task_count--;
    rt_task_unref(task);
}

/* Moves the tasks that other threads have woken into our queue. */
static void take_injected(struct rt_runtime *runtime)
{
    struct rt_queue taken;

    /* Acquire pairs with the release in inject. */
    if (atomic_load_explicit(&runtime->injected_length,
                             memory_order_acquire) == 0) {
        return;
    }
    pthread_mutex_lock(&runtime->inject_lock);
    taken = runtime->injected;
    runtime->injected = (struct rt_queue){0};
    atomic_store_explicit(&runtime->injected_length, 0, memory_order_relaxed);
    pthread_mutex_unlock(&runtime->inject_lock);
    while (taken.length > 0) {
        push_ready(runtime, rt_queue_take(&taken, 0));
    }
}

/* ---- time and events ---- */

static uint64_t clock_source(void *source)
{
    return rt_clock_now(source);
}

static void fire_timers(struct rt_runtime *runtime)
{
    uint64_t now;

    if (runtime->wheel.count > 0) {
        now = rt_clock_now(&runtime->clock);
        rt_wheel_advance(&runtime->wheel, now / RT_MILLISECONDS(1));
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
        rt_waker_wake(
            &RT_CONTAINER_OF(node, struct rt_deferred, node)->waker);
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
static void poll_events(struct rt_runtime *runtime)
{
    wait_for_events(runtime, 0);
    fire_timers(runtime);
    wake_deferred(runtime);
    take_injected(runtime);
}

static void park(struct rt_runtime *runtime, uint64_t timeout)
{
    RT_TRACE(rt_trace_write(RT_TRACE_PARK, 0, 0, 0, timeout));
    wait_for_events(runtime, timeout);
    RT_TRACE(rt_trace_write(RT_TRACE_UNPARK, 0, 0, 0, 0));
}

static uint64_t next_deadline(const struct rt_runtime *runtime)
{
    uint64_t tick;

    return rt_wheel_next_timer(&runtime->wheel, &tick) ? RT_MILLISECONDS(tick)
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

    if (rt_wheel_next_work(&runtime->wheel, &tick)) {
        timeout = rt_clock_real_until(&runtime->clock, RT_MILLISECONDS(tick));
    }
    park(runtime, timeout);
}

/* Nothing is ready. Waits until something is, or moves a clock that waits. */
static void idle(struct rt_runtime *runtime)
{
    bool has_deferred = !rt_list_is_empty(&runtime->deferred);

    if (has_deferred || rt_clock_stands_still(&runtime->clock)) {
        poll_events(runtime);
        if (runtime->ready.length > 0) {
            return;
        }
    }
    if (runtime->clock.kind == RT_CLOCK_PAUSED) {
        idle_paused(runtime);
    } else if (runtime->clock.kind == RT_CLOCK_CONDUCTED) {
        idle_conducted(runtime);
    } else {
        idle_real(runtime);
    }
    fire_timers(runtime);
    take_injected(runtime);
}

/* ---- running tasks ---- */

static struct rt_task *next_task(struct rt_runtime *runtime)
{
    uint32_t place = 0;
    struct rt_task *task;

    if (runtime->tick % INJECT_INTERVAL == 0 || runtime->ready.length == 0) {
        take_injected(runtime);
    }
    if (runtime->ready.length == 0) {
        return NULL;
    }
    if (rt_hostility_strikes(&runtime->hostility, RT_HOSTILE_SHUFFLE, 1)) {
        place = rt_random_below(&runtime->hostility.random,
                                runtime->ready.length);
    }
    task = rt_queue_take(&runtime->ready, place);
    RT_TRACE(rt_trace_write(RT_TRACE_DEQUEUE, task->id, 0, 0,
                            runtime->ready.length));
    return task;
}

static void run_task(struct rt_runtime *runtime, struct rt_task *task)
{
    struct rt_context cx = {.runtime = runtime};

    cx.stack = __builtin_frame_address(0);
    if (runtime->hostility.features & RT_HOSTILE_JUNK) {
        rt_hostility_junk_stack(&runtime->hostility);
    }
    if (rt_task_run(task, &cx) == RT_TASK_AFTER_AGAIN) {
        push_ready(runtime, task); /* at the back: the others go first */
    }
}

/* Hostile mode: polls some idle task that nobody woke, as the rules allow. */
static void run_spuriously(struct rt_runtime *runtime)
{
    struct rt_list *node = runtime->all.next;
    uint32_t steps;
    struct rt_task *task;

    if (runtime->task_count == 0) {
        return;
    }
    steps = rt_random_below(&runtime->hostility.random,
                            (uint32_t)runtime->task_count);
    while (steps-- > 0) {
        node = node->next;
    }
    task = RT_CONTAINER_OF(node, struct rt_task, all);
    if (rt_task_claim_idle(task)) {
        RT_TRACE(rt_trace_write(RT_TRACE_HOSTILE, task->id, 0,
                                RT_HOSTILE_SPURIOUS, 0));
        run_task(runtime, task);
    }
}

static void turn(struct rt_runtime *runtime)
{
    struct rt_task *task;

    if (++runtime->tick % runtime->event_interval == 0) {
        poll_events(runtime);
    }
    task = next_task(runtime);
    if (!task) {
        idle(runtime);
        return;
    }
    run_task(runtime, task);
    if (rt_hostility_strikes(&runtime->hostility, RT_HOSTILE_SPURIOUS,
                             SPURIOUS_ONE_IN)) {
        run_spuriously(runtime);
    }
}

/* ---- spawning ---- */

/* Returns a reference that is the caller's, or NULL: no memory. */
static struct rt_task *spawn_task(struct rt_runtime *runtime,
                                  struct rt_future *frame, size_t frame_size)
{
    struct rt_task *task = rt_task_create(&runtime->owner, frame, frame_size);

    if (!task) {
        rt_future_drop(frame);
        return NULL;
    }
    rt_list_push_back(&runtime->all, &task->all);
    runtime->task_count++;
    RT_TRACE(rt_trace_write(RT_TRACE_SPAWN, task->id, rt_trace_task(), 0,
                            rt_trace_string(rt_future_name(task->future))));
    push_ready(runtime, task);
    return task;
}

struct rt_runtime *rt_current_or_panic(const char *what)
{
    if (!current) {
        rt_panic("no-runtime", "%s was called outside of a runtime", what);
    }
    return current;
}

struct rt_join_handle rt_spawn(struct rt_future *frame, size_t frame_size)
{
    struct rt_task *task = spawn_task(rt_current_or_panic("rt_spawn"), frame, frame_size);

    return rt_join_handle_make(task, task ? 0 : -ENOMEM);
}

int rt_spawn_detached(struct rt_future *frame, size_t frame_size)
{
    struct rt_task *task = spawn_task(rt_current_or_panic("rt_spawn_detached"), frame,
                                      frame_size);

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
    .name = "main",
};

int rt_block_on(struct rt_runtime *runtime, struct rt_future *future)
{
    struct rt_runtime *outer = current;
    struct root root = {RT_FUTURE(&root_ops), future};
    struct rt_task *task;
    int result;

    if (outer && outer->is_blocking_on) {
        rt_panic("block-on-inside-task",
                 "rt_block_on('%s') from inside a task would stop all others",
                 rt_future_name(future));
    }
    current = runtime;
    task = spawn_task(runtime, &root.future, sizeof(root));
    runtime->is_blocking_on = true;
    while (task && !rt_task_is_complete(task)) {
        turn(runtime);
    }
    runtime->is_blocking_on = false;
    current = outer;
    if (!task) {
        return -ENOMEM;
    }
    result = rt_task_is_cancelled(task) ? -ECANCELED : 0;
    rt_task_unref(task);
    return result;
}

/* ---- building and shutting down ---- */

static int open_trace(struct rt_runtime *runtime,
                      const struct rt_builder *builder)
{
    struct rt_trace_info info = {
        .seed = builder->seed,
        .hostile = builder->hostile,
        .clock = (enum rt_trace_clock)builder->clock,
        .workers = 1,
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
    rt_trace_set_clock(clock_source, &runtime->clock);
    rt_trace_write(RT_TRACE_START, 0, 0, 0, 0);
    return 0;
}

static void init_parts(struct rt_runtime *runtime,
                       const struct rt_builder *builder)
{
    runtime->owner = (struct rt_task_owner){schedule, release};
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

static int init_conductor(struct rt_runtime *runtime,
                          const struct rt_builder *builder)
{
    if (builder->clock != RT_CLOCK_CONDUCTED) {
        return 0;
    }
    return rt_conductor_init(&runtime->conductor, &runtime->driver,
                             builder->conductor_fd);
}

static void free_runtime(struct rt_runtime *runtime)
{
    if (runtime->has_trace) {
        rt_trace_write(RT_TRACE_STOP, 0, 0, 0, 0);
        rt_trace_close();
    }
    pthread_mutex_destroy(&runtime->inject_lock);
    rt_free(runtime, sizeof(*runtime));
}

int rt_build(const struct rt_builder *builder, struct rt_runtime **result)
{
    struct rt_runtime *runtime = rt_alloc(sizeof(*runtime));
    int error;

    if (!runtime) {
        return -ENOMEM;
    }
    init_parts(runtime, builder);
    error = open_trace(runtime, builder);
    if (!error) {
        error = rt_driver_init(&runtime->driver, &rt_driver_epoll);
    }
    if (error) {
        free_runtime(runtime);
        return error;
    }
    error = init_conductor(runtime, builder);
    if (error) {
        rt_driver_deinit(&runtime->driver);
        free_runtime(runtime);
        return error;
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
    take_injected(runtime);
    while (runtime->ready.length > 0) {
        rt_task_unref(rt_queue_take(&runtime->ready, 0));
    }
}

void rt_shutdown(struct rt_runtime *runtime)
{
    struct rt_runtime *outer = rt_enter(runtime);

    drop_all_tasks(runtime);
    rt_enter(outer == runtime ? NULL : outer);
    rt_conductor_deinit(&runtime->conductor, &runtime->driver);
    rt_driver_deinit(&runtime->driver);
    free_runtime(runtime);
}

/* ---- what futures ask of the runtime ---- */

struct rt_runtime *rt_current(void)
{
    return current;
}

struct rt_runtime *rt_enter(struct rt_runtime *runtime)
{
    struct rt_runtime *outer = current;

    current = runtime;
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
        .runtime = current,
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

struct rt_random *rt_runtime_random(struct rt_runtime *runtime)
{
    return &runtime->random;
}

struct rt_hostility *rt_runtime_hostility(struct rt_runtime *runtime)
{
    return &runtime->hostility;
}

void rt_runtime_defer(const struct rt_context *cx,
                      struct rt_deferred *deferred)
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
