/* Interval, timeout_at, and moving a paused clock by hand. */
#include "kit.h"
#include "suites.h"

static struct rt_runtime *runtime;
static struct rt_interval interval;
static struct kit_counts counts;

static void start(uint64_t period, enum rt_missed_ticks missed)
{
    runtime = kit_runtime();
    interval = rt_interval(period);
    interval.missed = missed;
}

/* Logs for when the tick was due, and when it came. */
static void await_tick(void)
{
    struct rt_interval_tick tick = rt_interval_tick(&interval);

    ck_assert_int_eq(rt_block_on(runtime, &tick.future), 0);
    kit_log("%g@%g ", (double)tick.scheduled / 1e9, (double)rt_now() / 1e9);
}

static void await_ticks(int count)
{
    while (count-- > 0) {
        await_tick();
    }
}

static void advance(uint64_t duration)
{
    struct rt_yield step = rt_advance(duration);

    ck_assert_int_eq(rt_block_on(runtime, &step.future), 0);
}

START_TEST(the_first_tick_comes_at_once_the_next_a_period_later)
{
    start(RT_SECONDS(2), RT_MISSED_BURST);
    await_ticks(3);
    ck_assert_str_eq(kit_logged(), "0@0 2@2 4@4 ");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(an_interval_can_start_later)
{
    runtime = kit_runtime();
    interval = rt_interval_at(RT_SECONDS(5), RT_SECONDS(2));
    await_ticks(2);
    ck_assert_str_eq(kit_logged(), "5@5 7@7 ");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(work_between_ticks_does_not_shift_them)
{
    start(RT_SECONDS(2), RT_MISSED_DELAY);
    await_tick();
    advance(RT_SECONDS(1));
    await_ticks(2);
    ck_assert_str_eq(kit_logged(), "0@0 2@2 4@4 ");
    rt_shutdown(runtime);
}
END_TEST

static void miss_ticks(enum rt_missed_ticks rule)
{
    start(RT_SECONDS(2), rule);
    await_tick();
    advance(RT_SECONDS(7));
    await_ticks(4);
}

START_TEST(missed_ticks_burst)
{
    miss_ticks(RT_MISSED_BURST);
    ck_assert_str_eq(kit_logged(), "0@0 2@7 4@7 6@7 8@8 ");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(missed_ticks_delay)
{
    miss_ticks(RT_MISSED_DELAY);
    ck_assert_str_eq(kit_logged(), "0@0 2@7 9@9 11@11 13@13 ");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(missed_ticks_skip)
{
    miss_ticks(RT_MISSED_SKIP);
    ck_assert_str_eq(kit_logged(), "0@0 2@7 8@8 10@10 12@12 ");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_tick_a_little_late_was_not_missed)
{
    start(RT_SECONDS(2), RT_MISSED_DELAY);
    await_tick();
    advance(RT_MILLISECONDS(2005));
    await_ticks(2);
    ck_assert_str_eq(kit_logged(), "0@0 2@2.005 4@4 ");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_dropped_tick_is_not_lost)
{
    struct kit_waker waker;
    struct rt_interval_tick tick;

    kit_waker_init(&waker);
    start(RT_SECONDS(2), RT_MISSED_BURST);
    await_tick();
    tick = rt_interval_tick(&interval);
    ck_assert_int_eq(kit_poll(&tick.future, &waker), RT_PENDING);
    ck_assert_int_eq(waker.held, 1);
    rt_future_drop(&tick.future);
    ck_assert_int_eq(waker.held, 0);
    await_tick();
    ck_assert_str_eq(kit_logged(), "0@0 2@2 ");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_reset_counts_from_now_or_from_a_time)
{
    start(RT_SECONDS(2), RT_MISSED_BURST);
    await_tick();
    advance(RT_SECONDS(1));
    rt_interval_reset(&interval);
    await_ticks(2);
    interval.next = RT_SECONDS(6);
    await_ticks(2);
    ck_assert_str_eq(kit_logged(), "0@0 3@3 5@5 6@6 8@8 ");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(an_interval_for_ever_ticks_once)
{
    start(RT_NEVER, RT_MISSED_BURST);
    await_tick();
    ck_assert_uint_eq(interval.next, RT_NEVER);
    rt_shutdown(runtime);
}
END_TEST

static void make_an_interval_of_zero(void)
{
    kit_runtime();
    interval = rt_interval(0);
}

START_TEST(a_period_of_zero_is_a_bug)
{
    kit_expect_panic(make_an_interval_of_zero, "interval-of-zero");
}
END_TEST

/* ---- timeout_at ---- */

START_TEST(timeout_at_ends_at_its_deadline)
{
    struct kit_probe slow = kit_probe(&counts, KIT_FOR_EVER);
    struct rt_timeout timeout;

    runtime = kit_runtime();
    advance(RT_SECONDS(1));
    timeout = RT_TIMEOUT_AT(slow, RT_SECONDS(3));
    rt_block_on(runtime, &timeout.future);
    ck_assert(timeout.is_expired);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(3));
    rt_shutdown(runtime);
}
END_TEST

/* ---- advance ---- */

START_TEST(advance_fires_in_order_all_that_is_due)
{
    runtime = kit_runtime();
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("C", RT_SECONDS(3))), 0);
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("A", RT_SECONDS(1))), 0);
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("B", RT_SECONDS(2))), 0);
    kit_settle(runtime);
    advance(RT_MILLISECONDS(2500));
    ck_assert_str_eq(kit_logged(), "AB");
    ck_assert_uint_eq(rt_now(), RT_MILLISECONDS(2500));
    advance(RT_MILLISECONDS(500));
    ck_assert_str_eq(kit_logged(), "ABC");
    rt_shutdown(runtime);
}
END_TEST

static void advance_a_real_clock(void)
{
    struct rt_builder builder = kit_builder();

    rt_build(&builder, &runtime);
    rt_enter(runtime);
    advance(RT_SECONDS(1));
}

START_TEST(only_a_paused_clock_can_be_advanced)
{
    kit_expect_panic(advance_a_real_clock, "advance-unless-paused");
}
END_TEST

Suite *interval_suite(void)
{
    const TTest *const tests[] = {
        the_first_tick_comes_at_once_the_next_a_period_later,
        an_interval_can_start_later,
        work_between_ticks_does_not_shift_them,
        missed_ticks_burst,
        missed_ticks_delay,
        missed_ticks_skip,
        a_tick_a_little_late_was_not_missed,
        a_dropped_tick_is_not_lost,
        a_reset_counts_from_now_or_from_a_time,
        an_interval_for_ever_ticks_once,
        a_period_of_zero_is_a_bug,
        timeout_at_ends_at_its_deadline,
        advance_fires_in_order_all_that_is_due,
        only_a_paused_clock_can_be_advanced,
        NULL,
    };

    return suite_of("interval", tests);
}
