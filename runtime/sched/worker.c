/*
 * A worker of the multi-thread runtime: the loop of one of its threads.
 *
 * Where the next task comes from, in this order: the one woken last (its data
 * is warm), the worker's deque, what strangers have injected, what other
 * workers have. So that no place is starved, the injected tasks come first
 * now and then, and the one woken last only so often in a row. The design is
 * Tokio's (worker.rs), which in turn learned from Go's scheduler.
 */
#define _GNU_SOURCE /* pthread_setname_np */

#include <stdio.h>

#include "base/monotonic.h"
#include "sched/core.h"
#include "sched/nodes.h"
#include "trace/trace.h"

enum { NEXT_MOST = 3 }; /* how often `next` goes first in a row */

/* ---- queueing ---- */

void rt_core_notify_one(struct rt_runtime *runtime)
{
    int sleeper = rt_sleepers_take_for_work(&runtime->sleepers);

    if (sleeper != RT_NO_SLEEPER) {
        rt_parker_unpark(&runtime->workers[sleeper].parker, &runtime->driver);
    }
}

static void trace_enqueue(const struct rt_worker *worker,
                          const struct rt_task *task)
{
    rt_trace_write(RT_TRACE_ENQUEUE, task->id, 0, 0,
                   rt_deque_length(&worker->deque) + 1);
}

/* Puts a task where others may steal it, and tells nobody. */
static void push_quietly(struct rt_worker *worker, struct rt_task *task)
{
    struct rt_queue overflow = {0};

    rt_deque_push(&worker->deque, task, &overflow);
    /* It is not closed: that comes when no worker runs any more. */
    if (overflow.first && rt_inject_begin(&worker->runtime->inject)) {
        rt_inject_push_locked(&worker->runtime->inject, &overflow);
        rt_inject_end(&worker->runtime->inject);
    }
}

/*
 * Calls for help only when it is alone in the deque. As long as others lie
 * there, somebody was called before who either searches still, or has found
 * work and then has called the next one (end_search), or has seen on its last
 * look that we have tasks; and if none of this is so, nobody sleeps. The look
 * comes after the push, without a fence: what we see of the head may be some
 * nanoseconds old, and a thief have emptied the deque just then and gone to
 * sleep. At worst the task waits for the end of our poll. It is not lost, since
 * a worker runs all tasks of its own before it sleeps.
 */
static void push_back(struct rt_worker *worker, struct rt_task *task)
{
    push_quietly(worker, task);
    /* On its way out of park the worker looks itself whether to call help. */
    if (!worker->is_asleep && rt_deque_length(&worker->deque) <= 1) {
        rt_core_notify_one(worker->runtime);
    }
}

void rt_core_push_local(struct rt_worker *worker, struct rt_task *task)
{
    struct rt_task *before = worker->next;

    RT_TRACE(trace_enqueue(worker, task));
    worker->next = task;
    if (before) {
        push_back(worker, before);
    }
}

bool rt_core_has_tasks(const struct rt_worker *worker)
{
    return worker->next || rt_deque_length(&worker->deque) > 0;
}

/* Behind all that the worker has: it woke itself, and others go first. */
static void push_last(struct rt_worker *worker, struct rt_task *task)
{
    RT_TRACE(trace_enqueue(worker, task));
    if (rt_core_has_tasks(worker)) {
        push_back(worker, task);
    } else {
        worker->next = task; /* first and last are the same */
    }
}

/* ---- the next task ---- */

static struct rt_task *take_own(struct rt_worker *worker)
{
    struct rt_task *task = worker->next;

    if (task) {
        worker->next = NULL;
        return task;
    }
    return rt_deque_pop(&worker->deque);
}

/* All at once: who comes for one of them calls the next one. */
static void push_all(struct rt_worker *worker, struct rt_queue *tasks)
{
    struct rt_task *task;

    while ((task = rt_queue_pop(tasks))) {
        push_quietly(worker, task);
    }
    rt_core_notify_one(worker->runtime);
}

