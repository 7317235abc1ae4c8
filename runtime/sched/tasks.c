/*
 * The tasks of a runtime: spawned, found by whoever wakes them, dropped.
 */
#include <errno.h>

#include "base/memory.h"
#include "base/panic.h"
#include "sched/core.h"
#include "trace/trace.h"

_Thread_local struct rt_runtime *rt_core_current;
_Thread_local struct rt_worker *rt_core_worker;

static struct rt_runtime *runtime_of(struct rt_task_owner *owner)
{
    return (struct rt_runtime *)(void *)owner;
}

/* ---- the list of live tasks ---- */

/* A thread takes its ids in a row, so it stays with one list for a while. */
static struct rt_shard *shard_of(struct rt_runtime *runtime,
                                 const struct rt_task *task)
{
    return &runtime->shards[task->id / RT_SHARD_IDS & runtime->shard_mask];
}

static void link_task(struct rt_runtime *runtime, struct rt_task *task)
{
    struct rt_shard *shard = shard_of(runtime, task);

    rt_lock_acquire(&shard->lock);
    rt_list_push_back(&shard->all, &task->all);
    rt_core_count(&shard->count, 1);
    rt_lock_release(&shard->lock);
}

static void release(struct rt_task_owner *owner, struct rt_task *task)
{
    struct rt_shard *shard = shard_of(runtime_of(owner), task);

    rt_lock_acquire(&shard->lock);
    rt_list_remove(&task->all);
    rt_core_count(&shard->count, -1);
    rt_lock_release(&shard->lock);
}

size_t rt_task_count(const struct rt_runtime *runtime)
{
    size_t count = 0;

    for (int i = 0; i < RT_SHARDS; i++) {
        count += atomic_load_explicit(&runtime->shards[i].count,
                                      memory_order_relaxed);
    }
    return count;
}

size_t rt_core_collect(struct rt_runtime *runtime, struct rt_task **tasks,
                       size_t most)
{
    size_t count = 0;

    for (int i = 0; i < RT_SHARDS; i++) {
        struct rt_shard *shard = &runtime->shards[i];
        struct rt_list *node;

        rt_lock_acquire(&shard->lock);
        for (node = shard->all.next; node != &shard->all && count < most;
             node = node->next) {
            tasks[count] = RT_CONTAINER_OF(node, struct rt_task, all);
            rt_task_ref(tasks[count++]);
        }
        rt_lock_release(&shard->lock);
    }
    return count;
}

/* ---- the memory of the runtime ---- */

/* More than there are tasks: no partial sum makes references 0 before. */
#define REFERENCE_OF_OWNER (INT64_C(1) << 62)

static void destroy(struct rt_runtime *runtime)
{
    for (uint32_t i = 0; i < runtime->worker_count; i++) {
        rt_parker_deinit(&runtime->workers[i].parker);
        rt_pool_deinit(&runtime->workers[i].pool);
    }
    if (runtime->blocking) {
        rt_blocking_pool_destroy(runtime->blocking);
    }
    rt_inject_deinit(&runtime->inject);
    pthread_cond_destroy(&runtime->turn_changed);
    pthread_mutex_destroy(&runtime->turn_lock);
    rt_free(runtime->workers,
            runtime->worker_count * sizeof(*runtime->workers));
    rt_free(runtime, sizeof(*runtime));
}

static void add_references(struct rt_runtime *runtime, int64_t change)
{
    if (atomic_fetch_add(&runtime->references, change) == -change) {
        destroy(runtime);
    }
}

void rt_core_ref(struct rt_runtime *runtime)
{
    add_references(runtime, 1);
}

void rt_core_unref(struct rt_runtime *runtime)
{
    add_references(runtime, -1);
}

struct rt_handle rt_handle(struct rt_runtime *runtime)
{
    rt_core_ref(runtime);
    return (struct rt_handle){runtime};
}

