/* The clock: real, scaled, paused. */
#include <time.h>

#include "kit.h"
#include "suites.h"
#include "time/clock.h"

static void sleep_ms(long ms)
{
    struct timespec time = {0, ms * 1000000};

    nanosleep(&time, NULL);
}

START_TEST(a_real_clock_starts_at_0_and_runs)
{
    struct rt_clock clock;
    uint64_t first;

    rt_clock_init(&clock, RT_CLOCK_REAL, 1);
    first = rt_clock_now(&clock);
    ck_assert_uint_lt(first, RT_SECONDS(1));
    sleep_ms(5);
    ck_assert_uint_ge(rt_clock_now(&clock), first + RT_MILLISECONDS(5));
}
END_TEST

START_TEST(a_scaled_clock_is_so_many_times_faster)
{
    struct rt_clock clock;

    rt_clock_init(&clock, RT_CLOCK_SCALED, 1000);
    sleep_ms(5);
    ck_assert_uint_ge(rt_clock_now(&clock), RT_SECONDS(5));
    ck_assert_uint_le(
        rt_clock_real_until(&clock, rt_clock_now(&clock) + RT_SECONDS(1)),
        RT_MILLISECONDS(1));
}
END_TEST

START_TEST(a_paused_clock_stands_still_and_never_goes_back)
{
    struct rt_clock clock;

    rt_clock_init(&clock, RT_CLOCK_PAUSED, 1);
    sleep_ms(2);
    ck_assert_uint_eq(rt_clock_now(&clock), 0);
    rt_clock_set(&clock, 1000);
    ck_assert_uint_eq(rt_clock_now(&clock), 1000);
    rt_clock_set(&clock, 500);
    ck_assert_uint_eq(rt_clock_now(&clock), 1000);
}
END_TEST

START_TEST(resume_goes_on_from_the_time_that_it_shows)
{
    struct rt_clock clock;

    rt_clock_init(&clock, RT_CLOCK_PAUSED, 1);
    rt_clock_set(&clock, RT_SECONDS(100));
    rt_clock_resume(&clock);
    sleep_ms(2);
    ck_assert_uint_ge(rt_clock_now(&clock), RT_SECONDS(100) + 2000000);
    ck_assert_uint_lt(rt_clock_now(&clock), RT_SECONDS(110));
}
END_TEST

START_TEST(resume_of_a_clock_that_runs_changes_nothing)
{
    /* It went back to the time of the last pause. */
    struct rt_clock clock;
    uint64_t before;

    rt_clock_init(&clock, RT_CLOCK_REAL, 1);
    sleep_ms(5);
    before = rt_clock_now(&clock);
    rt_clock_resume(&clock);
    ck_assert_uint_ge(rt_clock_now(&clock), before);
}
END_TEST

START_TEST(a_conducted_clock_can_not_be_paused_or_resumed_from_inside)
{
    struct rt_clock clock;

    rt_clock_init(&clock, RT_CLOCK_CONDUCTED, 1);
    rt_clock_pause(&clock);
    ck_assert_int_eq(clock.kind, RT_CLOCK_CONDUCTED);
    rt_clock_resume(&clock);
    ck_assert_int_eq(clock.kind, RT_CLOCK_CONDUCTED);
}
END_TEST

START_TEST(pause_stops_a_clock_that_runs)
{
    struct rt_clock clock;
    uint64_t stopped;

    rt_clock_init(&clock, RT_CLOCK_REAL, 1);
    sleep_ms(2);
    rt_clock_pause(&clock);
    stopped = rt_clock_now(&clock);
    ck_assert_uint_ge(stopped, RT_MILLISECONDS(2));
    sleep_ms(2);
    ck_assert_uint_eq(rt_clock_now(&clock), stopped);
}
END_TEST

START_TEST(a_deadline_in_the_past_is_0_away)
{
    struct rt_clock clock;

    rt_clock_init(&clock, RT_CLOCK_PAUSED, 1);
    rt_clock_set(&clock, 1000);
    ck_assert_uint_eq(rt_clock_real_until(&clock, 10), 0);
    ck_assert_uint_eq(rt_clock_real_until(&clock, 1500), 500);
}
END_TEST

Suite *clock_suite(void)
{
    const TTest *const tests[] = {
        a_real_clock_starts_at_0_and_runs,
        a_scaled_clock_is_so_many_times_faster,
        a_paused_clock_stands_still_and_never_goes_back,
        resume_goes_on_from_the_time_that_it_shows,
        resume_of_a_clock_that_runs_changes_nothing,
        a_conducted_clock_can_not_be_paused_or_resumed_from_inside,
        pause_stops_a_clock_that_runs,
        a_deadline_in_the_past_is_0_away,
        NULL,
    };

    return suite_of("clock", tests);
}
