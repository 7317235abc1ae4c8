/* The multi-thread runtime: work, wakes and shutdown on several workers. */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "kit.h"
#include "suites.h"

static atomic_int done;

static struct rt_runtime *multi(uint32_t workers)
{
    struct rt_builder builder = kit_builder();
    struct rt_runtime *runtime;

    builder.workers = workers;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    return runtime;
}

/* Yields a number of times, then counts itself. */
struct busy {
    struct rt_future future;
    int yields;
    struct rt_yield yield;
};

KIT_OPS(busy);

static enum rt_poll busy_poll(struct rt_future *future, struct rt_context *cx)
{
    struct busy *self = RT_SELF(future, struct busy);

    RT_BEGIN(self);
    while (self->yields-- > 0) {
        self->yield = rt_yield();
        RT_AWAIT(self->yield);
    }
    atomic_fetch_add(&done, 1);
    RT_END(self);
}

enum { MANY = 2000 };

/* Spawns many, and awaits them all. */
struct fan_out {
    struct rt_future future;
    int yields;
    int i;
    struct rt_join_handle handles[MANY];
};

KIT_OPS(fan_out);

static enum rt_poll fan_out_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct fan_out *self = RT_SELF(future, struct fan_out);

    RT_BEGIN(self);
    for (self->i = 0; self->i < MANY; self->i++) {
        self->handles[self->i] =
            RT_SPAWN(KIT_MAKE(busy, .yields = self->yields));
    }
    for (self->i = 0; self->i < MANY; self->i++) {
        RT_AWAIT(self->handles[self->i]);
        ck_assert_int_eq(self->handles[self->i].result, 0);
    }
    RT_END(self);
}

START_TEST(all_tasks_run_on_any_number_of_workers)
{
    static const uint32_t workers[] = {1, 2, 4, 7};

    for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
        struct rt_runtime *runtime = multi(workers[i]);
        static struct fan_out all;

        all = KIT_MAKE(fan_out, .yields = 3);
        done = 0;
        ck_assert_int_eq(rt_block_on(runtime, &all.future), 0);
        ck_assert_int_eq(done, MANY);
        ck_assert_uint_eq(rt_task_count(runtime), 0);
        rt_shutdown(runtime);
    }
}
END_TEST

/* ---- timers ---- */

struct sleeper {
    struct rt_future future;
    uint64_t delay;
    uint64_t begin;
    struct rt_sleep nap;
};

KIT_OPS(sleeper);

static enum rt_poll sleeper_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct sleeper *self = RT_SELF(future, struct sleeper);

    RT_BEGIN(self);
    self->begin = rt_now();
    self->nap = rt_sleep(self->delay);
    RT_AWAIT(self->nap);
    ck_assert_uint_ge(rt_now(), self->begin + self->delay);
    atomic_fetch_add(&done, 1);
    RT_END(self);
}

struct sleep_all {
    struct rt_future future;
    int i;
    struct rt_join_handle handles[MANY];
};

KIT_OPS(sleep_all);

static enum rt_poll sleep_all_poll(struct rt_future *future,
                                   struct rt_context *cx)
{
    struct sleep_all *self = RT_SELF(future, struct sleep_all);

    RT_BEGIN(self);
    for (self->i = 0; self->i < MANY; self->i++) {
        self->handles[self->i] = RT_SPAWN(KIT_MAKE(
            sleeper, .delay = RT_MICROSECONDS(100) * (uint64_t)(self->i % 97)));
    }
    for (self->i = 0; self->i < MANY; self->i++) {
        RT_AWAIT(self->handles[self->i]);
    }
    RT_END(self);
}

START_TEST(sleeps_end_on_several_workers_and_never_early)
{
    struct rt_runtime *runtime = multi(3);
    static struct sleep_all all;

    all = KIT_MAKE(sleep_all);
    done = 0;
    ck_assert_int_eq(rt_block_on(runtime, &all.future), 0);
    ck_assert_int_eq(done, MANY);
    rt_shutdown(runtime);
}
END_TEST

/* ---- ping-pong ---- */

struct ping {
    struct rt_future future;
    struct rt_notify *mine;  /* borrowed */
    struct rt_notify *yours; /* borrowed */
    int rounds;
    struct rt_notified turn;
};

KIT_OPS(ping);

static enum rt_poll ping_poll(struct rt_future *future, struct rt_context *cx)
{
    struct ping *self = RT_SELF(future, struct ping);

    RT_BEGIN(self);
    while (self->rounds-- > 0) {
        self->turn = rt_notify_notified(self->mine);
        RT_AWAIT(self->turn);
        rt_notify_one(self->yours);
    }
    RT_END(self);
}

struct match {
    struct rt_future future;
    struct rt_notify a;
    struct rt_notify b;
    struct rt_join_handle left;
    struct rt_join_handle right;
};

KIT_OPS(match);

static enum rt_poll match_poll(struct rt_future *future, struct rt_context *cx)
{
    struct match *self = RT_SELF(future, struct match);

