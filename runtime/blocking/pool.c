#include "blocking/pool.h"

#include <errno.h>
#include <pthread.h>

#include "base/memory.h"
#include "base/monotonic.h"
#include "base/panic.h"
#include "sched/runtime.h"
#include "time/duration.h"

struct rt_blocking_pool {
    struct rt_runtime *runtime; /* borrowed; each thread has a handle */
    struct rt_blocking_options options;
    _Atomic uint32_t references; /* creator, threads, jobs */
    _Atomic uint32_t out;        /* jobs that wait or run */
    atomic_bool is_watched;      /* the runtime waits for out to be 0 */

    pthread_mutex_t mutex;
    pthread_cond_t work;  /* for the idle threads */
    pthread_cond_t empty; /* for the shutdown: threads went to 0 */

    /* Guarded by mutex. */
    struct rt_list queue; /* of struct rt_job */
    uint32_t threads;
    uint32_t idle;     /* threads that wait for work */
    bool is_summoned;  /* a thread is on its way to the queue */
    bool is_closed;    /* takes no jobs */
    bool is_abandoned; /* the shutdown gave up: nobody joins the threads */
    bool has_leaver;   /* leaver is set */
    pthread_t leaver;  /* the thread that ended last; the next one joins it */
};

static _Thread_local struct rt_blocking_pool *own_pool;

bool rt_blocking_is_job_thread(void)
{
    return own_pool != NULL;
}

static void pool_unref(struct rt_blocking_pool *pool)
{
    if (atomic_fetch_sub(&pool->references, 1) > 1) {
        return;
    }
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->empty);
    pthread_mutex_destroy(&pool->mutex);
    rt_free(pool, sizeof(*pool));
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
    struct rt_blocking_pool *pool = job->pool;

    if (atomic_fetch_sub(&job->references, 1) > 1) {
        return;
    }
    job->ops->destroy(job);
    if (pool) {
        pool_unref(pool);
    }
}

/* Puts another waker (or none) into the job; drops the one that was there. */
static enum rt_job_state set_waker(struct rt_job *job, struct rt_waker waker)
{
    enum rt_job_state state;

    rt_lock_acquire(&job->lock);
    state = job->state;
    if (state == RT_JOB_OUT) {
        struct rt_waker old = job->waker;

        job->waker = waker;
        waker = old;
    }
    rt_lock_release(&job->lock);
    rt_waker_drop(&waker);
    return state;
}

enum rt_job_state rt_job_state(struct rt_job *job)
{
    enum rt_job_state state;

    rt_lock_acquire(&job->lock);
    state = job->state;
    rt_lock_release(&job->lock);
    return state;
}

enum rt_job_state rt_job_poll(struct rt_job *job, const struct rt_waker *waker)
{
    enum rt_job_state state = rt_job_state(job);

    return state == RT_JOB_OUT ? set_waker(job, rt_waker_clone(waker)) : state;
}

void rt_job_detach(struct rt_job *job)
{
    set_waker(job, RT_NO_WAKER);
    rt_job_unref(job);
}

/* Under the mutex, since the driver is there until the pool is closed. */
static void interrupt_runtime(struct rt_blocking_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    if (!pool->is_closed) {
        rt_driver_interrupt(rt_runtime_driver(pool->runtime));
    }
    pthread_mutex_unlock(&pool->mutex);
}

/*
 * The job is over: the waiter first, then the count. A runtime that sees the
 * count at 0 thus has had all wakes, and may move its clock.
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
    /* Both are in one total order with the two of rt_blocking_pool_is_busy. */
    if (atomic_fetch_sub(&pool->out, 1) == 1 &&
        atomic_exchange(&pool->is_watched, false)) {
        interrupt_runtime(pool);
    }
    rt_job_unref(job);
}

bool rt_blocking_pool_is_busy(struct rt_blocking_pool *pool)
{
    atomic_store(&pool->is_watched, true);
    return atomic_load(&pool->out) > 0;
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
        return -error;
    }
    atomic_fetch_add(&pool->references, 1);
    pool->threads++;
    pool->is_summoned = true;
    return 0;
}

