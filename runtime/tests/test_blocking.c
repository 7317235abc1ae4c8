/* Blocking: work that blocks its thread runs on threads of its own. */
#define _GNU_SOURCE /* pthread_setattr_default_np */

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

#include "base/memory.h"
#include "kit.h"
#include "suites.h"

static sem_t begun, gate;
static atomic_int runs;

static intptr_t add_one(void *argument)
{
    runs++;
    return *(int *)argument + 1;
}

/* Says that it has begun, and waits to be let go. */
static intptr_t wait_at_gate(void *argument)
{
    (void)argument;
    sem_post(&begun);
    sem_wait(&gate);
    runs++;
    return 7;
}

static void spawn_detached(intptr_t (*function)(void *argument))
{
    struct rt_blocking call = rt_spawn_blocking(function, NULL);

    ck_assert_int_eq(call.error, 0);
    rt_future_drop(&call.future);
}

static struct rt_runtime *runtime;

static void build(uint32_t threads, uint64_t keep_alive)
{
    struct rt_builder builder = kit_lone_builder();

    builder.clock = RT_CLOCK_PAUSED;
    builder.blocking_threads = threads;
    builder.blocking_keep_alive = keep_alive;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    sem_init(&begun, 0, 0);
    sem_init(&gate, 0, 0);
}

enum { MANY = 20 };

START_TEST(the_result_is_what_the_function_returned)
{
    struct rt_blocking call;
    int number = 41;

    build(MANY, RT_SECONDS(10));
    call = rt_spawn_blocking(add_one, &number);
    ck_assert_int_eq(rt_block_on(runtime, &call.future), 0);
    ck_assert_int_eq(call.error, 0);
    ck_assert_int_eq(call.result, 42);
    rt_shutdown(runtime);
}
END_TEST

static pthread_t runner;

static intptr_t note_thread(void *argument)
{
    (void)argument;
    runner = pthread_self();
    return rt_blocking_is_job_thread();
}

START_TEST(the_function_runs_on_another_thread)
{
    struct rt_blocking call;

    build(MANY, RT_SECONDS(10));
    call = rt_spawn_blocking(note_thread, NULL);
    ck_assert_int_eq(rt_block_on(runtime, &call.future), 0);
    ck_assert(!pthread_equal(runner, pthread_self()));
    ck_assert_int_eq(call.result, true);
    ck_assert(!rt_blocking_is_job_thread());
    rt_shutdown(runtime);
}
END_TEST

START_TEST(jobs_that_block_get_a_thread_each)
{
    struct rt_blocking calls[MANY];

    build(MANY, RT_SECONDS(10));
    for (int i = 0; i < MANY; i++) {
        calls[i] = rt_spawn_blocking(wait_at_gate, NULL);
    }
    for (int i = 0; i < MANY; i++) {
        sem_wait(&begun); /* hangs if one has no thread */
    }
    for (int i = 0; i < MANY; i++) {
        sem_post(&gate);
    }
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(rt_block_on(runtime, &calls[i].future), 0);
        ck_assert_int_eq(calls[i].result, 7);
    }
    rt_shutdown(runtime);
}
END_TEST

START_TEST(idle_threads_come_back_for_jobs_that_block)
{
    build(MANY, RT_SECONDS(10));
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < MANY; i++) {
            spawn_detached(wait_at_gate);
        }
        for (int i = 0; i < MANY; i++) {
            sem_wait(&begun);
        }
        for (int i = 0; i < MANY; i++) {
            sem_post(&gate);
        }
    }
    rt_shutdown(runtime);
    ck_assert_int_eq(runs, 5 * MANY);
}
END_TEST

static int thread_count(void)
{
    DIR *threads = opendir("/proc/self/task");
    int count = 0;

    while (readdir(threads)) {
        count++;
    }
    closedir(threads);
    return count;
}

