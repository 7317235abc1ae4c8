/*
 * The rules of waking and running.
 */
#include "task/task.h"

#include "base/monotonic.h"
#include "base/word.h"
#include "task/report.h"
#include "trace/trace.h"

static struct rt_task *task_of(void *data)
{
    return data;
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
static inline enum rt_trace_outcome mark_queued(struct rt_task *task)
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
    } while (!rt_word_exchange(&task->state, &state, next));
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

/*
 * One exchange does what a wake and a drop would do in two: the reference of
 * the waker becomes that of the queue, or is given up.
 */
static void wake_and_drop(struct rt_task *task)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);
    enum rt_trace_outcome outcome;
    uint64_t next;

    do {
        outcome = outcome_of(state);
        if (outcome == RT_TRACE_WAKE_TOO_LATE) {
            rt_task_unref(task);
            return;
        }
        next = state | RT_TASK_QUEUED;
        if (outcome != RT_TRACE_WAKE_QUEUED) {
            next -= RT_TASK_ONE_REF; /* not the last: a queue or a poll has
                                        one too */
        }
    } while (!rt_word_exchange(&task->state, &state, next));
    if (outcome == RT_TRACE_WAKE_QUEUED) {
        task->owner->schedule(task->owner, task);
    }
}

static void waker_wake(void *data)
{
    if (rt_trace_is_open()) {
        waker_wake_by_ref(data);
        waker_drop(data);
    } else {
        wake_and_drop(data);
    }
}

static const struct rt_waker_ops task_waker_ops = {
    .clone = waker_clone,
    .wake = waker_wake,
    .wake_by_ref = waker_wake_by_ref,
    .drop = waker_drop,
};

/* ---- running ---- */

/*
 * Ends the task: off the owner's list, COMPLETE, the joiner woken. Takes the
 * references of the list and of the caller, in the same exchange if it can.
 */
static void complete(struct rt_task *task, uint64_t flags,
                     enum rt_trace_end reason)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);
    uint64_t next;

    RT_TRACE(rt_trace_write(RT_TRACE_FINISH, task->id, 0, reason, 0));
    task->owner->release(task->owner, task);
    /*
     * Release: the result in the frame is written before the joiner sees
     * COMPLETE. Acquire: we see the waker that the joiner left.
     */
    do {
        next = state | RT_TASK_COMPLETE | flags;
        next &= ~(uint64_t)(RT_TASK_RUNNING | RT_TASK_QUEUED);
        /* The joiner's waker is in the task, so one reference waits for it. */
        next -= state & RT_TASK_JOINER ? RT_TASK_ONE_REF : 2 * RT_TASK_ONE_REF;
    } while (!rt_word_exchange(&task->state, &state, next));
    if (state & RT_TASK_JOINER) {
        rt_waker_wake(&task->joiner);
        rt_task_unref(task);
    } else if (next / RT_TASK_ONE_REF == 0) {
        rt_task_free(task);
    }
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

static __attribute__((cold, noinline)) enum rt_poll
poll_watched(struct rt_task *task, struct rt_context *cx)
{
    uint64_t begin = rt_monotonic_ns();
    uint64_t duration;
    enum rt_poll poll;

    RT_TRACE(rt_trace_write(RT_TRACE_POLL_BEGIN, task->id, 0, 0, 0));
    poll = rt_future_poll(task->future, cx);
    duration = rt_monotonic_ns() - begin;
    RT_TRACE(rt_trace_write(RT_TRACE_POLL_END, task->id, 0, poll, duration));
    if (rt_trace_is_open() && poll == RT_PENDING) {
        trace_await_chain(task);
    }
    if (cx->slow_ns > 0 && duration >= cx->slow_ns) {
        rt_task_report_slow(task, duration);
    }
    return poll;
}

static enum rt_poll poll_future(struct rt_task *task, struct rt_context *cx)
{
    struct rt_waker waker = {&task_waker_ops, task};
    enum rt_poll poll;

