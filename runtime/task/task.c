#include "task/task.h"

#include <string.h>

#include "base/memory.h"
#include "base/monotonic.h"
#include "trace/trace.h"

static _Atomic uint32_t last_id;

static struct rt_task *task_of(void *data)
{
    return data;
}

static size_t allocation_size(const struct rt_task *task)
{
    return sizeof(struct rt_task) + task->frame_size;
}

struct rt_task *rt_task_create(struct rt_task_owner *owner,
                               const struct rt_future *frame, size_t frame_size)
{
    struct rt_task *task = rt_alloc(sizeof(struct rt_task) + frame_size);

    if (!task) {
        return NULL;
    }
    atomic_init(&task->state, RT_TASK_QUEUED | 3 * RT_TASK_ONE_REF);
    task->owner = owner;
    rt_list_init(&task->all);
    task->id = atomic_fetch_add(&last_id, 1) + 1;
    task->frame_size = (uint32_t)frame_size;
    memcpy((void *)task->future, frame, frame_size);
    return task;
}

void rt_task_ref(struct rt_task *task)
{
    /* Relaxed: who adds a reference has one, so the task can't go away. */
    atomic_fetch_add_explicit(&task->state, RT_TASK_ONE_REF,
                              memory_order_relaxed);
}

void rt_task_unref(struct rt_task *task)
{
    struct rt_task_owner *owner = task->owner;
    /*
     * Release pairs with the acquire of whoever drops the last reference:
     * all that we did with the task happened before it is freed.
     */
    uint64_t before = atomic_fetch_sub_explicit(&task->state, RT_TASK_ONE_REF,
                                                memory_order_acq_rel);

    if (before / RT_TASK_ONE_REF == 1) {
        rt_free(task, allocation_size(task));
        owner->freed(owner);
    }
}

/* ---- waking ---- */

static void trace_held(enum rt_trace_type type, struct rt_task *task)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);

    rt_trace_write(type, task->id, 0, 0, state / RT_TASK_ONE_REF);
}

static void waker_clone(void *data)
{
    rt_task_ref(task_of(data));
    RT_TRACE(trace_held(RT_TRACE_WAKER_CLONE, task_of(data)));
}

static void waker_drop(void *data)
{
    RT_TRACE(trace_held(RT_TRACE_WAKER_DROP, task_of(data)));
    rt_task_unref(task_of(data));
}

static enum rt_trace_outcome outcome_of(uint64_t before)
{
    if (before & RT_TASK_COMPLETE) {
        return RT_TRACE_WAKE_TOO_LATE;
    }
    if (before & RT_TASK_QUEUED) {
        return RT_TRACE_WAKE_COALESCED;
    }
    return before & RT_TASK_RUNNING ? RT_TRACE_WAKE_MARKED
                                    : RT_TRACE_WAKE_QUEUED;
}

/*
 * Sets QUEUED, and takes a reference for the queue if the caller is to queue
 * the task. The exchange is acquire and release: what the waking thread wrote
 * before is seen by the poll, which clears QUEUED with acquire before it looks.
 */
static enum rt_trace_outcome mark_queued(struct rt_task *task)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);
    enum rt_trace_outcome outcome;
    uint64_t next;

    do {
        outcome = outcome_of(state);
        next = state;
        if (outcome == RT_TRACE_WAKE_MARKED) {
            next = state | RT_TASK_QUEUED;
        } else if (outcome == RT_TRACE_WAKE_QUEUED) {
            next = (state | RT_TASK_QUEUED) + RT_TASK_ONE_REF;
        }
        /*
         * A coalesced wake writes too (the same value): the poll that it
         * relies on must see what happened before this wake as well.
         */
    } while (!atomic_compare_exchange_weak_explicit(&task->state, &state, next,
                                                    memory_order_acq_rel,
                                                    memory_order_relaxed));
    return outcome;
}