START_TEST(no_more_threads_than_the_limit)
{
    int before;

    build(2, RT_SECONDS(10));
    for (int i = 0; i < 2; i++) {
        spawn_detached(wait_at_gate);
        sem_wait(&begun);
    }
    before = thread_count();
    spawn_detached(wait_at_gate);
    ck_assert_int_eq(thread_count(), before);
    for (int i = 0; i < 3; i++) {
        sem_post(&gate);
    }
    sem_wait(&begun);
    rt_shutdown(runtime);
    ck_assert_int_eq(runs, 3);
}
END_TEST

START_TEST(no_thread_is_made_before_the_first_job)
{
    int before = thread_count();

    build(MANY, RT_SECONDS(10));
    ck_assert_int_eq(thread_count(), before);
    rt_shutdown(runtime);
}
END_TEST

static sem_t ended;

static void on_thread_end(void *value)
{
    (void)value;
    sem_post(&ended);
}

static intptr_t tell_the_end_of_the_thread(void *argument)
{
    static pthread_key_t key;

    (void)argument;
    pthread_key_create(&key, on_thread_end);
    pthread_setspecific(key, &key);
    return 0;
}

START_TEST(a_thread_without_work_ends_after_its_keep_alive)
{
    sem_init(&ended, 0, 0);
    build(MANY, 0);
    spawn_detached(tell_the_end_of_the_thread);
    sem_wait(&ended); /* hangs if it stays */
    spawn_detached(wait_at_gate);
    sem_wait(&begun);
    sem_post(&gate);
    rt_shutdown(runtime);
}
END_TEST

/* From now on no thread can be made: its stack would have 128 TiB. */
static void make_no_threads(void)
{
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)1 << 47);
    ck_assert_int_eq(pthread_setattr_default_np(&attributes), 0);
}

START_TEST(without_any_thread_the_error_is_told)
{
    struct rt_blocking call;

    build(MANY, RT_SECONDS(10));
    make_no_threads();
    call = rt_spawn_blocking(add_one, NULL);
    ck_assert(!rt_blocking_abort(&call));
    ck_assert_int_eq(rt_block_on(runtime, &call.future), 0);
    ck_assert_int_eq(call.error, -EAGAIN);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(without_another_thread_the_jobs_take_turns)
{
    struct rt_blocking call;
    int number = 1;

    build(MANY, RT_SECONDS(10));
    spawn_detached(wait_at_gate);
    sem_wait(&begun);
    make_no_threads();
    call = rt_spawn_blocking(add_one, &number);
    ck_assert_int_eq(call.error, 0);
    sem_post(&gate);
    ck_assert_int_eq(rt_block_on(runtime, &call.future), 0);
    ck_assert_int_eq(call.result, 2);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(without_memory_the_error_is_told)
{
    struct rt_blocking call;

    build(MANY, RT_SECONDS(10));
    rt_alloc_fail_after(1);
    call = rt_spawn_blocking(add_one, NULL);
    ck_assert(!rt_blocking_abort(&call));
    ck_assert_int_eq(rt_block_on(runtime, &call.future), 0);
    ck_assert_int_eq(call.error, -ENOMEM);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_runtime_without_blocking_threads_is_not_built)
{
    struct rt_builder builder = kit_builder();

    builder.blocking_threads = 0;
    ck_assert_int_eq(rt_build(&builder, &runtime), -EINVAL);
}
END_TEST

/* ---- cancelling ---- */

START_TEST(a_job_is_aborted_only_before_it_begins)
{
    struct rt_blocking first;
    struct rt_blocking second;
    struct kit_waker waker;

    build(1, RT_SECONDS(10));
    kit_waker_init(&waker);
    first = rt_spawn_blocking(wait_at_gate, NULL);
    sem_wait(&begun);
    second = rt_spawn_blocking(add_one, NULL);
    ck_assert_int_eq(kit_poll(&second.future, &waker), RT_PENDING);
    ck_assert(!rt_blocking_abort(&first));
    ck_assert(rt_blocking_abort(&second));
    ck_assert(!rt_blocking_abort(&second));
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&second.future, &waker), RT_READY);
    ck_assert_int_eq(second.error, -ECANCELED);
    rt_future_drop(&second.future);
    sem_post(&gate);
    ck_assert_int_eq(rt_block_on(runtime, &first.future), 0);
    ck_assert_int_eq(first.error, 0);
    ck_assert_int_eq(runs, 1);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_dropped_future_lets_the_job_run_and_wakes_nobody)
{
    struct rt_blocking call;
    struct kit_waker waker;

    build(1, RT_SECONDS(10));
    kit_waker_init(&waker);
    call = rt_spawn_blocking(wait_at_gate, NULL);
    ck_assert_int_eq(kit_poll(&call.future, &waker), RT_PENDING);
    rt_future_drop(&call.future);
    ck_assert_int_eq(waker.held, 0);
    sem_wait(&begun);
    sem_post(&gate);
    rt_shutdown(runtime);
    ck_assert_int_eq(runs, 1);
    ck_assert_int_eq(waker.wakes, 0);
}
END_TEST