/* Takes a fair share of the injected tasks; returns the first. */
static struct rt_task *take_injected(struct rt_worker *worker)
{
    struct rt_runtime *runtime = worker->runtime;
    uint32_t share =
        rt_inject_length(&runtime->inject) / runtime->worker_count + 1;
    struct rt_queue taken;
    struct rt_task *first;

    share = share < RT_DEQUE_SIZE / 2 ? share : RT_DEQUE_SIZE / 2;
    taken = rt_inject_take(&runtime->inject, share);
    first = rt_queue_pop(&taken);
    if (taken.first) {
        push_all(worker, &taken);
    }
    return first;
}

static struct rt_task *steal_from_someone(struct rt_worker *worker)
{
    struct rt_runtime *runtime = worker->runtime;
    uint32_t count = runtime->worker_count;
    uint32_t start = rt_random_below(&worker->random, count);

    for (uint32_t i = 0; i < count; i++) {
        struct rt_worker *victim = &runtime->workers[(start + i) % count];
        struct rt_task *task = NULL;

        if (victim != worker) {
            task = rt_deque_steal(&victim->deque, &worker->deque);
        }
        if (task) {
            rt_core_count(&worker->counts.steals, 1);
            RT_TRACE(rt_trace_write(RT_TRACE_STEAL, task->id, victim->index, 0,
                                    rt_deque_length(&worker->deque) + 1));
            return task;
        }
    }
    return NULL;
}

/* Looks for work elsewhere, unless enough others do. */
static struct rt_task *search(struct rt_worker *worker)
{
    struct rt_task *task;

    if (!worker->is_searching) {
        worker->is_searching =
            rt_sleepers_begin_search(&worker->runtime->sleepers);
    }
    if (!worker->is_searching) {
        return NULL;
    }
    task = steal_from_someone(worker);
    return task ? task : take_injected(worker);
}

/* ---- the loop ---- */

/* It found work. If nobody searches now, somebody else must begin to. */
static void end_search(struct rt_worker *worker)
{
    if (!worker->is_searching) {
        return;
    }
    worker->is_searching = false;
    if (rt_sleepers_end_search(&worker->runtime->sleepers)) {
        rt_core_notify_one(worker->runtime);
    }
}

/*
 * The poll may give the worker away (rt_block_in_place): then false, and it is
 * not ours to touch any more.
 */
static inline bool poll_task(struct rt_worker *worker, struct rt_context *cx,
                             struct rt_task *task)
{
    enum rt_task_after after;

    cx->budget = worker->runtime->builder.poll_budget;
    RT_TRACE(rt_trace_write(RT_TRACE_DEQUEUE, task->id, 0, 0,
                            rt_deque_length(&worker->deque)));
    after = rt_task_run(task, cx);
    if (rt_core_worker != worker) {
        if (after & RT_TASK_AFTER_AGAIN) {
            task->owner->schedule(task->owner, task); /* as a stranger */
        }
        return false;
    }
    rt_core_count(&worker->counts.polls, 1);
    if (after == RT_TASK_AFTER_AGAIN) {
        push_last(worker, task);
    } else if (after == RT_TASK_AFTER_DEFERRED) {
        rt_queue_push(&worker->deferred, task);
    }
    return true;
}

/* Now the task woken last has to wait its turn, if there are others. */
static void end_row(struct rt_worker *worker)
{
    struct rt_task *task = worker->next;

    if (task && rt_deque_length(&worker->deque) > 0) {
        worker->next = NULL;
        push_back(worker, task);
    }
}

/* Polls the task, and then what it woke last, a few times in a row. */
static inline void run_task(struct rt_worker *worker, struct rt_context *cx,
                            struct rt_task *task)
{
    int in_a_row = 0;

    end_search(worker);
    while (task && poll_task(worker, cx, task)) {
        if (in_a_row++ == NEXT_MOST) {
            end_row(worker);
            return;
        }
        task = worker->next;
        worker->next = NULL;
    }
}

