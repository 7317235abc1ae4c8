/* Join set: results in the order of the ends. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/memory.h"
#include "kit.h"
#include "suites.h"

static struct rt_runtime *runtime;
static struct rt_join_set set;
static struct kit_counts counts[3];
static struct kit_waker waker;

static void start(void)
{
    runtime = kit_runtime();
    rt_join_set_init(&set);
    kit_waker_init(&waker);
}

static void spawn_say(const char *text, uint64_t delay)
{
    ck_assert_int_eq(RT_JOIN_SET_SPAWN(&set, kit_say(text, delay)), 0);
}

static void spawn_probe(int who, int pending)
{
    ck_assert_int_eq(RT_JOIN_SET_SPAWN(&set, kit_probe(&counts[who], pending)),
                     0);
}

static void pass(uint64_t duration)
{
    struct rt_sleep nap = rt_sleep(duration);

    ck_assert_int_eq(rt_block_on(runtime, &nap.future), 0);
}

static int await_next(void *into, size_t size)
{
    struct rt_join_set_next next = rt_join_set_next(&set, into, size);

    ck_assert_int_eq(rt_block_on(runtime, &next.future), 0);
    return next.result;
}

START_TEST(next_gives_the_frames_in_the_order_of_their_ends)
{
    struct kit_say said;

    start();
    spawn_say("B", RT_SECONDS(2));
    spawn_say("A", RT_SECONDS(1));
    spawn_say("C", RT_SECONDS(3));
    for (const char *expected = "ABC"; *expected; expected++) {
        ck_assert_int_eq(await_next(&said, sizeof(said)), 0);
        ck_assert_int_eq(said.text[0], *expected);
    }
    ck_assert_uint_eq(rt_join_set_count(&set), 0);
    ck_assert_int_eq(await_next(&said, sizeof(said)), -ECHILD);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(ends_before_the_wait_are_kept_in_order)
{
    struct kit_say said;

    start();
    spawn_say("B", RT_SECONDS(2));
    spawn_say("A", RT_SECONDS(1));
    pass(RT_SECONDS(9));
    ck_assert_uint_eq(rt_join_set_count(&set), 2);
    ck_assert_int_eq(await_next(&said, sizeof(said)), 0);
    ck_assert_str_eq(said.text, "A");
    ck_assert_int_eq(await_next(NULL, 0), 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_dropped_wait_loses_no_result)
{
    struct rt_join_set_next next;

    start();
    spawn_probe(0, 0);
    next = rt_join_set_next(&set, NULL, 0);
    ck_assert_int_eq(kit_poll(&next.future, &waker), RT_PENDING);
    kit_settle(runtime);
    ck_assert_int_eq(waker.wakes, 1);
    rt_future_drop(&next.future);
    ck_assert_int_eq(waker.held, 0);
    ck_assert_int_eq(await_next(NULL, 0), 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(all_who_wait_are_woken_and_one_gets_the_result)
{
    enum { MANY = 100 }; /* more than a wake list holds */
    static struct rt_join_set_next next[MANY];

    start();
    spawn_probe(0, 0);
    for (int i = 0; i < MANY; i++) {
        next[i] = rt_join_set_next(&set, NULL, 0);
        ck_assert_int_eq(kit_poll(&next[i].future, &waker), RT_PENDING);
    }
    kit_settle(runtime);
    ck_assert_int_eq(waker.wakes, MANY);
    rt_future_drop(&next[0].future);
    for (int i = 1; i < MANY; i++) {
        ck_assert_int_eq(kit_poll(&next[i].future, &waker), RT_READY);
        ck_assert_int_eq(next[i].result, i == 1 ? 0 : -ECHILD);
        rt_future_drop(&next[i].future);
    }
    ck_assert_int_eq(waker.wakes, MANY);
    ck_assert_int_eq(waker.held, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(aborted_tasks_are_reported_as_cancelled)
{
    start();
    spawn_probe(0, KIT_FOR_EVER);
    spawn_probe(1, KIT_FOR_EVER);
    kit_settle(runtime);
    rt_join_set_abort_all(&set);
    ck_assert_int_eq(await_next(NULL, 0), -ECANCELED);
    ck_assert_int_eq(await_next(NULL, 0), -ECANCELED);
    ck_assert_int_eq(counts[0].drops + counts[1].drops, 2);
    ck_assert_int_eq(await_next(NULL, 0), -ECHILD);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_set_that_goes_away_aborts_its_tasks)
{
    start();
    spawn_probe(0, KIT_FOR_EVER);
    spawn_probe(1, 0);
    kit_settle(runtime);
    rt_join_set_deinit(&set);
    ck_assert_uint_eq(rt_join_set_count(&set), 0);
    kit_settle(runtime);
    ck_assert_int_eq(counts[0].drops, 1);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(detached_tasks_run_on)
{
    start();
    spawn_say("A", RT_SECONDS(1));
    rt_join_set_detach_all(&set);
    ck_assert_int_eq(await_next(NULL, 0), -ECHILD);
    pass(RT_SECONDS(2));
    ck_assert_str_eq(kit_logged(), "A");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_set_may_outlive_the_runtime)
{
    struct rt_join_set_next next;

    start();
    spawn_probe(0, KIT_FOR_EVER);
    rt_shutdown(runtime);
    next = rt_join_set_next(&set, NULL, 0);
    ck_assert_int_eq(kit_poll(&next.future, &waker), RT_READY);
    ck_assert_int_eq(next.result, -ECANCELED);
    rt_future_drop(&next.future);
}
END_TEST

START_TEST(spawning_without_memory_drops_the_frame_and_counts_nothing)
{
    start();
    for (unsigned long n = 1; n <= 2; n++) {
        rt_alloc_fail_after(n);
        ck_assert_int_eq(RT_JOIN_SET_SPAWN(&set, kit_probe(&counts[0], 0)),
                         -ENOMEM);
        ck_assert_uint_eq(rt_join_set_count(&set), 0);
        ck_assert_int_eq(counts[0].drops, (int)n);
    }
    rt_shutdown(runtime);
}
END_TEST

static void take_a_frame_of_another_size(void)
{
    char small[8];

    start();
    spawn_probe(0, 0);
    await_next(small, sizeof(small));
}

START_TEST(a_place_of_another_size_is_a_bug)
{
    kit_expect_panic(take_a_frame_of_another_size, "join-into-size");
}
END_TEST

/* ---- threads: the tasks end on another one than that of the set ---- */

enum { TASKS = 40, ROUNDS = 200 };

static atomic_bool is_running;

static void *run_tasks(void *unused)
{
    rt_enter(runtime);
    is_running = true;
    for (int i = 0; i < 10; i++) {
        kit_settle(runtime);
    }
    rt_enter(NULL);
    return unused;
}

static pthread_t spawn_tasks_of_another_thread(void)
{
    pthread_t thread;

    start();
    for (int i = 0; i < TASKS; i++) {
        ck_assert_int_eq(RT_JOIN_SET_SPAWN(&set, rt_yield()), 0);
    }
    rt_enter(NULL);
    is_running = false;
    pthread_create(&thread, NULL, run_tasks, NULL);
    while (!is_running) {
        sched_yield();
    }
    return thread;
}

START_TEST(each_end_on_another_thread_is_reported_once)
{
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t thread = spawn_tasks_of_another_thread();

        for (int i = 0; i <= TASKS; i++) {
            struct rt_join_set_next next = rt_join_set_next(&set, NULL, 0);

            rt_thread_block_on(&next.future);
            ck_assert_int_eq(next.result, i < TASKS ? 0 : -ECHILD);
        }
        pthread_join(thread, NULL);
        rt_shutdown(runtime);
    }
}
END_TEST

START_TEST(a_set_goes_away_while_its_tasks_end_on_another_thread)
{
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t thread = spawn_tasks_of_another_thread();

        if (round % 2) {
            rt_join_set_deinit(&set);
        } else {
            rt_join_set_detach_all(&set);
        }
        memset(&set, 0xdb, sizeof(set));
        pthread_join(thread, NULL);
        rt_shutdown(runtime);
    }
}
END_TEST