void rt_handle_drop(struct rt_handle *handle)
{
    struct rt_runtime *runtime = handle->runtime;

    handle->runtime = NULL;
    if (runtime) {
        rt_core_unref(runtime);
    }
}

void rt_core_release(struct rt_runtime *runtime)
{
    int64_t left = 0;

    for (uint32_t i = 0; i < runtime->worker_count; i++) {
        left += runtime->workers[i].allocated;
    }
    add_references(runtime, left - REFERENCE_OF_OWNER);
}

/* ---- tasks and their memory ---- */

/* On the list of those that live. worker: of this thread; NULL: none. */
static inline struct rt_task *create_task(struct rt_runtime *runtime,
                                          struct rt_worker *worker,
                                          const struct rt_future *frame,
                                          size_t frame_size, const char *name)
{
    size_t size = rt_task_size(frame_size, name);
    bool is_pooled = worker && size <= RT_POOL_SIZE_MOST &&
                     runtime->builder.memory != RT_MEMORY_MALLOC;
    struct rt_task *task =
        is_pooled ? rt_pool_alloc(&worker->pool, size) : rt_alloc(size);

    if (!task) {
        return NULL;
    }
    rt_task_init(task, &runtime->owner, frame, frame_size, name);
    task->is_pooled = is_pooled;
    if (worker) {
        worker->allocated++;
    } else {
        rt_core_ref(runtime);
    }
    link_task(runtime, task);
    RT_TRACE(rt_task_trace_spawn(task));
    return task;
}

static void free_task(struct rt_task_owner *owner, struct rt_task *task)
{
    struct rt_runtime *runtime = runtime_of(owner);
    struct rt_worker *worker = rt_core_own_worker(runtime);

    if (task->is_pooled) {
        rt_pool_free(worker ? &worker->pool : NULL, task);
    } else {
        rt_task_destroy(task);
    }
    if (worker) {
        worker->allocated--;
    } else {
        rt_core_unref(runtime);
    }
}

/* ---- waking ---- */

/* A stranger queues a task, and sees to it that a worker comes for it. */
static void push_injected_locked(struct rt_runtime *runtime,
                                 struct rt_task *task)
{
    struct rt_queue one = {0};

    rt_queue_push(&one, task);
    rt_inject_push_locked(&runtime->inject, &one);
    if (rt_core_is_multi(runtime)) {
        rt_core_notify_one(runtime);
    } else if (atomic_load(&runtime->is_driven)) {
        /* The loop may be on its way into the driver: this ends that wait. */
        rt_driver_interrupt(&runtime->driver);
    }
}

/* Queues a task on the worker of this thread. */
static inline void push(struct rt_worker *worker, struct rt_task *task)
{
    if (rt_core_is_multi(worker->runtime)) {
        rt_core_push_local(worker, task);
    } else {
        rt_core_push_ready(worker, task);
    }
}

static void schedule(struct rt_task_owner *owner, struct rt_task *task)
{
    struct rt_runtime *runtime = runtime_of(owner);
    struct rt_worker *worker = rt_core_own_worker(runtime);

    if (worker) {
        push(worker, task);
    } else if (rt_inject_begin(&runtime->inject)) {
        push_injected_locked(runtime, task);
        rt_inject_end(&runtime->inject);
    } else {
        rt_task_unref(task); /* it was cancelled between its wake and here */
    }
}

/* ---- spawning ---- */

/* On a thread that is no worker of the runtime. */
static __attribute__((noinline)) struct rt_spawned
spawn_from_outside(struct rt_runtime *runtime, const char *name,
                   const struct rt_future *frame, size_t frame_size)
{
    struct rt_spawned spawned = {NULL, -ECANCELED};

    if (rt_inject_begin(&runtime->inject)) {
        spawned.task = create_task(runtime, NULL, frame, frame_size, name);
        spawned.error = spawned.task ? 0 : -ENOMEM;
        if (spawned.task) {
            push_injected_locked(runtime, spawned.task);
        }
        rt_inject_end(&runtime->inject);
    }
    return spawned;
}

