/*
 * Task: a future that an executor drives, with the state that decides when.
 *
 * One allocation holds the header below and, behind it, the frame of the
 * future that was spawned. A task never knows its executor: it is given an
 * owner with two callbacks. All the rules of waking live in this file, in
 * one atomic word, so that they hold whatever thread calls.
 *
 * The word: flags in the low bits, the number of references above them.
 */
#ifndef RT_TASK_TASK_H
#define RT_TASK_TASK_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/atomic.h"
#include "base/list.h"
#include "future/future.h"

/*
 * HELD      An executor has the task: it lies in a queue or is being polled,
 *           so a wake has nothing to queue. Set by the wake that finds it
 *           clear, which puts the task in a queue; cleared by the executor at
 *           the end of a poll. No two threads poll at once: only who takes
 *           the task from a queue does.
 * WOKEN     Set by a wake that finds HELD. Cleared just before a poll, which
 *           sees all that was done before the wake; at its end it means:
 *           queue the task again.
 * POLLED    Set and cleared around a poll, for the trace alone: HELD means
 *           running, not queued. Without a trace it is never set.
 * COMPLETE  Set once, at the end of the last poll or by a cancellation;
 *           never cleared, and neither HELD nor WOKEN is set after it.
 * ABORTED   Set by rt_task_abort. The executor looks at it before a poll and
 *           after one. Never set on a complete task.
 * CANCELLED Set with COMPLETE when the future was dropped before it was
 *           ready: the joiner then gets no result.
 * JOINER    The joiner field holds a waker, and belongs to whoever completes
 *           the task. Clear: the field belongs to the join handle. Set by
 *           the handle; cleared by the handle unless the task is complete.
 */
enum {
    RT_TASK_HELD = 1 << 0,
    RT_TASK_WOKEN = 1 << 1,
    RT_TASK_POLLED = 1 << 2,
    RT_TASK_COMPLETE = 1 << 3,
    RT_TASK_ABORTED = 1 << 4,
    RT_TASK_CANCELLED = 1 << 5,
    RT_TASK_JOINER = 1 << 6,
    RT_TASK_ONE_REF = 1 << 7,
};

enum { RT_TASK_FRAME_MOST = (1 << 30) - 1 }; /* bytes */

struct rt_task;

/* Who runs a task. Both functions may be called on any thread. */
struct rt_task_owner {
    /* Puts the task into a queue; takes one reference with it. */
    void (*schedule)(struct rt_task_owner *owner, struct rt_task *task);
    /*
     * The task is about to be complete: takes it off the list of live tasks;
     * the reference of the list stays with the caller. On the thread that ran
     * the task.
     */
    void (*release)(struct rt_task_owner *owner, struct rt_task *task);
    /* Frees the memory of the task, on any thread: the last call for it. */
    void (*free)(struct rt_task_owner *owner, struct rt_task *task);
};

struct rt_task {
    RT_ATOMIC(uint64_t) state;
    struct rt_task *queue_next;  /* guarded by the queue that it is in */
    struct rt_task_owner *owner; /* borrowed: lives until the last free */
    struct rt_list all;          /* guarded by the owner: all live tasks */
    struct rt_waker joiner;      /* guarded by JOINER, see above */
    uint32_t id;                 /* from 1, never used twice */
    uint32_t frame_size : 30;    /* bytes of the frame behind this header */
    uint32_t has_name : 1;       /* which lies behind the frame */
    uint32_t is_pooled : 1;      /* for the owner: whose memory it is */
    struct rt_future future[] __attribute__((aligned(16))); /* the frame */
};

static_assert(sizeof(struct rt_task) <= 64, "the header fits a cache line");

/* The bytes that a task of such a frame needs; name as for rt_task_init. */
static inline size_t rt_task_size(size_t frame_size, const char *name)
{
    return sizeof(struct rt_task) + frame_size + (name ? strlen(name) + 1 : 0);
}

/*
 * Makes a task in memory of that size. The frame is moved into it: the
 * caller's copy is dead. The task is to be queued (HELD is set), with three
 * references: for the owner's list, the owner's queue, and the caller. The
 * name is copied; NULL: it is called as its future is.
 */
void rt_task_init(struct rt_task *task, struct rt_task_owner *owner,
                  const struct rt_future *frame, size_t frame_size,
                  const char *name);

