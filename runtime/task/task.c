#include "task/task.h"

#include <string.h>

#include "base/memory.h"
#include "base/monotonic.h"
#include "base/word.h"
#include "trace/trace.h"

/* Ids are handed to the threads in blocks, so that a spawn shares nothing. */
enum { IDS_IN_A_BLOCK = 64 };

static _Atomic uint32_t ids_taken;
static _Thread_local uint32_t last_id;
static _Thread_local uint32_t last_id_of_block;

static uint32_t next_id(void)
{
    if (last_id == last_id_of_block) {
        last_id = atomic_fetch_add(&ids_taken, IDS_IN_A_BLOCK);
        last_id_of_block = last_id + IDS_IN_A_BLOCK;
    }
    return ++last_id;
}

static struct rt_task *task_of(void *data)
{
    return data;
}

static size_t name_size(const char *name)
{
    return name ? strlen(name) + 1 : 0;
}

const char *rt_task_name(const struct rt_task *task)
{
    return task->has_name ? (const char *)task->future + task->frame_size
                          : rt_future_name(task->future);
}

static size_t allocation_size(const struct rt_task *task)
{
    return sizeof(struct rt_task) + task->frame_size +
           (task->has_name ? name_size(rt_task_name(task)) : 0);
}

struct rt_task *rt_task_create(struct rt_task_owner *owner,
                               const struct rt_future *frame, size_t frame_size,
                               const char *name)
{
    bool is_pooled = false;
    struct rt_task *task = owner->allocate(
        owner, sizeof(struct rt_task) + frame_size + name_size(name),
        &is_pooled);

    if (!task) {
        return NULL;
    }
    atomic_init(&task->state, RT_TASK_QUEUED | 3 * RT_TASK_ONE_REF);
    task->owner = owner;
    rt_list_init(&task->all);
    task->joiner = RT_NO_WAKER;
    task->id = next_id();
    task->frame_size = (uint32_t)frame_size & RT_TASK_FRAME_MOST;
    task->has_name = name != NULL;
    task->is_pooled = is_pooled;
    memcpy((void *)task->future, frame, frame_size);
    if (name) {
        memcpy((char *)task->future + frame_size, name, name_size(name));
    }
    return task;
}

/* Adds a number of references, which may be negative. Returns the word before.
 */
static uint64_t add_references(struct rt_task *task, int change)
{
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);

    while (!rt_word_exchange(&task->state, &state,
                             state + (uint64_t)change * RT_TASK_ONE_REF)) {
    }
    return state;
}

void rt_task_ref(struct rt_task *task)
{
    add_references(task, 1);
}

static void free_task(struct rt_task *task)
{
    struct rt_task_owner *owner = task->owner;

    owner->free(owner, task, allocation_size(task), task->is_pooled);
}

void rt_task_unref(struct rt_task *task)
{
    /*
     * Who has the only reference needs no atomic subtraction: nobody else is
     * there to see it. Acquire pairs with the release of who was last before.
     */
    uint64_t before = atomic_load_explicit(&task->state, memory_order_acquire);

    if (before / RT_TASK_ONE_REF > 1) {
        before = add_references(task, -1);
    }
    if (before / RT_TASK_ONE_REF == 1) {
        free_task(task);
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
        free_task(task);
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
    uint64_t state = atomic_load_explicit(&task->state, memory_order_relaxed);
    uint64_t flip = RT_TASK_QUEUED | RT_TASK_RUNNING;

    while (!rt_word_exchange(&task->state, &state, state ^ flip)) {
    }
    return state;
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

static enum rt_task_after run(struct rt_task *task, struct rt_context *cx)
{
    uint64_t state = begin_poll(task);
    bool is_deferred = false;

    if (!(state & RT_TASK_ABORTED)) {
        cx->is_deferred = &is_deferred;
        if (poll_future(task, cx) == RT_READY) {
            rt_future_drop(task->future);
            complete(task, 0, RT_TRACE_END_READY);
            return RT_TASK_AFTER_DONE;
        }
        state = end_poll(task, is_deferred ? RT_TASK_QUEUED : 0);
    }
    if (state & RT_TASK_ABORTED) {
        cancel(task, RT_TRACE_END_ABORTED);
        return RT_TASK_AFTER_DONE;
    }
    if (is_deferred) {
        return RT_TASK_AFTER_DEFERRED;
    }
    return state & RT_TASK_QUEUED ? RT_TASK_AFTER_AGAIN : RT_TASK_AFTER_IDLE;
}

enum rt_task_after rt_task_run(struct rt_task *task, struct rt_context *cx)
{
    enum rt_task_after after;

    RT_TRACE(rt_trace_set_task(task->id));
    after = run(task, cx);
    RT_TRACE(rt_trace_set_task(0));
    return after;
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
        if ((state & RT_TASK_JOINER) == joiner) {
            return true; /* only the handle's thread sets and clears it */
        }
        next = (state & ~(uint64_t)RT_TASK_JOINER) | joiner;
    } while (!rt_word_exchange(&task->state, &state, next));
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