static void waker_wake_by_ref(void *data)
{
    struct rt_task *task = task_of(data);
    enum rt_trace_outcome outcome = mark_queued(task);

    RT_TRACE(rt_trace_wake(task->id, outcome));
    if (outcome == RT_TRACE_WAKE_QUEUED) {
        task->owner->schedule(task->owner, task);
    }
}

static void waker_wake(void *data)
{
    waker_wake_by_ref(data);
    waker_drop(data);
}

static const struct rt_waker_ops task_waker_ops = {
    .clone = waker_clone,
    .wake = waker_wake,
    .wake_by_ref = waker_wake_by_ref,
    .drop = waker_drop,
};

/* ---- running ---- */

/* Ends the task: wakes the joiner, leaves the owner's list. */
static void complete(struct rt_task *task, uint64_t flags,
                     enum rt_trace_end reason)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);
    uint64_t next;

    RT_TRACE(rt_trace_write(RT_TRACE_FINISH, task->id, 0, reason, 0));
    /*
     * Release: the result in the frame is written before the joiner sees
     * COMPLETE. Acquire: we see the waker that the joiner left.
     */
    do {
        next = state | RT_TASK_COMPLETE | flags;
        next &= ~(uint64_t)(RT_TASK_RUNNING | RT_TASK_QUEUED);
    } while (!atomic_compare_exchange_weak_explicit(&task->state, &state, next,
                                                    memory_order_acq_rel,
                                                    memory_order_relaxed));
    if (state & RT_TASK_JOINER) {
        rt_waker_wake(&task->joiner);
    }
    task->owner->release(task->owner, task);
}

static void cancel(struct rt_task *task, enum rt_trace_end reason)
{
    rt_future_drop(task->future);
    complete(task, RT_TASK_CANCELLED, reason);
}

static void trace_await_chain(const struct rt_task *task)
{
    const struct rt_future *future = task->future;

    for (unsigned depth = 0; future; depth++, future = future->awaiting) {
        rt_trace_write(RT_TRACE_AWAIT, task->id, 0, depth,
                       rt_trace_string(rt_future_name(future)));
    }
}

static enum rt_poll poll_traced(struct rt_task *task, struct rt_context *cx)
{
    uint64_t begin = rt_monotonic_ns();
    enum rt_poll poll;

    rt_trace_write(RT_TRACE_POLL_BEGIN, task->id, 0, 0, 0);
    poll = rt_future_poll(task->future, cx);
    rt_trace_write(RT_TRACE_POLL_END, task->id, 0, poll,
                   rt_monotonic_ns() - begin);
    if (poll == RT_PENDING) {
        trace_await_chain(task);
    }
    return poll;
}

static enum rt_poll poll_future(struct rt_task *task, struct rt_context *cx)
{
    struct rt_waker waker = {&task_waker_ops, task};
    enum rt_poll poll;

    cx->waker = &waker;
    cx->budget = RT_BUDGET;
    if (rt_trace_is_open()) {
        poll = poll_traced(task, cx);
    } else {
        poll = rt_future_poll(task->future, cx);
    }
    cx->waker = NULL;
    return poll;
}

/* Queued to running. Acquire pairs with mark_queued in the waking thread. */
static uint64_t begin_poll(struct rt_task *task)
{
    uint64_t flip = RT_TASK_QUEUED | RT_TASK_RUNNING;

    return atomic_fetch_xor_explicit(&task->state, flip, memory_order_acq_rel);
}

/*
 * Running to idle, unless it was aborted: then it stays ours, to be dropped.
 * If a wake came during the poll it only set QUEUED: nobody but us will put
 * the task into a queue, so to forget it here is to lose it.
 */
static uint64_t end_poll(struct rt_task *task)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);

    /* Release: what the poll wrote is seen by the next one, on any thread. */
    do {
        if (state & RT_TASK_ABORTED) {
            break;
        }
    } while (!atomic_compare_exchange_weak_explicit(
        &task->state, &state, state & ~(uint64_t)RT_TASK_RUNNING,
        memory_order_acq_rel, memory_order_relaxed));
    return state;
}

