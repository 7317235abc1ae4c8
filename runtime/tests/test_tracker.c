/* The tracker: knows when the last of its tasks is over. */
#include <errno.h>
#include <pthread.h>

#include "kit.h"
#include "suites.h"
#include "base/memory.h"

static struct rt_runtime *runtime;
static struct rt_tracker tracker;
static struct kit_counts counts;

static void start(void)
{
    runtime = kit_runtime();
    rt_tracker_init(&tracker);
}

static void wait_for_all(void)
{
    struct rt_tracker_wait wait = rt_tracker_wait(&tracker);

    ck_assert_int_eq(rt_block_on(runtime, &wait.future), 0);
    ck_assert_uint_eq(rt_tracker_count(&tracker), 0);
}

START_TEST(waiting_for_no_tasks_is_ready_at_once)
{
    start();
    wait_for_all();
    ck_assert_uint_eq(rt_now(), 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(waiting_ends_with_the_last_task)
{
    start();
    ck_assert_int_eq(RT_TRACK(&tracker, kit_say("A", RT_SECONDS(1))), 0);
    ck_assert_int_eq(RT_TRACK(&tracker, kit_say("B", RT_SECONDS(5))), 0);
    ck_assert_uint_eq(rt_tracker_count(&tracker), 2);
    wait_for_all();
    ck_assert_uint_eq(rt_now(), RT_SECONDS(5));
    ck_assert_str_eq(kit_logged(), "AB");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_tracker_can_be_used_again)
{
    start();
    ck_assert_int_eq(RT_TRACK(&tracker, kit_say("A", RT_SECONDS(1))), 0);
    wait_for_all();
    ck_assert_int_eq(RT_TRACK(&tracker, kit_say("B", RT_SECONDS(1))), 0);
    wait_for_all();
    ck_assert_uint_eq(rt_now(), RT_SECONDS(2));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(all_waiters_are_woken)
{
    struct kit_waker wakers[2];
    struct rt_tracker_wait waits[2];

    start();
    ck_assert_int_eq(RT_TRACK(&tracker, kit_say("A", RT_SECONDS(1))), 0);
    for (int i = 0; i < 2; i++) {
        kit_waker_init(&wakers[i]);
        waits[i] = rt_tracker_wait(&tracker);
        ck_assert_int_eq(kit_poll(&waits[i].future, &wakers[i]), RT_PENDING);
    }
    wait_for_all();
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(wakers[i].wakes, 1);
        ck_assert_int_eq(kit_poll(&waits[i].future, &wakers[i]), RT_READY);
        rt_future_drop(&waits[i].future);
        ck_assert_int_eq(wakers[i].held, 0);
    }
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_dropped_waiter_is_not_woken)
{
    struct kit_waker waker;
    struct rt_tracker_wait wait;

    kit_waker_init(&waker);
    start();
    ck_assert_int_eq(RT_TRACK(&tracker, kit_say("A", RT_SECONDS(1))), 0);
    wait = rt_tracker_wait(&tracker);
    kit_poll(&wait.future, &waker);
    rt_future_drop(&wait.future);
    wait_for_all();
    ck_assert_int_eq(waker.wakes, 0);
    ck_assert_int_eq(waker.held, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_tracker_may_go_before_its_tasks)
{
    start();
    ck_assert_int_eq(RT_TRACK(&tracker, kit_probe(&counts, KIT_FOR_EVER)), 0);
    kit_settle(runtime);
    rt_tracker_deinit(&tracker);
    ck_assert_uint_eq(rt_tracker_count(&tracker), 0);
    rt_shutdown(runtime);
    ck_assert_int_eq(counts.drops, 1);
}
END_TEST

START_TEST(tasks_that_are_shut_down_leave_the_tracker)
{
    start();
    ck_assert_int_eq(RT_TRACK(&tracker, kit_probe(&counts, KIT_FOR_EVER)), 0);
    rt_shutdown(runtime);
    ck_assert_uint_eq(rt_tracker_count(&tracker), 0);
}
END_TEST

START_TEST(tracking_without_memory_drops_the_frame_and_counts_nothing)
{
    start();
    for (unsigned long n = 1; n <= 2; n++) {
        rt_alloc_fail_after(n);
        ck_assert_int_eq(RT_TRACK(&tracker, kit_probe(&counts, 0)), -ENOMEM);
        ck_assert_uint_eq(rt_tracker_count(&tracker), 0);
        ck_assert_int_eq(counts.drops, (int)n);
    }
    rt_shutdown(runtime);
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 3, TASKS = 40, ROUNDS = 50 };

static void *track_on_thread(void *unused)
{
    struct rt_runtime *own = kit_runtime();

    for (int i = 0; i < TASKS; i++) {
        ck_assert_int_eq(RT_TRACK(&tracker, rt_yield()), 0);
    }
    for (int i = 0; i < 10; i++) {
        kit_settle(own);
    }
    rt_shutdown(own);
    return unused;
}

START_TEST(threads_may_share_a_tracker)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct rt_tracker_wait wait;
        pthread_t threads[THREADS];

        rt_tracker_init(&tracker);
        wait = rt_tracker_wait(&tracker);
        for (int i = 0; i < THREADS; i++) {
            pthread_create(&threads[i], NULL, track_on_thread, NULL);
        }
        rt_thread_block_on(&wait.future);
        for (int i = 0; i < THREADS; i++) {
            pthread_join(threads[i], NULL);
        }
        ck_assert_uint_eq(rt_tracker_count(&tracker), 0);
    }
}
END_TEST

Suite *tracker_suite(void)
{
    const TTest *const tests[] = {
        waiting_for_no_tasks_is_ready_at_once,
        waiting_ends_with_the_last_task,
        a_tracker_can_be_used_again,
        all_waiters_are_woken,
        a_dropped_waiter_is_not_woken,
        a_tracker_may_go_before_its_tasks,
        tasks_that_are_shut_down_leave_the_tracker,
        tracking_without_memory_drops_the_frame_and_counts_nothing,
        threads_may_share_a_tracker,
        NULL,
    };

    return suite_of("tracker", tests);
}
