/*
 * Tasks: one thread runs a task, others wake it, abort it, wait for its end.
 */
#include <errno.h>

#include "explore/models/models.h"
#include "sched/queue.h"

/* ---- an executor: a queue that any number of threads take from ---- */

static struct {
    struct rt_task_owner owner;
    struct rt_queue queue;
    int queued; /* how often something was put into it */
    bool is_released;
    bool is_freed;
} executor;

static void schedule(struct rt_task_owner *owner, struct rt_task *task)
{
    (void)owner;
    executor.queued++;
    rt_queue_push(&executor.queue, task);
}

static void release(struct rt_task_owner *owner, struct rt_task *task)
{
    (void)owner;
    RT_EXPLORE_CHECK(!executor.is_released);
    executor.is_released = true;
    (void)task;
}

static void give_back(struct rt_task_owner *owner, struct rt_task *over)
{
    (void)owner;
    rt_task_destroy(over);
    executor.is_freed = true;
}

static bool has_work(void *data)
{
    (void)data;
    return executor.queue.length > 0 || executor.is_released;
}

/* A worker: until the task is over and nobody wakes it any more. */
static void work(void *data)
{
    for (;;) {
        struct rt_context cx = {.stack = __builtin_frame_address(0)};
        struct rt_task *task;

        rt_explore_wait(has_work, data);
        task = rt_queue_pop(&executor.queue);
        if (!task) {
            return;
        }
        if (rt_task_run(task, &cx) == RT_TASK_AFTER_AGAIN) {
            rt_queue_push(&executor.queue, task);
        }
    }
}

/* ---- the task: ready when the flag is set ---- */

struct subject {
    struct rt_future future;
    int value; /* the result */
};

static struct rt_task *task;   /* ours: one reference */
static struct rt_waker waker;  /* owned: left by the first poll */
static atomic_bool flag;       /* what the task waits for */
static atomic_bool is_polling; /* no two polls at once */
static int drops;
static bool was_ready;

static enum rt_poll subject_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct subject *self = RT_SELF(future, struct subject);

    RT_EXPLORE_CHECK(!atomic_exchange(&is_polling, true));
    rt_waker_store(&waker, cx->waker);
    was_ready = atomic_load(&flag);
    self->value = 42;
    RT_EXPLORE_CHECK(atomic_exchange(&is_polling, false));
    return was_ready ? RT_READY : RT_PENDING;
}

static void subject_drop(struct rt_future *future)
{
    RT_EXPLORE_CHECK(future == task->future);
    RT_EXPLORE_CHECK(!atomic_load(&is_polling));
    drops++;
}

static const struct rt_future_ops subject_ops = {subject_poll, subject_drop,
                                                 "subject"};

/* A task that is queued. */
static void make_task(bool is_ready)
{
    struct subject frame = {.future = RT_FUTURE(&subject_ops)};

    executor.owner = (struct rt_task_owner){schedule, release, give_back};
    executor.queue = (struct rt_queue){0};
    executor.queued = 0;
    executor.is_released = false;
    executor.is_freed = false;
    atomic_init(&flag, is_ready);
    atomic_init(&is_polling, false);
    drops = 0;
    was_ready = false;
    task = rt_task_create(&executor.owner, &frame.future, sizeof(frame), NULL);
    RT_EXPLORE_CHECK(task);
    rt_queue_push(&executor.queue, task);
}

/* A task that was polled once, is idle, and has left its waker. */
static void make_idle_task(void)
{
    struct rt_context cx = {.stack = __builtin_frame_address(0)};

    make_task(false);
    RT_EXPLORE_CHECK(rt_task_run(rt_queue_pop(&executor.queue), &cx) ==
                     RT_TASK_AFTER_IDLE);
}

static void check_end(void)
{
    rt_waker_drop(&waker);
    RT_EXPLORE_CHECK(executor.queue.length == 0);
    RT_EXPLORE_CHECK(executor.is_released);
    RT_EXPLORE_CHECK(executor.is_freed);
    RT_EXPLORE_CHECK(drops == 1);
}

/* ---- wake ---- */

static bool has_waker(void *data)
{
    (void)data;
    return waker.ops != NULL;
}

static void set_and_wake(void *data)
{
    rt_explore_wait(has_waker, data);
    atomic_store(&flag, true);
    rt_waker_wake_by_ref(&waker);
}

static void wake_only(void *data)
{
    rt_explore_wait(has_waker, data);
    rt_waker_wake_by_ref(&waker);
}

/* The flag is set, and the task woken, at any moment of its first poll. */
static void wake_while_running(void)
{
    make_task(false);
    rt_explore_thread(work, NULL);
    rt_explore_thread(set_and_wake, NULL);
    rt_explore_join();
    rt_task_unref(task);
    check_end();
}