static void wake_deferred(struct rt_worker *worker)
{
    struct rt_queue yielded =
        rt_core_take_deferred(worker, rt_deque_length(&worker->deque));

    if (yielded.first) {
        push_all(worker, &yielded);
    }
}

/* What has a turn now and then, however many tasks this worker has. */
static struct rt_task *look_elsewhere(struct rt_worker *worker)
{
    struct rt_queue injected;

    worker->until_events = worker->runtime->builder.event_interval;
    rt_core_try_driver(worker);
    wake_deferred(worker);
    injected = rt_inject_take(&worker->runtime->inject, 1);
    return rt_queue_pop(&injected);
}

static struct rt_task *next_task(struct rt_worker *worker)
{
    struct rt_task *task = NULL;

    if (--worker->until_events == 0) {
        task = look_elsewhere(worker);
    }
    if (!task) {
        task = take_own(worker);
    }
    if (!task) {
        task = take_injected(worker);
    }
    return task ? task : search(worker);
}

static inline void turn(struct rt_worker *worker, struct rt_context *cx)
{
    struct rt_task *task = next_task(worker);

    if (task) {
        run_task(worker, cx, task);
    } else if (worker->deferred.first) {
        rt_core_try_driver(worker);
        wake_deferred(worker);
    } else {
        rt_core_park(worker);
    }
}

/* What a thread does, until the runtime ends or the worker is given away. */
static void *worker_main(void *argument)
{
    struct rt_worker *worker = argument;
    struct rt_runtime *runtime = worker->runtime;
    struct rt_context cx = rt_core_context_make(worker);

    rt_core_worker = worker;
    rt_core_current = runtime;
    rt_trace_set_worker((uint8_t)worker->index);
    worker->awake_since = rt_monotonic_ns();
    if (runtime->builder.memory == RT_MEMORY_NUMA) {
        rt_nodes_bind(RT_NODES_FOLDER, worker->index);
    }
    rt_core_call_hook(&runtime->builder, runtime->builder.on_thread_start);
    while (rt_core_worker == worker &&
           !atomic_load(&runtime->is_shutting_down)) {
        turn(worker, &cx);
    }
    rt_core_call_hook(&runtime->builder, runtime->builder.on_thread_stop);
    rt_core_leave_thread(runtime, worker);
    return NULL;
}

/* ---- the threads ---- */

static void set_name(const struct rt_worker *worker)
{
#ifdef __linux__
    char name[16]; /* what Linux allows */

    snprintf(name, sizeof(name), "%.10s-%u",
             worker->runtime->builder.thread_name, worker->index);
    pthread_setname_np(worker->thread, name);
#else
    (void)worker;
#endif
}

int rt_core_start_worker(struct rt_worker *worker)
{
    int error = pthread_create(&worker->thread, NULL, worker_main, worker);

    if (!error) {
        set_name(worker);
    }
    return -error;
}

static void stop_workers(struct rt_runtime *runtime, uint32_t count)
{
    atomic_store(&runtime->is_shutting_down, true);
    for (uint32_t i = 0; i < count; i++) {
        rt_parker_unpark(&runtime->workers[i].parker, &runtime->driver);
    }
    for (uint32_t i = 0; i < count; i++) {
        pthread_join(runtime->workers[i].thread, NULL);
    }
}

int rt_core_start_workers(struct rt_runtime *runtime)
{
    rt_sleepers_init(&runtime->sleepers, runtime->worker_count);
    for (uint32_t i = 0; i < runtime->worker_count; i++) {
        int error = rt_core_start_worker(&runtime->workers[i]);

        if (error) {
            stop_workers(runtime, i);
            return error;
        }
    }
    return 0;
}

void rt_core_stop_workers(struct rt_runtime *runtime)
{
    stop_workers(runtime, runtime->worker_count);
    rt_core_wait_for_threads_away(runtime);
}