/* The same in memory from rt_alloc. NULL: there is none. */
struct rt_task *rt_task_create(struct rt_task_owner *owner,
                               const struct rt_future *frame, size_t frame_size,
                               const char *name);

/* Gives back the memory that rt_task_create took; for the owner's free. */
void rt_task_destroy(struct rt_task *task);

/* What traces and dumps call it. It lives as long as the task. */
const char *rt_task_name(const struct rt_task *task);

/*
 * Prints what the task awaits, from the outermost future to the innermost:
 * "serve > timeout > read". Only for who may poll it now.
 */
void rt_task_print_chain(FILE *file, const struct rt_task *task);

/*
 * The poll that goes on on this thread may take its time: the next one that
 * does so is not reported (see slow_ns in struct rt_context).
 */
void rt_task_allow_slow(void);

/* Writes a trace record: this task was spawned. Through RT_TRACE. */
void rt_task_trace_spawn(const struct rt_task *task);

/*
 * Polls as rt_task_run does, with a trace or with what cx is watched for.
 * Private to task/.
 */
enum rt_poll rt_task_poll_watched(struct rt_task *task, struct rt_context *cx)
    __attribute__((cold));

/* One more reference, and one less; the last one frees the task. Any thread. */
void rt_task_ref(struct rt_task *task);
void rt_task_unref(struct rt_task *task);

/* What rt_task_run did with the task. */
enum rt_task_after {
    RT_TASK_AFTER_IDLE = 0,     /* pending: its reference was given up */
    RT_TASK_AFTER_AGAIN = 1,    /* pending but woken meanwhile: queue it again;
                                   the caller still has the reference */
    RT_TASK_AFTER_DEFERRED = 3, /* the same, but after the driver's turn */
    RT_TASK_AFTER_DONE = 4,     /* complete: its reference was given up */
};

/*
 * Polls a task that was taken out of a queue, once, with the given context
 * (whose waker is set here; the budget is the caller's to set). Takes the
 * reference that came with the queue entry, except in RT_TASK_AFTER_AGAIN and
 * RT_TASK_AFTER_DEFERRED. Only the owner's thread calls it.
 */
enum rt_task_after rt_task_run(struct rt_task *task, struct rt_context *cx);

/*
 * Polls an idle task that nobody woke, if it is idle: hostile mode only.
 * Returns false when it was not idle. Like rt_task_run otherwise.
 */
bool rt_task_claim_idle(struct rt_task *task);

/*
 * Drops the future of a task that is not running, for shutdown: the joiner
 * learns that it was cancelled. Only the owner's thread calls it.
 */
void rt_task_shutdown(struct rt_task *task);

/*
 * Asks for the end of a task: an idle or queued one is dropped when it would
 * run next, a running one after its poll; a complete one is left alone.
 */
void rt_task_abort(struct rt_task *task);

/*
 * Called in a poll that is going to be pending: wakes the task of the poll,
 * but lets the driver have its turn before. That is what a yield is. When the
 * waker is not the task's own but somebody's in between, it is woken at once.
 */
void rt_task_defer(const struct rt_context *cx);

/* The task whose poll goes on on this thread, the innermost; or NULL. */
struct rt_task *rt_task_current(void);

/* The flags and references. Acquire: who sees COMPLETE sees the result. */
static inline uint64_t rt_task_state(const struct rt_task *task)
{
    return atomic_load_explicit(&task->state, memory_order_acquire);
}

/* Any thread. */
static inline bool rt_task_is_complete(const struct rt_task *task)
{
    return rt_task_state(task) & RT_TASK_COMPLETE;
}

/* It ended by an abort or a shutdown, not by itself. Any thread. */
static inline bool rt_task_is_cancelled(const struct rt_task *task)
{
    return rt_task_state(task) & RT_TASK_CANCELLED;
}

/*
 * True when the task is complete. If not, leaves a clone of waker to be woken
 * when it is. Only one thread at a time, the one with the join handle.
 */
bool rt_task_poll_join(struct rt_task *task, const struct rt_waker *waker);

/*
 * Takes back the waker that rt_task_poll_join left. Same thread. False: the
 * task is complete, and that waker was woken, or is being woken right now.
 */
bool rt_task_forget_joiner(struct rt_task *task);

#endif