/* Spawns tasks that end at once, on other workers, and hears of each. */
struct crowd {
    struct rt_future future;
    struct rt_join_set set;
    struct rt_join_set_next next;
    int heard;
};

KIT_OPS_WITH_DROP(crowd);

static enum rt_poll crowd_poll(struct rt_future *future, struct rt_context *cx)
{
    static struct kit_counts ignored[TASKS];
    struct crowd *self = RT_SELF(future, struct crowd);

    RT_BEGIN(self);
    rt_join_set_init(&self->set);
    for (int i = 0; i < TASKS; i++) {
        RT_JOIN_SET_SPAWN(&self->set, kit_probe(&ignored[i], 0));
    }
    for (;;) {
        self->next = rt_join_set_next(&self->set, NULL, 0);
        RT_AWAIT(self->next);
        if (self->next.result == -ECHILD) {
            RT_RETURN();
        }
        self->heard++;
    }
    RT_END(self);
}

static void crowd_drop(struct rt_future *future)
{
    rt_join_set_deinit(&RT_SELF(future, struct crowd)->set);
}

START_TEST(workers_end_the_tasks_of_a_set_while_it_spawns_more)
{
    struct rt_builder builder = kit_builder();

    builder.workers = 3;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    for (int round = 0; round < ROUNDS; round++) {
        struct crowd crowd = KIT_MAKE(crowd);

        ck_assert_int_eq(rt_block_on(runtime, &crowd.future), 0);
        ck_assert_int_eq(crowd.heard, TASKS);
    }
    rt_shutdown(runtime);
}
END_TEST

Suite *join_set_suite(void)
{
    const TTest *const tests[] = {
        next_gives_the_frames_in_the_order_of_their_ends,
        ends_before_the_wait_are_kept_in_order,
        a_dropped_wait_loses_no_result,
        all_who_wait_are_woken_and_one_gets_the_result,
        aborted_tasks_are_reported_as_cancelled,
        a_set_that_goes_away_aborts_its_tasks,
        detached_tasks_run_on,
        a_set_may_outlive_the_runtime,
        spawning_without_memory_drops_the_frame_and_counts_nothing,
        a_place_of_another_size_is_a_bug,
        each_end_on_another_thread_is_reported_once,
        a_set_goes_away_while_its_tasks_end_on_another_thread,
        workers_end_the_tasks_of_a_set_while_it_spawns_more,
        NULL,
    };

    return suite_of("join_set", tests);
}