START_TEST(only_the_latest_waker_is_woken)
{
    struct rt_blocking call;
    struct kit_waker before;
    struct kit_waker after;

    build(1, RT_SECONDS(10));
    kit_waker_init(&before);
    kit_waker_init(&after);
    call = rt_spawn_blocking(wait_at_gate, NULL);
    ck_assert_int_eq(kit_poll(&call.future, &before), RT_PENDING);
    ck_assert_int_eq(kit_poll(&call.future, &after), RT_PENDING);
    ck_assert_int_eq(before.held, 0);
    sem_post(&gate);
    while (after.wakes == 0) {
        sched_yield();
    }
    ck_assert_int_eq(kit_poll(&call.future, &after), RT_READY);
    rt_future_drop(&call.future);
    rt_shutdown(runtime);
    ck_assert_int_eq(before.wakes, 0);
    ck_assert_int_eq(after.held, 0);
}
END_TEST

/* ---- the clock ---- */

static uint64_t time_of_job;

/* Long enough for the clock to be moved by mistake. */
static intptr_t look_at_the_clock_later(void *argument)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    time_of_job = rt_clock_now(argument);
    return 0;
}

START_TEST(a_paused_clock_stands_still_while_a_job_is_out)
{
    struct rt_sleep nap;
    struct rt_blocking call;

    build(1, RT_SECONDS(10));
    time_of_job = RT_NEVER;
    call =
        rt_spawn_blocking(look_at_the_clock_later, rt_runtime_clock(runtime));
    rt_future_drop(&call.future);
    nap = rt_sleep(RT_SECONDS(1));
    ck_assert_int_eq(rt_block_on(runtime, &nap.future), 0);
    ck_assert_uint_eq(time_of_job, 0);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(1));
    rt_shutdown(runtime);
}
END_TEST

static struct rt_semaphore permits;

static intptr_t wait_for_a_permit(void *argument)
{
    struct rt_acquire acquire = rt_semaphore_acquire(&permits, 1);

    (void)argument;
    rt_thread_block_on(&acquire.future);
    return acquire.result;
}

START_TEST(a_job_may_wait_for_a_future)
{
    struct rt_blocking call;

    build(1, RT_SECONDS(10));
    rt_semaphore_init(&permits, 0);
    call = rt_spawn_blocking(wait_for_a_permit, NULL);
    rt_semaphore_release(&permits, 1);
    ck_assert_int_eq(rt_block_on(runtime, &call.future), 0);
    ck_assert_int_eq(call.result, 0);
    rt_shutdown(runtime);
}
END_TEST

static intptr_t spawn_a_task(void *argument)
{
    (void)argument;
    return RT_SPAWN_DETACHED(kit_say("spawned", RT_SECONDS(1)));
}

START_TEST(a_job_may_spawn_tasks)
{
    struct rt_blocking call;
    struct rt_sleep nap;

    build(1, RT_SECONDS(10));
    call = rt_spawn_blocking(spawn_a_task, NULL);
    ck_assert_int_eq(rt_block_on(runtime, &call.future), 0);
    ck_assert_int_eq(call.result, 0);
    nap = rt_sleep(RT_SECONDS(2));
    ck_assert_int_eq(rt_block_on(runtime, &nap.future), 0);
    ck_assert_str_eq(kit_logged(), "spawned");
    rt_shutdown(runtime);
}
END_TEST