    cx->waker = &waker;
    if (rt_trace_is_open() || __builtin_expect(cx->slow_ns > 0, 0)) {
        poll = poll_watched(task, cx);
    } else {
        poll = rt_future_poll(task->future, cx);
    }
    cx->waker = NULL;
    return poll;
}

/*
 * Queued to running. Acquire pairs with mark_queued in the waking thread. One
 * bit is set and the other one isn't, so a sum changes just the two.
 */
static uint64_t begin_poll(struct rt_task *task)
{
    return rt_word_add(&task->state, RT_TASK_RUNNING - RT_TASK_QUEUED);
}

/*
 * Running to idle, or to queued (wake is RT_TASK_QUEUED) when the task has
 * yielded; unless it was aborted: then it stays ours, to be dropped. If a wake
 * came during the poll it only set QUEUED: nobody but us will put the task
 * into a queue, so to forget it here is to lose it. Gives up our reference to
 * an idle task (not the last: the list has one); from then on it may be gone.
 */
static uint64_t end_poll(struct rt_task *task, uint64_t wake)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);
    uint64_t next;

    /* Release: what the poll wrote is seen by the next one, on any thread. */
    do {
        if (state & RT_TASK_ABORTED) {
            return state;
        }
        next = (state & ~(uint64_t)RT_TASK_RUNNING) | wake;
        if (!(next & RT_TASK_QUEUED)) {
            next -= RT_TASK_ONE_REF;
        }
    } while (!rt_word_exchange(&task->state, &state, next));
    return next;
}

static bool is_deferred(const struct rt_context *cx)
{
    return cx->is_deferred && *cx->is_deferred;
}

static enum rt_task_after run(struct rt_task *task, struct rt_context *cx)
{
    uint64_t state = begin_poll(task);

    if (!(state & RT_TASK_ABORTED)) {
        if (poll_future(task, cx) == RT_READY) {
            rt_future_drop(task->future);
            complete(task, 0, RT_TRACE_END_READY);
            return RT_TASK_AFTER_DONE;
        }
        state = end_poll(task, is_deferred(cx) ? RT_TASK_QUEUED : 0);
    }
    if (state & RT_TASK_ABORTED) {
        cancel(task, RT_TRACE_END_ABORTED);
        return RT_TASK_AFTER_DONE;
    }
    if (is_deferred(cx)) {
        return RT_TASK_AFTER_DEFERRED;
    }
    return state & RT_TASK_QUEUED ? RT_TASK_AFTER_AGAIN : RT_TASK_AFTER_IDLE;
}

static __attribute__((cold, noinline)) enum rt_task_after
run_traced(struct rt_task *task, struct rt_context *cx)
{
    enum rt_task_after after;

    rt_trace_set_task(task->id);
    after = run(task, cx);
    rt_trace_set_task(0);
    return after;
}

enum rt_task_after rt_task_run(struct rt_task *task, struct rt_context *cx)
{
    return rt_trace_is_open() ? run_traced(task, cx) : run(task, cx);
}

bool rt_task_claim_idle(struct rt_task *task)
{
    return mark_queued(task) == RT_TRACE_WAKE_QUEUED;
}

void rt_task_defer(const struct rt_context *cx)
{
    if (cx->is_deferred && cx->waker->ops == &task_waker_ops) {
        *cx->is_deferred = true;
    } else {
        rt_waker_wake_by_ref(cx->waker);
    }
}

void rt_task_shutdown(struct rt_task *task)
{
    rt_task_ref(task); /* complete takes two: the list's, and this one */
    cancel(task, RT_TRACE_END_SHUTDOWN);
}

void rt_task_abort(struct rt_task *task)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);

    do {
        if (state & (RT_TASK_COMPLETE | RT_TASK_ABORTED)) {
            return;
        }
    } while (!rt_word_exchange(&task->state, &state, state | RT_TASK_ABORTED));
    RT_TRACE(rt_trace_write(RT_TRACE_ABORT, task->id, rt_trace_task(), 0, 0));
    /* So that the executor comes to look at it. */
    waker_wake_by_ref(task);
}