/* Two wake it, two run it: it is in the queue once, and polled by one. */
static void wake_twice(void)
{
    make_idle_task();
    rt_explore_thread(work, NULL);
    rt_explore_thread(work, NULL);
    rt_explore_thread(wake_only, NULL);
    rt_explore_thread(set_and_wake, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(executor.queued <= 2);
    rt_task_unref(task);
    check_end();
}

/* Woken in its first poll, and once more: it is in the queue once. */
static void wake_again(void)
{
    make_task(false);
    rt_explore_thread(work, NULL);
    rt_explore_thread(wake_only, NULL);
    rt_explore_thread(set_and_wake, NULL);
    rt_explore_join();
    rt_task_unref(task);
    check_end();
}

static void wake_and_give_up(void *data)
{
    (void)data;
    rt_waker_wake(&waker);
}

static void abort_task(void *data)
{
    rt_task_abort(task);
    rt_task_unref(task);
    (void)data;
}

/* Its last waker is used while the task is aborted, dropped and freed. */
static void wake_while_dropped(void)
{
    make_idle_task();
    rt_explore_thread(work, NULL);
    rt_explore_thread(wake_and_give_up, NULL);
    rt_explore_thread(abort_task, NULL);
    rt_explore_join();
    check_end();
}

/* ---- abort and join ---- */

static int join_result;

static void join_task(void *data)
{
    struct rt_join_handle handle = rt_join_handle_make(task, 0);
    struct subject into = {.value = 0};

    rt_join_into(&handle, &into, sizeof(into));
    model_await(&handle.future);
    join_result = handle.result;
    RT_EXPLORE_CHECK(join_result != 0 || into.value == 42);
    (void)data;
}

static void join_against_completion(void)
{
    make_task(true);
    rt_explore_thread(work, NULL);
    rt_explore_thread(join_task, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(join_result == 0);
    check_end();
}

static void abort_only(void *data)
{
    (void)data;
    rt_task_abort(task);
}

/* Either it is ready or it is cancelled, and the joiner is told which. */
static void abort_against_completion(void)
{
    make_task(true);
    rt_task_ref(task); /* for the thread that aborts */
    rt_explore_thread(work, NULL);
    rt_explore_thread(join_task, NULL);
    rt_explore_thread(abort_task, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(join_result == (was_ready ? 0 : -ECANCELED));
    check_end();
}

/* An idle task, a wake and an abort: it must not wait for ever. */
static void abort_against_wake(void)
{
    make_idle_task();
    rt_explore_thread(work, NULL);
    rt_explore_thread(set_and_wake, NULL);
    rt_explore_thread(abort_only, NULL);
    rt_explore_join();
    rt_task_unref(task);
    check_end();
}

/* It is queued, or polled, or idle and never woken again. */
static void abort_against_poll(void)
{
    make_task(false);
    rt_explore_thread(work, NULL);
    rt_explore_thread(abort_task, NULL);
    rt_explore_join();
    check_end();
}

static void poll_and_drop_handle(void *data)
{
    struct rt_join_handle handle = rt_join_handle_make(task, 0);
    struct model_waker *own = model_waker_create();

    (void)data;
    model_poll(&handle.future, own);
    rt_future_drop(&handle.future);
    rt_waker_drop(&own->waker);
}

/* The one who waits for the end goes away at the end. */
static void join_against_drop(void)
{
    make_task(true);
    rt_explore_thread(work, NULL);
    rt_explore_thread(poll_and_drop_handle, NULL);
    rt_explore_join();
    check_end();
}

static void poll_twice(void *data)
{
    struct rt_join_handle handle = rt_join_handle_make(task, 0);
    struct model_waker *first = model_waker_create();
    struct model_waker *second = model_waker_create();

    (void)data;
    if (model_poll(&handle.future, first) == RT_PENDING &&
        model_poll(&handle.future, second) == RT_PENDING) {
        model_wait(second);
        RT_EXPLORE_CHECK(model_poll(&handle.future, second) == RT_READY);
    }
    rt_future_drop(&handle.future);
    rt_waker_drop(&first->waker);
    rt_waker_drop(&second->waker);
}

/* The joiner changes its waker while the task completes. */
static void join_by_another_waker(void)
{
    make_task(true);
    rt_explore_thread(work, NULL);
    rt_explore_thread(poll_twice, NULL);
    rt_explore_join();
    check_end();
}

const struct model task_models[] = {
    {"wake-while-running", wake_while_running, 12},
    {"wake-again", wake_again, 4},
    {"wake-twice", wake_twice, 3},
    {"wake-while-dropped", wake_while_dropped, 5},
    {"abort-against-completion", abort_against_completion, 4},
    {"abort-against-poll", abort_against_poll, 7},
    {"abort-against-wake", abort_against_wake, 6},
    {"join-against-completion", join_against_completion, 7},
    {"join-against-drop", join_against_drop, 7},
    {"join-by-another-waker", join_by_another_waker, 6},
    {0},
};
