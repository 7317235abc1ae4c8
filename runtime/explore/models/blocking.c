/*
 * The blocking pool: jobs that come while its threads rest, end, or are told
 * to. A thread that is idle ends when nothing else happens.
 */
#include <errno.h>

#include "blocking/pool.h"
#include "explore/models/models.h"

static struct rt_runtime *runtime;
static struct rt_blocking_pool *pool;
static int runs;
static int destroyed;

static void run_job(struct rt_job *job)
{
    (void)job;
    runs++;
}

static void destroy_job(struct rt_job *job)
{
    destroyed++;
    rt_free(job, sizeof(*job));
}

static const struct rt_job_ops job_ops = {run_job, destroy_job};

/* That of a runtime which does nothing else. */
static void make_pool(uint32_t threads)
{
    struct rt_builder builder = rt_builder_default();

    builder.blocking_threads = threads;
    runs = 0;
    destroyed = 0;
    RT_EXPLORE_CHECK(rt_build(&builder, &runtime) == 0);
    pool = rt_runtime_blocking(runtime);
}

static struct rt_job *make_job(void)
{
    struct rt_job *job = rt_alloc(sizeof(*job));

    RT_EXPLORE_CHECK(job);
    rt_job_init(job, &job_ops);
    return job;
}

/* Waits for the end of the job as a task would. */
static enum rt_job_state await_job(struct rt_job *job)
{
    struct model_waker *waker = model_waker_create();
    enum rt_job_state state;

    while ((state = rt_job_poll(job, &waker->waker)) == RT_JOB_OUT) {
        model_wait(waker);
        waker->is_woken = false;
    }
    rt_waker_drop(&waker->waker);
    return state;
}

static void submit_and_wait(void *data)
{
    struct rt_job *job = make_job();

    (void)data;
    RT_EXPLORE_CHECK(rt_blocking_pool_submit(pool, job) == 0);
    RT_EXPLORE_CHECK(await_job(job) == RT_JOB_DONE);
    rt_job_unref(job);
}

static bool are_two_destroyed(void *data)
{
    (void)data;
    return destroyed == 2;
}

/* Two jobs, one thread; the second may come while it goes to rest. */
static void job_against_rest(void)
{
    make_pool(1);
    rt_explore_thread(submit_and_wait, NULL);
    rt_explore_thread(submit_and_wait, NULL);
    rt_explore_wait(are_two_destroyed, NULL);
    rt_shutdown(runtime);
    RT_EXPLORE_CHECK(runs == 2 && destroyed == 2);
}

static void submit_and_detach(void *data)
{
    struct rt_job *job = make_job();
    int error = rt_blocking_pool_submit(pool, job);

    (void)data;
    RT_EXPLORE_CHECK(error == 0 || error == -ECANCELED);
    rt_job_detach(job);
}

/* A job is run or cancelled, and freed, when the pool ends meanwhile. */
static void job_against_shutdown(void)
{
    make_pool(2);
    rt_explore_thread(submit_and_detach, NULL);
    RT_EXPLORE_CHECK(rt_blocking_pool_shutdown(pool, RT_NEVER) == 0);
    rt_explore_join();
    rt_shutdown(runtime);
    RT_EXPLORE_CHECK(runs <= 1 && destroyed == 1);
}

static void abort_job(void *data)
{
    rt_job_abort(data);
    rt_job_unref(data);
}

/* An aborted job has run or not, and its waiter is told which. */
static void job_against_abort(void)
{
    struct rt_job *job = make_job();
    enum rt_job_state state;

    make_pool(1);
    atomic_fetch_add(&job->references, 1);
    RT_EXPLORE_CHECK(rt_blocking_pool_submit(pool, job) == 0);
    rt_explore_thread(abort_job, job);
    state = await_job(job);
    RT_EXPLORE_CHECK(runs == (state == RT_JOB_DONE));
    rt_job_unref(job);
    rt_shutdown(runtime);
    rt_explore_join();
    RT_EXPLORE_CHECK(destroyed == 1);
}

static intptr_t look_at_the_clock(void *clock)
{
    RT_EXPLORE_CHECK(rt_clock_now(clock) == 0);
    return 0;
}

/* A clock that stands still waits for the job, and moves when it is over. */
static void job_against_paused_clock(void)
{
    struct rt_builder builder = rt_builder_default();
    struct rt_blocking call;
    struct rt_sleep nap;

    builder.clock = RT_CLOCK_PAUSED;
    builder.blocking_threads = 1;
    RT_EXPLORE_CHECK(rt_build(&builder, &runtime) == 0);
    rt_enter(runtime);
    call = rt_spawn_blocking(look_at_the_clock, rt_runtime_clock(runtime));
    rt_future_drop(&call.future);
    nap = rt_sleep(RT_SECONDS(1));
    RT_EXPLORE_CHECK(rt_block_on(runtime, &nap.future) == 0);
    RT_EXPLORE_CHECK(rt_now() == RT_SECONDS(1));
    rt_shutdown(runtime);
}

const struct model blocking_models[] = {
    {"job-against-rest", job_against_rest, 2},
    {"job-against-shutdown", job_against_shutdown, 4},
    {"job-against-abort", job_against_abort, 3},
    {"job-against-paused-clock", job_against_paused_clock, 3},
    {0},
};
