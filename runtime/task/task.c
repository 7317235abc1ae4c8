/*
 * The rules of waking and running.
 */
#include "task/task.h"

#include "base/word.h"
#include "trace/trace.h"

/* The poll of a task that goes on on this thread: it lies on the stack. */
struct turn {
    struct rt_waker waker;    /* what the poll is given */
    enum rt_task_after after; /* what it asked for by itself; or IDLE */
    struct turn *outer;       /* the one around it: a local set is polled */
};

static struct turn nobody; /* where no task is polled */
static _Thread_local struct turn *here = &nobody;

static struct rt_task *task_of(void *data)
{
    return data;
}

struct rt_task *rt_task_current(void)
{
    return task_of(here->waker.data);
}

/* ---- waking ---- */

static void trace_held(enum rt_trace_type type, struct rt_task *task)
{
    rt_trace_write(type, task->id, 0, 0, rt_task_state(task) / RT_TASK_ONE_REF);
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
    if (!(before & RT_TASK_HELD)) {
        return RT_TRACE_WAKE_QUEUED;
    }
    return (before & RT_TASK_POLLED) && !(before & RT_TASK_WOKEN)
               ? RT_TRACE_WAKE_MARKED
               : RT_TRACE_WAKE_COALESCED;
}

/*
 * Changes the word as a wake does, and gives up so many references (0 or one)
 * in the same exchange. When the task was idle the caller is to queue it, with
 * a reference for the queue. The exchange is acquire and release: what the
 * waking thread wrote before is seen by the poll, which looks at the word
 * with acquire before it begins. So a wake that changes nothing writes too.
 */
static inline enum rt_trace_outcome mark_woken(struct rt_task *task,
                                               uint64_t given)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);
    uint64_t next;

    do {
        if (state & RT_TASK_COMPLETE) {
            break;
        }
        if (state & RT_TASK_HELD) {
            next = state | RT_TASK_WOKEN;
        } else {
            next = (state | RT_TASK_HELD) + RT_TASK_ONE_REF;
        }
        next -= given; /* not the last: a queue or a poll has one too */
    } while (!rt_word_exchange(&task->state, &state, next));
    return outcome_of(state);
}

/*
 * A task that wakes itself leaves its mark in its turn, not in the word: only
 * the end of its poll, on this thread, has to see it. The task stays HELD.
 */
static void waker_wake_by_ref(void *data)
{
    struct rt_task *task = task_of(data);
    enum rt_trace_outcome outcome;

    if (here && here->waker.data == task && !rt_trace_is_open()) {
        here->after |= RT_TASK_AFTER_AGAIN;
        return;
    }
    outcome = mark_woken(task, 0);
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
    switch (mark_woken(task, RT_TASK_ONE_REF)) {
    case RT_TRACE_WAKE_QUEUED:
        task->owner->schedule(task->owner, task);
        break;
    case RT_TRACE_WAKE_TOO_LATE:
        rt_task_unref(task);
        break;
    default:
        break;
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

static inline enum rt_poll poll_future(struct rt_task *task,
                                       struct rt_context *cx)
{
    return __builtin_expect(rt_trace_is_open() || cx->is_watched, 0)
               ? rt_task_poll_watched(task, cx)
               : rt_future_poll(task->future, cx);
}

/* Acquire pairs with mark_woken in the thread that woke the task. */
static inline uint64_t begin_poll(struct rt_task *task)
{
    uint64_t state = rt_task_state(task);

    /* The bit is set, and nobody else clears it. */
    return state & RT_TASK_WOKEN
               ? rt_word_add(&task->state, -(uint64_t)RT_TASK_WOKEN)
               : state;
}

/*
 * From HELD to idle, unless the task was woken: then it stays HELD, and nobody
 * but us will put it into a queue, so to forget it here is to lose it. Or it
 * was aborted: then it stays ours, to be dropped. Gives up our reference to an
 * idle task (not the last: the list has one); from then on it may be gone.
 */
static inline uint64_t end_poll(struct rt_task *task, bool woke_itself)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);
    uint64_t next;

    /*
     * Release: what the poll wrote is seen by the next one, on any thread. (A
     * task that stays HELD comes to its next poll through a queue, which sees
     * to that.)
     */
    do {
        if (woke_itself || state & (RT_TASK_WOKEN | RT_TASK_ABORTED)) {
            return state | RT_TASK_WOKEN;
        }
        next = state - RT_TASK_HELD - RT_TASK_ONE_REF;
    } while (!rt_word_exchange(&task->state, &state, next));
    return next;
}

