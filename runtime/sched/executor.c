/*
 * The current-thread executor: one queue, one loop, one thread.
 *
 * A turn of the loop is the whole idea: take a task, poll it; when there is
 * none, wait (idle.c) until something wakes one.
 */
#include "base/memory.h"
#include "sched/core.h"
#include "trace/trace.h"

enum {
    INJECT_INTERVAL = 31, /* polls between two looks at the injected tasks */
    SPURIOUS_ONE_IN = 4,  /* hostile mode: one extra poll in so many */
};

_Thread_local struct rt_runtime *rt_core_current;

/* ---- the owner of the tasks ---- */

static struct rt_runtime *runtime_of(struct rt_task_owner *owner)
{
    return (struct rt_runtime *)(void *)owner;
}

void rt_core_push_ready(struct rt_runtime *runtime, struct rt_task *task)
{
    rt_queue_push(&runtime->ready, task);
    RT_TRACE(rt_trace_write(RT_TRACE_ENQUEUE, task->id, 0, 0,
                            runtime->ready.length));
}

/* Under the lock, also the interrupt: the driver is there until the close. */
static void push_injected(struct rt_runtime *runtime, struct rt_task *task)
{
    rt_queue_push(&runtime->injected, task);
    atomic_store_explicit(&runtime->injected_length, runtime->injected.length,
                          memory_order_release);
    /* The loop may be on its way into the driver: this ends that wait. */
    rt_driver_interrupt(&runtime->driver);
}

static void inject(struct rt_runtime *runtime, struct rt_task *task)
{
    bool is_closed;

    pthread_mutex_lock(&runtime->inject_lock);
    is_closed = runtime->is_closed;
    if (!is_closed) {
        push_injected(runtime, task);
    }
    pthread_mutex_unlock(&runtime->inject_lock);
    if (is_closed) {
        rt_task_unref(task); /* it was completed between its wake and here */
    }
}

static void schedule(struct rt_task_owner *owner, struct rt_task *task)
{
    struct rt_runtime *runtime = runtime_of(owner);

    if (rt_core_current == runtime) {
        rt_core_push_ready(runtime, task);
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

void rt_core_take_injected(struct rt_runtime *runtime)
{
    struct rt_queue taken;
    struct rt_task *task;

    /* Acquire pairs with the release in inject. */
    if (atomic_load_explicit(&runtime->injected_length, memory_order_acquire) ==
        0) {
        return;
    }
    pthread_mutex_lock(&runtime->inject_lock);
    taken = runtime->injected;
    runtime->injected = (struct rt_queue){0};
    atomic_store_explicit(&runtime->injected_length, 0, memory_order_relaxed);
    pthread_mutex_unlock(&runtime->inject_lock);
    while ((task = rt_queue_pop(&taken))) {
        rt_core_push_ready(runtime, task);
    }
}

/* ---- running tasks ---- */

/* Hostile mode: any of the tasks that are ready comes first. */
static void shuffle(struct rt_runtime *runtime)
{
    uint32_t length = runtime->ready.length;

    if (length > 1 &&
        rt_hostility_strikes(&runtime->hostility, RT_HOSTILE_SHUFFLE, 1)) {
        rt_queue_rotate(&runtime->ready,
                        rt_random_below(&runtime->hostility.random, length));
    }
}

static struct rt_task *next_task(struct rt_runtime *runtime)
{
    struct rt_task *task;

    if (runtime->tick % INJECT_INTERVAL == 0 || runtime->ready.length == 0) {
        rt_core_take_injected(runtime);
    }
    shuffle(runtime);
    task = rt_queue_pop(&runtime->ready);
    if (task) {
        RT_TRACE(rt_trace_write(RT_TRACE_DEQUEUE, task->id, 0, 0,
                                runtime->ready.length));
    }
    return task;
}

static void run_task(struct rt_runtime *runtime, struct rt_task *task)
{
    struct rt_context cx = {.runtime = runtime};

    cx.stack = __builtin_frame_address(0);
    if (runtime->hostility.features & RT_HOSTILE_JUNK) {
        cx.junk = &runtime->hostility;
    }
    if (rt_task_run(task, &cx) == RT_TASK_AFTER_AGAIN) {
        rt_core_push_ready(runtime,
                           task); /* at the back: the others go first */
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

void rt_core_turn(struct rt_runtime *runtime)
{
    struct rt_task *task;

    if (++runtime->tick % runtime->event_interval == 0) {
        rt_core_poll_events(runtime);
    }
    task = next_task(runtime);
    if (!task) {
        rt_core_idle(runtime);
        return;
    }
    run_task(runtime, task);
    if (rt_hostility_strikes(&runtime->hostility, RT_HOSTILE_SPURIOUS,
                             SPURIOUS_ONE_IN)) {
        run_spuriously(runtime);
    }
}

static void destroy(struct rt_runtime *runtime)
{
    if (runtime->blocking) {
        rt_blocking_pool_drop(runtime->blocking);
    }
    pthread_mutex_destroy(&runtime->inject_lock);
    rt_free(runtime, sizeof(*runtime));
}

static void freed(struct rt_task_owner *owner)
{
    struct rt_runtime *runtime = runtime_of(owner);

    if (rt_core_current == runtime) {
        runtime->allocated--;
    } else if (atomic_fetch_add(&runtime->freed_elsewhere, 1) == -1) {
        destroy(runtime);
    }
}

void rt_core_close(struct rt_runtime *runtime)
{
    struct rt_task *task;

    pthread_mutex_lock(&runtime->inject_lock);
    runtime->is_closed = true;
    pthread_mutex_unlock(&runtime->inject_lock);
    rt_core_take_injected(runtime);
    while ((task = rt_queue_pop(&runtime->ready))) {
        rt_task_unref(task);
    }
}

void rt_core_release(struct rt_runtime *runtime)
{
    int64_t left = runtime->allocated;

    if (atomic_fetch_sub(&runtime->freed_elsewhere, left) == left) {
        destroy(runtime);
    }
}

void rt_core_init_owner(struct rt_runtime *runtime)
{
    runtime->owner = (struct rt_task_owner){schedule, release, freed};
}