/* There is no runtime any more that could wait for it. */
static void wait_until_finished(struct rt_blocking *call)
{
    struct kit_waker waker;

    kit_waker_init(&waker);
    while (kit_poll(&call->future, &waker) == RT_PENDING) {
        sched_yield();
    }
    rt_future_drop(&call->future);
}

static intptr_t spawn_when_let_go(void *argument)
{
    wait_at_gate(argument);
    return spawn_a_task(argument);
}

START_TEST(a_job_of_a_runtime_that_is_shut_down_spawns_in_vain)
{
    struct rt_blocking call;

    build(1, RT_SECONDS(10));
    call = rt_spawn_blocking(spawn_when_let_go, NULL);
    sem_wait(&begun);
    ck_assert_int_eq(rt_shutdown_timeout(runtime, 0), -ETIMEDOUT);
    sem_post(&gate);
    wait_until_finished(&call);
    ck_assert_int_eq(call.result, -ECANCELED);
}
END_TEST

/* Awaits so many jobs, one after the other. */
struct asker {
    struct rt_future future;
    struct rt_blocking call;
    int left;
};

KIT_OPS(asker);

static enum rt_poll asker_poll(struct rt_future *future, struct rt_context *cx)
{
    struct asker *self = RT_SELF(future, struct asker);

    RT_BEGIN(self);
    for (; self->left > 0; self->left--) {
        self->call = rt_spawn_blocking(add_one, &self->left);
        RT_AWAIT(self->call);
        ck_assert_int_eq(self->call.result, self->left + 1);
    }
    RT_END(self);
}

START_TEST(tasks_of_many_workers_share_the_pool)
{
    struct rt_builder builder = kit_builder();
    struct rt_join_handle handles[MANY];

    builder.workers = 4;
    builder.blocking_threads = 4;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    for (int i = 0; i < MANY; i++) {
        handles[i] = RT_SPAWN(KIT_MAKE(asker, .left = 50));
    }
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(rt_block_on(runtime, &handles[i].future), 0);
        ck_assert_int_eq(handles[i].result, 0);
    }
    rt_shutdown(runtime);
    ck_assert_int_eq(runs, 50 * MANY);
}
END_TEST

/* ---- shutdown ---- */

/* A task that lets a job go when it is dropped. */
struct opener {
    struct rt_future future;
    struct rt_sleep nap;
};

KIT_OPS_WITH_DROP(opener);

static enum rt_poll opener_poll(struct rt_future *future, struct rt_context *cx)
{
    struct opener *self = RT_SELF(future, struct opener);

    RT_BEGIN(self);
    self->nap = rt_sleep(RT_SECONDS(1000));
    RT_AWAIT(self->nap);
    RT_END(self);
}

static void opener_drop(struct rt_future *future)
{
    (void)future;
    sem_post(&gate);
}

START_TEST(shutdown_drops_the_tasks_and_then_waits_for_the_jobs)
{
    build(1, RT_SECONDS(10));
    ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(opener)), 0);
    spawn_detached(wait_at_gate);
    sem_wait(&begun);
    rt_shutdown(runtime);
    ck_assert_int_eq(runs, 1);
}
END_TEST

START_TEST(shutdown_cancels_the_jobs_that_did_not_begin)
{
    struct rt_blocking first;
    struct rt_blocking second;
    struct kit_waker waker;

    build(1, RT_SECONDS(10));
    kit_waker_init(&waker);
    first = rt_spawn_blocking(wait_at_gate, NULL);
    sem_wait(&begun);
    second = rt_spawn_blocking(wait_at_gate, NULL);
    ck_assert_int_eq(kit_poll(&second.future, &waker), RT_PENDING);
    rt_shutdown_timeout(runtime, 0);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&second.future, &waker), RT_READY);
    ck_assert_int_eq(second.error, -ECANCELED);
    rt_future_drop(&second.future);
    sem_post(&gate);
    wait_until_finished(&first);
}
END_TEST