/*
 * Sees to it that a thread comes for the jobs in the queue. Nobody has to
 * when one is on its way, for it will look, or when the limit is reached: the
 * threads look again after each job. -EAGAIN: no thread can be made.
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
    return pool->threads < pool->options.threads ? start_thread_locked(pool)
                                                 : 0;
}

static struct timespec time_after(uint64_t duration_ns)
{
    uint64_t time = rt_duration_add(rt_monotonic_ns(), duration_ns);

    return (struct timespec){
        .tv_sec = (time_t)(time / RT_SECONDS(1)),
        .tv_nsec = (long)(time % RT_SECONDS(1)),
    };
}

/* Waits for work. False: the time is over and there is none. */
static bool idle_locked(struct rt_blocking_pool *pool)
{
    struct timespec end = time_after(pool->options.keep_alive_ns);
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

/* Each thread joins the one that ended before it; the shutdown, the last. */
static void leave(struct rt_blocking_pool *pool)
{
    pthread_t previous;
    bool has_previous;

    pthread_mutex_lock(&pool->mutex);
    previous = pool->leaver;
    has_previous = pool->has_leaver;
    pool->leaver = pthread_self();
    pool->has_leaver = !pool->is_abandoned;
    if (pool->is_abandoned) {
        pthread_detach(pthread_self());
    }
    if (--pool->threads == 0) {
        pthread_cond_signal(&pool->empty);
    }
    pthread_mutex_unlock(&pool->mutex);
    if (has_previous) {
        pthread_join(previous, NULL);
    }
    pool_unref(pool);
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
    pthread_mutex_unlock(&pool->mutex);
    rt_enter(NULL);
    rt_handle_drop(&handle);
    leave(pool);
    return NULL;
}

/* ---- the pool ---- */

struct rt_blocking_pool *
rt_blocking_pool_create(struct rt_runtime *runtime,
                        const struct rt_blocking_options *options)
{
    struct rt_blocking_pool *pool = rt_alloc(sizeof(*pool));
    pthread_condattr_t attributes;

    if (!pool) {
        return NULL;
    }
    pool->runtime = runtime;
    pool->options = *options;
    atomic_init(&pool->references, 1);
    rt_list_init(&pool->queue);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->work, &attributes);
    pthread_cond_init(&pool->empty, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&pool->mutex, NULL);
    return pool;
}

void rt_blocking_pool_lend(struct rt_blocking_pool *pool, struct rt_job *job)
{
    job->pool = pool;
    atomic_fetch_add(&pool->references, 1);
    atomic_fetch_add(&job->references, 1);
    atomic_fetch_add(&pool->out, 1);
}

/* Queues the job and finds a thread for it, or takes it back. */
static int submit_locked(struct rt_blocking_pool *pool, struct rt_job *job)
{
    int error;

    if (pool->is_closed) {
        return -ECANCELED;
    }
    rt_list_push_back(&pool->queue, &job->node);
    error = summon_locked(pool);
    if (error && pool->threads == 0) {
        rt_list_remove(&job->node);
        return error;
    }
    rt_blocking_pool_lend(pool, job);
    return 0;
}

int rt_blocking_pool_submit(struct rt_blocking_pool *pool, struct rt_job *job)
{
    int error;

    pthread_mutex_lock(&pool->mutex);
    error = submit_locked(pool, job);
    pthread_mutex_unlock(&pool->mutex);
    return error;
}

static void cancel_queue(struct rt_blocking_pool *pool)
{
    struct rt_list *node;

    pthread_mutex_lock(&pool->mutex);
    pool->is_closed = true;
    pthread_cond_broadcast(&pool->work);
    while ((node = rt_list_pop_front(&pool->queue))) {
        pthread_mutex_unlock(&pool->mutex);
        rt_job_finish(RT_CONTAINER_OF(node, struct rt_job, node),
                      RT_JOB_CANCELLED);
        pthread_mutex_lock(&pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
}

int rt_blocking_pool_shutdown(struct rt_blocking_pool *pool,
                              uint64_t timeout_ns)
{
    struct timespec end = time_after(timeout_ns);
    pthread_t leaver;
    int error = 0;
    bool has_leaver;

    if (own_pool == pool) {
        rt_panic("shutdown-inside-job",
                 "a blocking job shuts down the pool that it runs on");
    }
    cancel_queue(pool);
    pthread_mutex_lock(&pool->mutex);
    while (pool->threads > 0 && !error) {
        error = pthread_cond_timedwait(&pool->empty, &pool->mutex, &end);
    }
    leaver = pool->leaver;
    has_leaver = pool->has_leaver;
    pool->has_leaver = false;
    pool->is_abandoned = pool->threads > 0;
    pthread_mutex_unlock(&pool->mutex);
    if (has_leaver) {
        pthread_join(leaver, NULL);
    }
    return pool->is_abandoned ? -ETIMEDOUT : 0;
}

void rt_blocking_pool_drop(struct rt_blocking_pool *pool)
{
    pool_unref(pool);
}