    RT_BEGIN(self);
    rt_notify_init(&self->a);
    rt_notify_init(&self->b);
    self->left = RT_SPAWN(
        KIT_MAKE(ping, .mine = &self->a, .yours = &self->b, .rounds = 20000));
    self->right = RT_SPAWN(
        KIT_MAKE(ping, .mine = &self->b, .yours = &self->a, .rounds = 20000));
    rt_notify_one(&self->a);
    RT_AWAIT(self->left);
    RT_AWAIT(self->right);
    RT_END(self);
}

START_TEST(no_wake_between_two_tasks_is_lost)
{
    struct rt_runtime *runtime = multi(2);
    struct match match = KIT_MAKE(match);

    ck_assert_int_eq(rt_block_on(runtime, &match.future), 0);
    rt_shutdown(runtime);
}
END_TEST

/* ---- from outside ---- */

static void *spawn_from_outside(void *argument)
{
    struct rt_handle *handle = argument;

    for (int i = 0; i < MANY; i++) {
        struct rt_join_handle join =
            RT_HANDLE_SPAWN(handle, KIT_MAKE(busy, .yields = 1));

        rt_join_detach(&join);
    }
    rt_handle_drop(handle);
    return NULL;
}

START_TEST(a_handle_spawns_from_any_thread_and_nobody_has_to_block_on)
{
    struct rt_runtime *runtime = multi(2);
    struct rt_handle handles[2] = {rt_handle(runtime), rt_handle(runtime)};
    pthread_t threads[2];

    done = 0;
    for (int i = 0; i < 2; i++) {
        pthread_create(&threads[i], NULL, spawn_from_outside, &handles[i]);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    while (atomic_load(&done) < 2 * MANY) {
        usleep(100); /* the runner's time limit ends this if one is lost */
    }
    rt_shutdown(runtime);
}
END_TEST

START_TEST(after_the_shutdown_a_handle_spawns_no_more)
{
    struct rt_runtime *runtime = multi(1);
    struct rt_handle handle = rt_handle(runtime);
    struct rt_join_handle join;

    rt_shutdown(runtime);
    done = 0;
    join = RT_HANDLE_SPAWN(&handle, KIT_MAKE(busy));
    ck_assert_int_eq(join.result, -ECANCELED);
    ck_assert_int_eq(done, 0);
    rt_handle_drop(&handle);
    rt_handle_drop(&handle);
}
END_TEST

static void *block_on_many(void *argument)
{
    struct rt_runtime *runtime = argument;

    for (int i = 0; i < 200; i++) {
        struct busy busy = KIT_MAKE(busy, .yields = i % 3);

        ck_assert_int_eq(rt_block_on(runtime, &busy.future), 0);
    }
    return NULL;
}

static void block_on_from_threads(struct rt_runtime *runtime)
{
    pthread_t threads[3];

    done = 0;
    for (int i = 0; i < 3; i++) {
        pthread_create(&threads[i], NULL, block_on_many, runtime);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_int_eq(done, 600);
    rt_shutdown(runtime);
}

START_TEST(several_threads_block_on_one_multi_thread_runtime)
{
    block_on_from_threads(multi(2));
}
END_TEST

START_TEST(several_threads_block_on_one_current_thread_runtime)
{
    block_on_from_threads(multi(0));
}
END_TEST

/* ---- shutdown ---- */

struct endless {
    struct rt_future future;
    struct rt_yield yield;
};

KIT_OPS_WITH_DROP(endless);

static enum rt_poll endless_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct endless *self = RT_SELF(future, struct endless);

    RT_BEGIN(self);
    for (;;) {
        self->yield = rt_yield();
        RT_AWAIT(self->yield);
    }
    RT_END(self);
}

static void endless_drop(struct rt_future *future)
{
    (void)future;
    atomic_fetch_add(&done, 1);
}

START_TEST(a_shutdown_ends_tasks_that_run_for_ever)
{
    struct rt_runtime *runtime = multi(2);
    struct rt_runtime *outer = rt_enter(runtime);

    done = 0;
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(endless)), 0);
    }
    rt_enter(outer);
    rt_shutdown(runtime);
    ck_assert_int_eq(done, 100);
}
END_TEST

START_TEST(spinning_tasks_do_not_starve_a_timer_or_block_on)
{
    struct rt_runtime *runtime = multi(2);
    struct sleeper sleeper = KIT_MAKE(sleeper, .delay = RT_MILLISECONDS(5));
    struct rt_runtime *outer = rt_enter(runtime);

    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(endless)), 0);
    }
    rt_enter(outer);
    ck_assert_int_eq(rt_block_on(runtime, &sleeper.future), 0);
    rt_shutdown(runtime);
}
END_TEST

/* ---- blocking in place ---- */

static atomic_bool may_go_on;

static void wait_for_others(void *argument)
{
    (void)argument;
    while (!atomic_load(&may_go_on)) {
        usleep(100);
    }
}

struct blocker {
    struct rt_future future;
    struct rt_yield yield;
};

KIT_OPS(blocker);