START_TEST(shutdown_with_a_timeout_gives_up_on_a_stuck_job)
{
    struct rt_blocking call;

    build(1, RT_SECONDS(10));
    call = rt_spawn_blocking(wait_at_gate, NULL);
    sem_wait(&begun);
    ck_assert_int_eq(rt_shutdown_timeout(runtime, 0), -ETIMEDOUT);
    ck_assert_int_eq(runs, 0);
    sem_post(&gate);
    wait_until_finished(&call);
    ck_assert_int_eq(runs, 1);
}
END_TEST

START_TEST(a_closed_pool_takes_no_jobs)
{
    struct rt_blocking_pool *pool = rt_blocking_pool_create(NULL, 1, 0);
    struct rt_job job = {0};

    ck_assert_int_eq(rt_blocking_pool_shutdown(pool, RT_NEVER), 0);
    ck_assert_int_eq(rt_blocking_pool_shutdown(pool, RT_NEVER), 0);
    rt_job_init(&job, NULL);
    ck_assert_int_eq(rt_blocking_pool_submit(pool, &job), -ECANCELED);
    rt_blocking_pool_destroy(pool);
}
END_TEST

static intptr_t shut_down_own_pool(void *argument)
{
    return rt_blocking_pool_shutdown(argument, 0);
}

static void shut_down_inside_a_job(void)
{
    struct rt_blocking call;

    build(1, RT_SECONDS(10));
    call = rt_spawn_blocking(shut_down_own_pool, rt_runtime_blocking(runtime));
    rt_block_on(runtime, &call.future);
}

START_TEST(a_job_can_not_shut_down_its_own_pool)
{
    kit_expect_panic(shut_down_inside_a_job, "shutdown-inside-job");
}
END_TEST

/* ---- many ---- */

START_TEST(thousands_of_jobs_each_run_once)
{
    static struct rt_blocking calls[2000];
    int number = 0;

    build(MANY, 0); /* so that threads come and go */
    for (int i = 0; i < 2000; i++) {
        calls[i] = rt_spawn_blocking(add_one, &number);
    }
    for (int i = 0; i < 2000; i++) {
        ck_assert_int_eq(rt_block_on(runtime, &calls[i].future), 0);
        ck_assert_int_eq(calls[i].error, 0);
    }
    rt_shutdown(runtime);
    ck_assert_int_eq(runs, 2000);
}
END_TEST

Suite *blocking_suite(void)
{
    const TTest *const tests[] = {
        the_result_is_what_the_function_returned,
        the_function_runs_on_another_thread,
        jobs_that_block_get_a_thread_each,
        idle_threads_come_back_for_jobs_that_block,
        no_more_threads_than_the_limit,
        no_thread_is_made_before_the_first_job,
        a_thread_without_work_ends_after_its_keep_alive,
        without_any_thread_the_error_is_told,
        without_another_thread_the_jobs_take_turns,
        without_memory_the_error_is_told,
        a_runtime_without_blocking_threads_is_not_built,
        a_job_is_aborted_only_before_it_begins,
        a_dropped_future_lets_the_job_run_and_wakes_nobody,
        only_the_latest_waker_is_woken,
        a_paused_clock_stands_still_while_a_job_is_out,
        a_job_may_wait_for_a_future,
        a_job_may_spawn_tasks,
        a_job_of_a_runtime_that_is_shut_down_spawns_in_vain,
        tasks_of_many_workers_share_the_pool,
        shutdown_drops_the_tasks_and_then_waits_for_the_jobs,
        shutdown_cancels_the_jobs_that_did_not_begin,
        shutdown_with_a_timeout_gives_up_on_a_stuck_job,
        a_closed_pool_takes_no_jobs,
        a_job_can_not_shut_down_its_own_pool,
        thousands_of_jobs_each_run_once,
        NULL,
    };

    return suite_of("blocking", tests);
}