struct rt_spawned rt_core_spawn(struct rt_runtime *runtime, const char *name,
                                struct rt_future *frame, size_t frame_size)
{
    struct rt_worker *worker = rt_core_own_worker(runtime);
    struct rt_spawned spawned = {NULL, -ENOMEM};

    if (!worker) {
        spawned = spawn_from_outside(runtime, name, frame, frame_size);
    } else {
        spawned.task = create_task(runtime, worker, frame, frame_size, name);
        if (spawned.task) {
            push(worker, spawned.task);
            spawned.error = 0;
        }
    }
    if (!spawned.task) {
        rt_future_drop(frame);
    }
    return spawned;
}

struct rt_runtime *rt_current_or_panic(const char *what)
{
    if (!rt_core_current) {
        rt_panic("no-runtime", "%s was called outside of a runtime", what);
    }
    return rt_core_current;
}

struct rt_spawned rt_spawn_task(const char *name, struct rt_future *frame,
                                size_t frame_size)
{
    return rt_core_spawn(rt_current_or_panic("rt_spawn"), name, frame,
                         frame_size);
}

int rt_spawn_detached(struct rt_future *frame, size_t frame_size)
{
    struct rt_spawned spawned = rt_spawn_task(NULL, frame, frame_size);

    if (spawned.task) {
        rt_task_unref(spawned.task);
    }
    return spawned.error;
}

struct rt_join_handle rt_handle_spawn(const struct rt_handle *handle,
                                      struct rt_future *frame,
                                      size_t frame_size)
{
    struct rt_spawned spawned =
        rt_core_spawn(handle->runtime, NULL, frame, frame_size);

    return rt_join_handle_make(spawned.task, spawned.error);
}

/* ---- the end ---- */

static struct rt_task *any_task(struct rt_runtime *runtime)
{
    for (int i = 0; i < RT_SHARDS; i++) {
        struct rt_shard *shard = &runtime->shards[i];

        if (!rt_list_is_empty(&shard->all)) {
            return RT_CONTAINER_OF(shard->all.next, struct rt_task, all);
        }
    }
    return NULL;
}

static void unref_all(struct rt_queue queue)
{
    struct rt_task *task;

    while ((task = rt_queue_pop(&queue))) {
        rt_task_unref(task);
    }
}

static void empty_queues(struct rt_worker *worker)
{
    struct rt_task *task;

    unref_all(worker->ready);
    unref_all(worker->deferred);
    worker->ready = worker->deferred = (struct rt_queue){0};
    while ((task = rt_deque_pop(&worker->deque))) {
        rt_task_unref(task);
    }
    if (worker->next) {
        rt_task_unref(worker->next);
        worker->next = NULL;
    }
}

void rt_core_drop_all_tasks(struct rt_runtime *runtime)
{
    struct rt_task *task;

    rt_inject_close(&runtime->inject);
    /* A drop may spawn tasks: they come to the lists, too. */
    while ((task = any_task(runtime))) {
        rt_task_shutdown(task);
    }
    unref_all(rt_inject_take(&runtime->inject, UINT32_MAX));
    for (uint32_t i = 0; i < runtime->worker_count; i++) {
        empty_queues(&runtime->workers[i]);
    }
}

void rt_core_init_tasks(struct rt_runtime *runtime)
{
    runtime->owner = (struct rt_task_owner){
        .schedule = schedule,
        .release = release,
        .free = free_task,
    };
    runtime->shard_mask = rt_core_is_multi(runtime) ? RT_SHARDS - 1 : 0;
    runtime->references = REFERENCE_OF_OWNER;
    rt_inject_init(&runtime->inject);
    for (int i = 0; i < RT_SHARDS; i++) {
        rt_list_init(&runtime->shards[i].all);
    }
}