static enum rt_poll blocker_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct blocker *self = RT_SELF(future, struct blocker);

    RT_BEGIN(self);
    rt_block_in_place(wait_for_others, NULL);
    self->yield = rt_yield();
    RT_AWAIT(self->yield);
    atomic_fetch_add(&done, 1);
    RT_END(self);
}

struct opener {
    struct rt_future future;
};

KIT_OPS(opener);

static enum rt_poll opener_poll(struct rt_future *future, struct rt_context *cx)
{
    (void)future;
    (void)cx;
    atomic_store(&may_go_on, true);
    return RT_READY;
}

struct in_place {
    struct rt_future future;
    struct rt_join_handle blocker;
    struct rt_join_handle opener;
};

KIT_OPS(in_place);

static enum rt_poll in_place_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct in_place *self = RT_SELF(future, struct in_place);

    RT_BEGIN(self);
    self->opener = RT_SPAWN(KIT_MAKE(opener));
    self->blocker = RT_SPAWN(KIT_MAKE(blocker));
    RT_AWAIT(self->blocker);
    RT_AWAIT(self->opener);
    RT_END(self);
}

START_TEST(blocking_in_place_lets_the_only_worker_go_on)
{
    for (int i = 0; i < 20; i++) {
        struct rt_runtime *runtime = multi(1);
        struct in_place frame = KIT_MAKE(in_place);

        done = 0;
        may_go_on = false;
        ck_assert_int_eq(rt_block_on(runtime, &frame.future), 0);
        ck_assert_int_eq(done, 1);
        rt_shutdown(runtime);
    }
}
END_TEST

/* ---- hooks and metrics ---- */

static atomic_int starts, stops, parks, unparks;

static void on_start(void *argument)
{
    ck_assert_str_eq(argument, "hook");
    atomic_fetch_add(&starts, 1);
}

static void on_stop(void *argument)
{
    (void)argument;
    atomic_fetch_add(&stops, 1);
}

static void on_park(void *argument)
{
    (void)argument;
    atomic_fetch_add(&parks, 1);
}

static void on_unpark(void *argument)
{
    (void)argument;
    atomic_fetch_add(&unparks, 1);
}

START_TEST(hooks_are_called_on_each_worker)
{
    static char hook[] = "hook";
    struct rt_builder builder = kit_builder();
    struct rt_runtime *runtime;
    struct sleeper sleeper = KIT_MAKE(sleeper, .delay = RT_MILLISECONDS(1));

    builder.workers = 3;
    builder.on_thread_start = on_start;
    builder.on_thread_stop = on_stop;
    builder.on_thread_park = on_park;
    builder.on_thread_unpark = on_unpark;
    builder.hook_argument = hook;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    ck_assert_int_eq(rt_block_on(runtime, &sleeper.future), 0);
    rt_shutdown(runtime);
    ck_assert_int_eq(starts, 3);
    ck_assert_int_eq(stops, 3);
    ck_assert_int_gt(parks, 0);
    ck_assert_int_eq(parks, unparks);
}
END_TEST

START_TEST(metrics_count_what_happened)
{
    struct rt_runtime *runtime = multi(2);
    static struct fan_out all;
    uint64_t polls = 0;

    all = KIT_MAKE(fan_out, .yields = 1);
    ck_assert_int_eq(rt_block_on(runtime, &all.future), 0);
    ck_assert_uint_eq(rt_runtime_metrics(runtime).workers, 2);
    ck_assert_uint_eq(rt_runtime_metrics(runtime).tasks, 0);
    for (uint32_t i = 0; i < 2; i++) {
        polls += rt_worker_metrics(runtime, i).polls;
    }
    ck_assert_uint_ge(polls, 2 * MANY);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_clock_that_stands_still_needs_a_current_thread_runtime)
{
    struct rt_builder builder = kit_builder();
    struct rt_runtime *runtime;

    builder.workers = 2;
    builder.clock = RT_CLOCK_PAUSED;
    ck_assert_int_eq(rt_build(&builder, &runtime), -EINVAL);
    builder.clock = RT_CLOCK_REAL;
    builder.workers = RT_WORKERS_MOST + 1;
    ck_assert_int_eq(rt_build(&builder, &runtime), -EINVAL);
}
END_TEST

Suite *multi_suite(void)
{
    const TTest *const tests[] = {
        all_tasks_run_on_any_number_of_workers,
        sleeps_end_on_several_workers_and_never_early,
        no_wake_between_two_tasks_is_lost,
        a_handle_spawns_from_any_thread_and_nobody_has_to_block_on,
        after_the_shutdown_a_handle_spawns_no_more,
        several_threads_block_on_one_multi_thread_runtime,
        several_threads_block_on_one_current_thread_runtime,
        a_shutdown_ends_tasks_that_run_for_ever,
        spinning_tasks_do_not_starve_a_timer_or_block_on,
        blocking_in_place_lets_the_only_worker_go_on,
        hooks_are_called_on_each_worker,
        metrics_count_what_happened,
        a_clock_that_stands_still_needs_a_current_thread_runtime,
        NULL,
    };

    return suite_of("multi", tests);
}