static enum rt_task_after run(struct rt_task *task, struct rt_context *cx)
{
    uint64_t before = begin_poll(task);

    if (!(before & RT_TASK_ABORTED)) {
        if (poll_future(task, cx) == RT_READY) {
            rt_future_drop(task->future);
            complete(task, 0, RT_TRACE_END_READY);
            return RT_TASK_AFTER_DONE;
        }
        before = end_poll(task);
    }
    if (before & RT_TASK_ABORTED) {
        cancel(task, RT_TRACE_END_ABORTED);
        return RT_TASK_AFTER_DONE;
    }
    return before & RT_TASK_QUEUED ? RT_TASK_AFTER_AGAIN : RT_TASK_AFTER_IDLE;
}

enum rt_task_after rt_task_run(struct rt_task *task, struct rt_context *cx)
{
    enum rt_task_after after;

    RT_TRACE(rt_trace_set_task(task->id));
    after = run(task, cx);
    RT_TRACE(rt_trace_set_task(0));
    if (after != RT_TASK_AFTER_AGAIN) {
        rt_task_unref(task);
    }
    return after;
}

bool rt_task_claim_idle(struct rt_task *task)
{
    return mark_queued(task) == RT_TRACE_WAKE_QUEUED;
}

void rt_task_shutdown(struct rt_task *task)
{
    cancel(task, RT_TRACE_END_SHUTDOWN);
}

void rt_task_abort(struct rt_task *task)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);

    do {
        if (state & (RT_TASK_COMPLETE | RT_TASK_ABORTED)) {
            return;
        }
    } while (!atomic_compare_exchange_weak_explicit(
        &task->state, &state, state | RT_TASK_ABORTED, memory_order_acq_rel,
        memory_order_relaxed));
    RT_TRACE(rt_trace_write(RT_TRACE_ABORT, task->id, rt_trace_task(), 0, 0));
    /* So that the executor comes to look at it. */
    waker_wake_by_ref(task);
}

/* ---- joining ---- */

bool rt_task_is_complete(const struct rt_task *task)
{
    return atomic_load_explicit(&task->state, memory_order_acquire) &
           RT_TASK_COMPLETE;
}

bool rt_task_is_cancelled(const struct rt_task *task)
{
    return atomic_load_explicit(&task->state, memory_order_acquire) &
           RT_TASK_CANCELLED;
}

/* Changes JOINER, unless the task is complete: then returns false. */
static bool change_joiner(struct rt_task *task, uint64_t joiner)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_acquire);
    uint64_t next;

    do {
        if (state & RT_TASK_COMPLETE) {
            return false;
        }
        next = (state & ~(uint64_t)RT_TASK_JOINER) | joiner;
    } while (!atomic_compare_exchange_weak_explicit(&task->state, &state, next,
                                                    memory_order_acq_rel,
                                                    memory_order_acquire));
    return true;
}

bool rt_task_poll_join(struct rt_task *task, const struct rt_waker *waker)
{
    if (!change_joiner(task, 0)) {
        return true;
    }
    RT_TRACE(rt_trace_write(RT_TRACE_WAIT, rt_trace_task(), task->id,
                            RT_TRACE_ON_TASK, 0));
    rt_waker_store(&task->joiner, waker);
    /* It may have completed while the field was ours: then nobody wakes us. */
    if (!change_joiner(task, RT_TASK_JOINER)) {
        rt_waker_drop(&task->joiner);
        return true;
    }
    return false;
}

bool rt_task_forget_joiner(struct rt_task *task)
{
    bool is_ours = change_joiner(task, 0);

    if (is_ours) {
        rt_waker_drop(&task->joiner);
    }
    return is_ours;
}
