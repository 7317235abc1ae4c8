/*
 * The current-thread executor: one queue, one loop, one thread.
 *
 * A turn of the loop is the whole idea: take a task, poll it; when there is
 * none, wait (idle.c) until something wakes one.
 */
#include "base/memory.h"
#include "sched/core.h"
#include "trace/trace.h"

/* Hostile mode: one extra poll in so many. */
enum { SPURIOUS_ONE_IN = 4 };

void rt_core_push_ready(struct rt_worker *worker, struct rt_task *task)
{
    rt_queue_push(&worker->ready, task);
    RT_TRACE(
        rt_trace_write(RT_TRACE_ENQUEUE, task->id, 0, 0, worker->ready.length));
}

void rt_core_take_injected(struct rt_worker *worker)
{
    struct rt_queue taken =
        rt_inject_take(&worker->runtime->inject, UINT32_MAX);
    struct rt_task *task;

    while ((task = rt_queue_pop(&taken))) {
        if (rt_list_is_empty(&task->all)) {
            rt_core_link(worker->runtime, task); /* spawned elsewhere */
            atomic_fetch_sub(&worker->runtime->unlinked, 1);
        }
        rt_core_push_ready(worker, task);
    }
}

/* ---- running tasks ---- */

/* Hostile mode: any of the tasks that are ready comes first. */
static void shuffle(struct rt_worker *worker)
{
    uint32_t length = worker->ready.length;

    if (length > 1 &&
        rt_hostility_strikes(&worker->hostility, RT_HOSTILE_SHUFFLE, 1)) {
        rt_queue_rotate(&worker->ready,
                        rt_random_below(&worker->hostility.random, length));
    }
}

static struct rt_task *next_task(struct rt_worker *worker)
{
    struct rt_task *task;

    if (worker->ready.length == 0) {
        rt_core_take_injected(worker);
    }
    if (worker->hostility.features) {
        shuffle(worker);
    }
    task = rt_queue_pop(&worker->ready);
    if (task) {
        RT_TRACE(rt_trace_write(RT_TRACE_DEQUEUE, task->id, 0, 0,
                                worker->ready.length));
    }
    return task;
}

static void run_task(struct rt_worker *worker, struct rt_context *cx,
                     struct rt_task *task)
{
    enum rt_task_after after;

    cx->budget = worker->runtime->builder.poll_budget;
    after = rt_task_run(task, cx);
    rt_core_count(&worker->counts.polls, 1);
    if (after == RT_TASK_AFTER_AGAIN) {
        rt_core_push_ready(worker, task); /* at the back: others go first */
    } else if (after == RT_TASK_AFTER_DEFERRED) {
        rt_queue_push(&worker->deferred, task);
    }
}

/* Hostile mode: polls some idle task that nobody woke, as the rules allow. */
static void run_spuriously(struct rt_worker *worker, struct rt_context *cx)
{
    struct rt_list *node = worker->runtime->shards[0].all.next;
    size_t count = rt_task_count(worker->runtime);
    uint32_t steps;
    struct rt_task *task;

    if (count == 0 ||
        !rt_hostility_strikes(&worker->hostility, RT_HOSTILE_SPURIOUS,
                              SPURIOUS_ONE_IN)) {
        return;
    }
    steps = rt_random_below(&worker->hostility.random, (uint32_t)count);
    while (steps-- > 0) {
        node = node->next;
    }
    task = RT_CONTAINER_OF(node, struct rt_task, all);
    if (rt_task_claim_idle(task)) {
        RT_TRACE(rt_trace_write(RT_TRACE_HOSTILE, task->id, 0,
                                RT_HOSTILE_SPURIOUS, 0));
        run_task(worker, cx, task);
    }
}

void rt_core_turn(struct rt_worker *worker, struct rt_context *cx)
{
    struct rt_task *task;

    if (--worker->until_events == 0) {
        worker->until_events = worker->runtime->builder.event_interval;
        rt_core_poll_events(worker);
    }
    task = next_task(worker);
    if (!task) {
        rt_core_idle(worker);
        worker->until_events = worker->runtime->builder.event_interval;
        return;
    }
    run_task(worker, cx, task);
    if (worker->hostility.features) {
        run_spuriously(worker, cx);
    }
}
