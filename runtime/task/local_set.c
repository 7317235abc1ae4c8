#include "task/local_set.h"

#include <errno.h>

#include "base/lock.h"
#include "base/memory.h"
#include "future/async.h"
#include "sched/queue.h"
#include "trace/trace.h"

enum { POLLS_AT_ONCE = 61 }; /* before the set lets others have a turn */

/* Wakers keep it alive: each task's memory counts. */
struct rt_local_executor {
    struct rt_task_owner owner; /* first: what the tasks know of us */
    _Atomic size_t references;  /* the set's, and one for each task's memory */
    struct rt_list all;         /* tasks that are not over; the set's thread */
    struct rt_lock lock;        /* guards what follows */
    bool is_closed;
    struct rt_queue ready;
    struct rt_waker waker; /* owned: of the task that polls the set */
};

static struct rt_local_executor *executor_of(struct rt_task_owner *owner)
{
    return (struct rt_local_executor *)(void *)owner;
}

static void unref(struct rt_local_executor *executor)
{
    if (atomic_fetch_sub(&executor->references, 1) == 1) {
        rt_free(executor, sizeof(*executor));
    }
}

/* ---- the owner of the tasks ---- */

static void schedule(struct rt_task_owner *owner, struct rt_task *task)
{
    struct rt_local_executor *executor = executor_of(owner);
    struct rt_waker waker = RT_NO_WAKER;
    bool is_closed;

    rt_lock_acquire(&executor->lock);
    is_closed = executor->is_closed;
    if (!is_closed) {
        rt_queue_push(&executor->ready, task);
        waker = executor->waker;
        executor->waker = RT_NO_WAKER;
    }
    rt_lock_release(&executor->lock);
    rt_waker_wake(&waker);
    if (is_closed) {
        rt_task_unref(task); /* it was cancelled between its wake and here */
    }
}

static void release(struct rt_task_owner *owner, struct rt_task *task)
{
    (void)owner;
    rt_list_remove(&task->all);
}

static void free_task(struct rt_task_owner *owner, struct rt_task *task)
{
    rt_task_destroy(task);
    unref(executor_of(owner));
}

/* ---- running ---- */

/* A task that is ready; NULL: there is none, and the waker, if any, is left. */
static struct rt_task *take_ready(struct rt_local_executor *executor,
                                  const struct rt_waker *waker)
{
    struct rt_waker old = RT_NO_WAKER;
    struct rt_task *task;

    rt_lock_acquire(&executor->lock);
    task = rt_queue_pop(&executor->ready);
    if (!task && waker) {
        old = executor->waker;
        executor->waker = rt_waker_clone(waker);
    }
    rt_lock_release(&executor->lock);
    rt_waker_drop(&old);
    return task;
}

static void run_task(struct rt_local_executor *executor, struct rt_task *task,
                     const struct rt_context *cx)
{
    uint32_t outer = rt_trace_task();
    struct rt_context own = *cx;

    own.budget = RT_BUDGET;
    /* A yield, too: the driver's turn comes after the set's. */
    if (rt_task_run(task, &own) & RT_TASK_AFTER_AGAIN) {
        schedule(&executor->owner, task);
    }
    RT_TRACE(rt_trace_set_task(outer));
}

static enum rt_poll set_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_local_executor *executor =
        RT_SELF(future, struct rt_local_set)->executor;
    struct rt_task *task;

    for (int i = 0; i < POLLS_AT_ONCE; i++) {
        task = take_ready(executor, cx->waker);
        if (!task) {
            return rt_list_is_empty(&executor->all) ? RT_READY : RT_PENDING;
        }
        run_task(executor, task, cx);
    }
    rt_task_defer(cx);
    return RT_PENDING;
}

static void set_drop(struct rt_future *future)
{
    struct rt_local_executor *executor =
        RT_SELF(future, struct rt_local_set)->executor;
    struct rt_task *task;

    while (!rt_list_is_empty(&executor->all)) {
        rt_task_shutdown(
            RT_CONTAINER_OF(executor->all.next, struct rt_task, all));
    }
    rt_lock_acquire(&executor->lock);
    executor->is_closed = true;
    rt_lock_release(&executor->lock);
    rt_waker_drop(&executor->waker); /* nobody leaves or wakes one any more */
    while ((task = take_ready(executor, NULL))) {
        rt_task_unref(task);
    }
    unref(executor);
}

static const struct rt_future_ops set_ops = {
    .poll = set_poll,
    .drop = set_drop,
    .name = "local set",
};

/* ---- the set ---- */

int rt_local_set_init(struct rt_local_set *set)
{
    struct rt_local_executor *executor = rt_alloc(sizeof(*executor));

    *set = (struct rt_local_set){.executor = executor};
    if (!executor) {
        return -ENOMEM;
    }
    set->future = RT_FUTURE(&set_ops);
    executor->owner = (struct rt_task_owner){schedule, release, free_task};
    executor->references = 1;
    rt_list_init(&executor->all);
    return 0;
}

struct rt_join_handle rt_spawn_local(struct rt_local_set *set,
                                     struct rt_future *frame, size_t frame_size)
{
    struct rt_local_executor *executor = set->executor;
    struct rt_task *task =
        rt_task_create(&executor->owner, frame, frame_size, NULL);

    if (!task) {
        rt_future_drop(frame);
        return rt_join_handle_make(NULL, -ENOMEM);
    }
    atomic_fetch_add(&executor->references, 1);
    rt_list_push_back(&executor->all, &task->all);
    RT_TRACE(rt_task_trace_spawn(task));
    schedule(&executor->owner, task);
    return rt_join_handle_make(task, 0);
}
