/*
 * Blocking pool: threads for work that blocks its thread.
 *
 * A job waits in a queue until a thread takes it. There is no thread before
 * the first job; more are made while jobs wait and all threads are busy, up
 * to a limit, and a thread that had no work for some time ends.
 *
 * One thread at a time is summoned (woken or made). It takes a job, and if
 * more are waiting it summons the next one before it runs its own. So a burst
 * of short jobs is done by a few threads, and jobs that block get one each.
 *
 * A job is part of a heap block of its user, and counted: the pool holds it
 * until it is over, the user for as long as it wants to know. Job threads are
 * inside of the runtime: they can spawn tasks. Every function may be called
 * on any thread.
 */
#ifndef RT_BLOCKING_POOL_H
#define RT_BLOCKING_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/list.h"
#include "base/lock.h"
#include "future/waker.h"

struct rt_runtime;
struct rt_blocking_pool;
struct rt_job;

struct rt_job_ops {
    void (*run)(struct rt_job *job);     /* does the work, on a job thread */
    void (*destroy)(struct rt_job *job); /* frees the block that job is in */
};

enum rt_job_state {
    RT_JOB_OUT,       /* waits or runs */
    RT_JOB_DONE,      /* was run */
    RT_JOB_CANCELLED, /* never ran: aborted, or the pool was shut down */
};

struct rt_job {
    const struct rt_job_ops *ops;
    struct rt_blocking_pool *pool; /* from submit on: with a runtime's handle */
    struct rt_list node;           /* guarded by the pool: in its queue */
    RT_ATOMIC(uint32_t) references;
    struct rt_lock lock;
    enum rt_job_state state; /* guarded by lock */
    struct rt_waker waker;   /* owned; guarded by lock: who waits for it */
};

/* For a new block, zeroed; its one reference is the caller's. */
void rt_job_init(struct rt_job *job, const struct rt_job_ops *ops);
void rt_job_unref(struct rt_job *job);

/* Cancels a job that no thread has begun. False: it is too late for that. */
bool rt_job_abort(struct rt_job *job);

/*
 * The state. While it is RT_JOB_OUT, leaves a clone of waker (NULL: none) to
 * be woken when that changes, in place of the one that was left before.
 */
enum rt_job_state rt_job_poll(struct rt_job *job, const struct rt_waker *waker);

/* Takes the waker back and gives up the caller's reference; the job goes on. */
void rt_job_detach(struct rt_job *job);

/*
 * The pool of a runtime, with so many threads at most; one without work ends
 * after keep_alive ns of real time. NULL: no memory.
 */
struct rt_blocking_pool *rt_blocking_pool_create(struct rt_runtime *runtime,
                                                 uint32_t threads,
                                                 uint64_t keep_alive);

/*
 * Queues a job and takes a reference of its own to it. 0; -ECANCELED when the
 * pool was shut down; -EAGAIN when there is no thread and none can be made.
 */
int rt_blocking_pool_submit(struct rt_blocking_pool *pool, struct rt_job *job);

/*
 * The same for a job that somebody else carries out, without a thread: it is
 * out until he calls rt_job_finish, once.
 */
void rt_blocking_pool_lend(struct rt_blocking_pool *pool, struct rt_job *job);
void rt_job_finish(struct rt_job *job, enum rt_job_state state);

/*
 * True while a job is out: a clock that stands still must not be moved. When
 * the last one is over, the runtime's driver is interrupted.
 */
bool rt_blocking_pool_is_busy(struct rt_blocking_pool *pool);

/*
 * Takes no more jobs, cancels those that no thread has begun, and waits for
 * the others. 0; or -ETIMEDOUT when some went on for timeout ns: they go on,
 * and what they use must stay. Not from a job of the same pool.
 */
int rt_blocking_pool_shutdown(struct rt_blocking_pool *pool, uint64_t timeout);

/* Frees it, with the runtime's memory, which threads and jobs have counted. */
void rt_blocking_pool_destroy(struct rt_blocking_pool *pool);

/* True on a job thread: it may block. */
bool rt_blocking_is_job_thread(void);

#endif
