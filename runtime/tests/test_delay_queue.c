/* The delay queue, on a paused clock. */
#include "kit.h"
#include "suites.h"

static struct rt_runtime *runtime;
static struct rt_delay_queue queue;
static struct rt_delayed items[4];

static void set_up(void)
{
    runtime = kit_runtime();
    rt_delay_queue_init(&queue);
}

static void insert(int i, uint64_t seconds)
{
    rt_delay_queue_insert(&queue, &items[i], RT_SECONDS(seconds));
}

/* The index of the next thing, or -1; the clock moves to its time. */
static int next(void)
{
    struct rt_delay_queue_next next = rt_delay_queue_next(&queue);

    ck_assert_int_eq(rt_block_on(runtime, &next.future), 0);
    return next.item ? (int)(next.item - items) : -1;
}

START_TEST(things_come_out_when_their_time_has_come)
{
    set_up();
    insert(0, 3);
    insert(1, 1);
    insert(2, 2);
    ck_assert_int_eq(next(), 1);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(1));
    ck_assert_int_eq(next(), 2);
    ck_assert_int_eq(next(), 0);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(3));
    ck_assert_int_eq(next(), -1);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(what_is_removed_does_not_come_out)
{
    set_up();
    insert(0, 1);
    insert(1, 2);
    ck_assert(rt_delay_queue_remove(&items[0]));
    ck_assert(!rt_delay_queue_remove(&items[0]));
    ck_assert_int_eq(next(), 1);
    ck_assert_int_eq(next(), -1);
    ck_assert(!rt_delay_queue_remove(&items[1]));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(an_expired_thing_can_still_be_removed)
{
    struct rt_sleep nap;

    set_up();
    insert(0, 1);
    insert(1, 5);
    nap = rt_sleep(RT_SECONDS(2));
    rt_block_on(runtime, &nap.future);
    ck_assert(rt_delay_queue_remove(&items[0]));
    ck_assert_int_eq(next(), 1);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_reset_gives_a_new_time_also_to_what_has_expired)
{
    struct rt_sleep nap;

    set_up();
    insert(0, 1);
    insert(1, 4);
    rt_delay_queue_reset(&items[1], RT_SECONDS(9));
    nap = rt_sleep(RT_SECONDS(2));
    rt_block_on(runtime, &nap.future);
    rt_delay_queue_reset(&items[0], RT_SECONDS(3));
    ck_assert_int_eq(next(), 0);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(5));
    ck_assert_int_eq(next(), 1);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(9));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_time_that_is_over_comes_out_at_once)
{
    set_up();
    insert(0, 0);
    ck_assert_int_eq(next(), 0);
    ck_assert_uint_eq(rt_now(), 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_dropped_next_loses_nothing_and_wakes_nobody)
{
    struct kit_waker waker;
    struct rt_delay_queue_next wait;

    set_up();
    kit_waker_init(&waker);
    insert(0, 1);
    wait = rt_delay_queue_next(&queue);
    ck_assert_int_eq(kit_poll(&wait.future, &waker), RT_PENDING);
    rt_future_drop(&wait.future);
    ck_assert_int_eq(waker.held, 0);
    ck_assert_int_eq(next(), 0);
    ck_assert_int_eq(waker.wakes, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_wait_that_is_polled_again_sees_an_earlier_thing)
{
    struct kit_waker waker;
    struct rt_delay_queue_next wait;

    set_up();
    kit_waker_init(&waker);
    insert(0, 500);
    wait = rt_delay_queue_next(&queue);
    ck_assert_int_eq(kit_poll(&wait.future, &waker), RT_PENDING);
    insert(1, 1);
    ck_assert_int_eq(kit_poll(&wait.future, &waker), RT_PENDING);
    ck_assert_int_eq(rt_block_on(runtime, &wait.future), 0);
    ck_assert_ptr_eq(wait.item, &items[1]);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(1));
    ck_assert_int_eq(waker.held, 0);
    ck_assert(rt_delay_queue_remove(&items[0]));
    rt_shutdown(runtime);
}
END_TEST

Suite *delay_queue_suite(void)
{
    const TTest *const tests[] = {
        things_come_out_when_their_time_has_come,
        what_is_removed_does_not_come_out,
        an_expired_thing_can_still_be_removed,
        a_reset_gives_a_new_time_also_to_what_has_expired,
        a_time_that_is_over_comes_out_at_once,
        a_dropped_next_loses_nothing_and_wakes_nobody,
        a_wait_that_is_polled_again_sees_an_earlier_thing,
        NULL,
    };

    return suite_of("delay_queue", tests);
}
