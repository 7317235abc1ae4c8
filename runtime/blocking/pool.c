#include "blocking/pool.h"

#include <errno.h>
#include <pthread.h>

#include "base/memory.h"
#include "base/monotonic.h"
#include "base/panic.h"
#include "sched/runtime.h"

struct rt_blocking_pool {
    struct rt_runtime *runtime; /* borrowed; each thread and job has a handle */
    uint32_t most_threads;
    uint64_t keep_alive;

    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t work;   /* for the idle threads */
    pthread_cond_t empty;  /* for the shutdown: threads went to 0 */
    struct rt_list queue;  /* of struct rt_job */
    uint32_t out;          /* jobs that wait or run */
    uint32_t threads;      /* that run a job, or look for one */
    uint32_t idle;         /* those that wait for work */
    bool is_watched;       /* the runtime waits for out to be 0 */
    bool is_summoned;      /* a thread is on its way to the queue */
    bool is_closed;        /* takes no jobs */
    bool has_leaver;       /* leaver is set */
    pthread_t leaver;      /* the last thread that left: whoever takes it out
                              of here joins it */
};

static _Thread_local struct rt_blocking_pool *own_pool;

bool rt_blocking_is_job_thread(void)
{
    return own_pool != NULL;
}

/* ---- jobs ---- */

void rt_job_init(struct rt_job *job, const struct rt_job_ops *ops)
{
    job->ops = ops;
    rt_list_init(&job->node);
    atomic_init(&job->references, 1);
}

void rt_job_unref(struct rt_job *job)
{
    struct rt_handle handle = {job->pool ? job->pool->runtime : NULL};

    if (atomic_fetch_sub(&job->references, 1) == 1) {
        job->ops->destroy(job);
        rt_handle_drop(&handle);
    }
}

enum rt_job_state rt_job_poll(struct rt_job *job, const struct rt_waker *waker)
{
    struct rt_waker old = RT_NO_WAKER;
    enum rt_job_state state;

    rt_lock_acquire(&job->lock);
    state = job->state;
    if (state == RT_JOB_OUT) {
        old = job->waker;
        job->waker = waker ? rt_waker_clone(waker) : RT_NO_WAKER;
    }
    rt_lock_release(&job->lock);
    rt_waker_drop(&old);
    return state;
}

void rt_job_detach(struct rt_job *job)
{
    rt_job_poll(job, NULL);
    rt_job_unref(job);
}

/*
 * The job is over: the waiter first, then the count. A runtime that sees the
 * count at 0 thus has had all wakes, and may move its clock. Its driver is
 * there until the pool is closed.
 */
void rt_job_finish(struct rt_job *job, enum rt_job_state state)
{
    struct rt_blocking_pool *pool = job->pool;
    struct rt_waker waker;

    rt_lock_acquire(&job->lock);
    job->state = state;
    waker = job->waker;
    job->waker = RT_NO_WAKER;
    rt_lock_release(&job->lock);
    rt_waker_wake(&waker);
    pthread_mutex_lock(&pool->mutex);
    if (--pool->out == 0 && pool->is_watched && !pool->is_closed) {
        pool->is_watched = false;
        rt_driver_interrupt(rt_runtime_driver(pool->runtime));
    }
    pthread_mutex_unlock(&pool->mutex);
    rt_job_unref(job);
}

bool rt_blocking_pool_is_busy(struct rt_blocking_pool *pool)
{
    bool is_busy;

    pthread_mutex_lock(&pool->mutex);
    pool->is_watched = true;
    is_busy = pool->out > 0;
    pthread_mutex_unlock(&pool->mutex);
    return is_busy;
}

bool rt_job_abort(struct rt_job *job)
{
    bool was_queued;

    pthread_mutex_lock(&job->pool->mutex);
    was_queued = !rt_list_is_empty(&job->node);
    rt_list_remove(&job->node);
    pthread_mutex_unlock(&job->pool->mutex);
    if (was_queued) {
        rt_job_finish(job, RT_JOB_CANCELLED);
    }
    return was_queued;
}

/* ---- threads ---- */

static void *thread_main(void *argument);

static int start_thread_locked(struct rt_blocking_pool *pool)
{
    struct rt_handle handle = rt_handle(pool->runtime); /* the thread's */
    pthread_t thread;
    int error = pthread_create(&thread, NULL, thread_main, pool);

    if (error) {
        rt_handle_drop(&handle);
        return pool->threads > 0 ? 0 : -error; /* if any, they will come */
    }
    pool->threads++;
    pool->is_summoned = true;
    return 0;
}

/*
 * Sees to it that a thread comes for the jobs in the queue. Nobody has to
 * when one is on its way, for it will look, or when the limit is reached: the
 * threads look again after each job. -EAGAIN: there is no thread at all.
 */
static int summon_locked(struct rt_blocking_pool *pool)
{
    if (rt_list_is_empty(&pool->queue) || pool->is_summoned) {
        return 0;
    }
    if (pool->idle > 0) {
        pool->is_summoned = true;
        pthread_cond_signal(&pool->work);
        return 0;
    }
    return pool->threads < pool->most_threads ? start_thread_locked(pool) : 0;
}

static struct timespec time_after(uint64_t duration)
{
    uint64_t time = rt_duration_add(rt_monotonic_ns(), duration);

    return (struct timespec){
        .tv_sec = (time_t)(time / RT_SECONDS(1)),
        .tv_nsec = (long)(time % RT_SECONDS(1)),
    };
}