/*
 * Ends the task: its future dropped, off the owner's list, COMPLETE, the joiner
 * woken. Takes the references of the list and of the caller, in the same
 * exchange if it can. outer is the turn around that of the task, if any.
 */
static inline enum rt_task_after finish(struct rt_task *task, uint64_t flags,
                                        enum rt_trace_end reason,
                                        struct turn *outer)
{
    uint64_t state;
    uint64_t next;

    RT_TRACE(rt_trace_set_task(task->id));
    rt_future_drop(task->future);
    here = outer;
    RT_TRACE(rt_trace_write(RT_TRACE_FINISH, task->id, 0, reason, 0));
    task->owner->release(task->owner, task);
    state = atomic_load_explicit(&task->state, memory_order_relaxed);
    /*
     * Release: the result in the frame is written before the joiner sees
     * COMPLETE. Acquire: we see the waker that the joiner left.
     */
    do {
        next = state | RT_TASK_COMPLETE | flags;
        next &= ~(uint64_t)(RT_TASK_HELD | RT_TASK_WOKEN);
        /* The joiner's waker is in the task, so one reference waits for it. */
        next -= state & RT_TASK_JOINER ? RT_TASK_ONE_REF : 2 * RT_TASK_ONE_REF;
    } while (!rt_word_exchange(&task->state, &state, next));
    if (state & RT_TASK_JOINER) {
        rt_waker_wake(&task->joiner);
        rt_task_unref(task);
    } else if (next / RT_TASK_ONE_REF == 0) {
        task->owner->free(task->owner, task);
    }
    RT_TRACE(rt_trace_set_task(0));
    return RT_TASK_AFTER_DONE;
}

enum rt_task_after rt_task_run(struct rt_task *task, struct rt_context *cx)
{
    struct turn turn = {{&task_waker_ops, task}, RT_TASK_AFTER_IDLE, here};
    uint64_t state = begin_poll(task);

    here = &turn;
    if (!(state & RT_TASK_ABORTED)) {
        cx->waker = &here->waker;
        if (poll_future(task, cx) == RT_READY) {
            return finish(task, 0, RT_TRACE_END_READY, turn.outer);
        }
        state = end_poll(task, turn.after != RT_TASK_AFTER_IDLE);
    }
    if (state & RT_TASK_ABORTED) {
        return finish(task, RT_TASK_CANCELLED, RT_TRACE_END_ABORTED,
                      turn.outer);
    }
    here = turn.outer;
    return state & RT_TASK_WOKEN ? turn.after | RT_TASK_AFTER_AGAIN
                                 : RT_TASK_AFTER_IDLE;
}

bool rt_task_claim_idle(struct rt_task *task)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);

    do {
        if (state & (RT_TASK_HELD | RT_TASK_COMPLETE)) {
            return false;
        }
    } while (!rt_word_exchange(&task->state, &state,
                               (state | RT_TASK_HELD) + RT_TASK_ONE_REF));
    return true;
}

void rt_task_defer(const struct rt_context *cx)
{
    if (cx->waker == &here->waker) {
        here->after = RT_TASK_AFTER_DEFERRED;
    } else {
        rt_waker_wake_by_ref(cx->waker);
    }
}

void rt_task_shutdown(struct rt_task *task)
{
    rt_task_ref(task); /* finish takes two: the list's, and this one */
    finish(task, RT_TASK_CANCELLED, RT_TRACE_END_SHUTDOWN, here);
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
