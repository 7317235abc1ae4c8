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

inline void rt_core_push_ready(struct rt_worker *worker, struct rt_task *task)
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
        rt_core_push_ready(worker, task);
    }
}

/* ---- running tasks ---- */

static inline void run_task(struct rt_worker *worker, struct rt_context *cx,
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

/* Each of the tasks in its turn, if it is idle: claimed as if it was woken. */
static struct rt_task *claim_next_idle(struct rt_shard *shard)
{
    struct rt_task *task = NULL;
    struct rt_list *node;

    rt_lock_acquire(&shard->lock);
    node = rt_list_pop_front(&shard->all);
    if (node) {
        rt_list_push_back(&shard->all, node);
        task = RT_CONTAINER_OF(node, struct rt_task, all);
    }
    if (task && !rt_task_claim_idle(task)) {
        task = NULL;
    }
    rt_lock_release(&shard->lock);
    return task;
}

/* Hostile mode: polls an idle task that nobody woke, as the rules allow. */
static __attribute__((cold)) void poll_spuriously(struct rt_worker *worker,
                                                  struct rt_context *cx)
{
    struct rt_task *task = NULL;

    if (rt_hostility_strikes(&worker->hostility, RT_HOSTILE_SPURIOUS,
                             SPURIOUS_ONE_IN)) {
        task = claim_next_idle(&worker->runtime->shards[0]);
    }
    if (task) {
        RT_TRACE(rt_trace_write(RT_TRACE_HOSTILE, task->id, 0,
                                RT_HOSTILE_SPURIOUS, 0));
        run_task(worker, cx, task);
    }
}

/* Hostile mode: any of the tasks that are ready comes first. */
static __attribute__((cold)) void shuffle(struct rt_worker *worker)
{
    struct rt_hostility *hostility = &worker->hostility;

    if (worker->ready.length > 1 &&
        rt_hostility_strikes(hostility, RT_HOSTILE_SHUFFLE, 1)) {
        rt_queue_rotate(&worker->ready, rt_random_below(&hostility->random,
                                                        worker->ready.length));
    }
}

/*
 * One turn of the loop: polls the next task, or waits until there is one.
 * Now and then it asks the driver first, whatever is ready. A turn that only
 * waits takes nothing from the seed: how many there are is the kernel's to say.
 */
static inline void turn(struct rt_worker *worker, struct rt_context *cx)
{
    bool is_hostile = worker->hostility.features != 0;
    struct rt_task *task;

    if (--worker->until_events == 0) {
        worker->until_events = worker->runtime->builder.event_interval;
        rt_core_poll_events(worker);
    }
    if (is_hostile) {
        shuffle(worker);
    }
    task = rt_queue_pop(&worker->ready);
    if (!task) {
        worker->until_events = worker->runtime->builder.event_interval;
        rt_core_idle(worker);
        return;
    }
    RT_TRACE(
        rt_trace_write(RT_TRACE_DEQUEUE, task->id, 0, 0, worker->ready.length));
    run_task(worker, cx, task);
    if (is_hostile) {
        poll_spuriously(worker, cx);
    }
}

void rt_core_drive(struct rt_worker *worker, const struct rt_task *task)
{
    struct rt_context cx = rt_core_context_make(worker);

    while (!rt_task_is_complete(task)) {
        turn(worker, &cx);
    }
}