/* Waits for work. False: the time is over and there is none. */
static bool idle_locked(struct rt_blocking_pool *pool)
{
    struct timespec end = time_after(pool->keep_alive);
    int error;

    pool->idle++;
    error = pthread_cond_timedwait(&pool->work, &pool->mutex, &end);
    pool->idle--;
    pool->is_summoned = false;
    return error != ETIMEDOUT || !rt_list_is_empty(&pool->queue);
}

/* The next job, or NULL: this thread is to end. */
static struct rt_job *next_job_locked(struct rt_blocking_pool *pool)
{
    struct rt_list *node;

    while (!(node = rt_list_pop_front(&pool->queue))) {
        if (pool->is_closed || !idle_locked(pool)) {
            return NULL;
        }
    }
    (void)summon_locked(pool); /* if it can't, we come back for the rest */
    return RT_CONTAINER_OF(node, struct rt_job, node);
}

/*
 * Joins the thread that left last; this one takes its place if it leaves too.
 * So each joins the one before it, and the shutdown the last. Gives the mutex
 * back.
 */
static void join_leaver_unlock(struct rt_blocking_pool *pool, bool leaves)
{
    bool has_leaver = pool->has_leaver;
    pthread_t leaver = pool->leaver;

    pool->leaver = pthread_self();
    pool->has_leaver = leaves;
    pthread_mutex_unlock(&pool->mutex);
    if (has_leaver) {
        pthread_join(leaver, NULL);
    }
}

static void *thread_main(void *argument)
{
    struct rt_blocking_pool *pool = argument;
    struct rt_handle handle = {pool->runtime};
    struct rt_job *job;

    own_pool = pool;
    rt_enter(pool->runtime);
    pthread_mutex_lock(&pool->mutex);
    pool->is_summoned = false;
    while ((job = next_job_locked(pool))) {
        pthread_mutex_unlock(&pool->mutex);
        job->ops->run(job);
        rt_job_finish(job, RT_JOB_DONE);
        pthread_mutex_lock(&pool->mutex);
    }
    /* Without letting the mutex go: a job that comes now needs another one. */
    if (--pool->threads == 0) {
        pthread_cond_signal(&pool->empty);
    }
    join_leaver_unlock(pool, true);
    rt_enter(NULL);
    rt_handle_drop(&handle);
    return NULL;
}

/* ---- the pool ---- */

struct rt_blocking_pool *rt_blocking_pool_create(struct rt_runtime *runtime,
                                                 uint32_t threads,
                                                 uint64_t keep_alive)
{
    struct rt_blocking_pool *pool = rt_alloc(sizeof(*pool));
    pthread_condattr_t attributes;

    if (!pool) {
        return NULL;
    }
    pool->runtime = runtime;
    pool->most_threads = threads;
    pool->keep_alive = keep_alive;
    rt_list_init(&pool->queue);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->work, &attributes);
    pthread_cond_init(&pool->empty, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&pool->mutex, NULL);
    return pool;
}

static void lend_locked(struct rt_blocking_pool *pool, struct rt_job *job)
{
    (void)rt_handle(pool->runtime); /* the job's */
    job->pool = pool;
    atomic_fetch_add(&job->references, 1);
    pool->out++;
}

void rt_blocking_pool_lend(struct rt_blocking_pool *pool, struct rt_job *job)
{
    pthread_mutex_lock(&pool->mutex);
    lend_locked(pool, job);
    pthread_mutex_unlock(&pool->mutex);
}

int rt_blocking_pool_submit(struct rt_blocking_pool *pool, struct rt_job *job)
{
    int error = -ECANCELED;

    pthread_mutex_lock(&pool->mutex);
    if (!pool->is_closed) {
        rt_list_push_back(&pool->queue, &job->node);
        error = summon_locked(pool);
    }
    if (error) {
        rt_list_remove(&job->node);
    } else {
        lend_locked(pool, job);
    }
    pthread_mutex_unlock(&pool->mutex);
    return error;
}

static void close_locked(struct rt_blocking_pool *pool)
{
    struct rt_list *node;

    pool->is_closed = true;
    pthread_cond_broadcast(&pool->work);
    while ((node = rt_list_pop_front(&pool->queue))) {
        pthread_mutex_unlock(&pool->mutex);
        rt_job_finish(RT_CONTAINER_OF(node, struct rt_job, node),
                      RT_JOB_CANCELLED);
        pthread_mutex_lock(&pool->mutex);
    }
}

int rt_blocking_pool_shutdown(struct rt_blocking_pool *pool, uint64_t timeout)
{
    struct timespec end = time_after(timeout);
    int error = 0;

    if (own_pool == pool) {
        rt_panic("shutdown-inside-job",
                 "a blocking job shuts down the pool that it runs on");
    }
    pthread_mutex_lock(&pool->mutex);
    close_locked(pool);
    while (pool->threads > 0 && !error) {
        error = pthread_cond_timedwait(&pool->empty, &pool->mutex, &end);
    }
    error = pool->threads > 0 ? -ETIMEDOUT : 0;
    join_leaver_unlock(pool, false);
    return error;
}

void rt_blocking_pool_destroy(struct rt_blocking_pool *pool)
{
    if (pool->has_leaver) {
        pthread_detach(pool->leaver); /* left after the shutdown; maybe us */
    }
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->empty);
    pthread_mutex_destroy(&pool->mutex);
    rt_free(pool, sizeof(*pool));
}
