/* Sleep, timeout, and the paused clock. */
#include <errno.h>

#include "kit.h"
#include "suites.h"
#include "base/random.h"

static struct rt_runtime *runtime;
static struct kit_counts counts;

static uint64_t time_of(struct rt_sleep nap)
{
    ck_assert_int_eq(rt_block_on(runtime, &nap.future), 0);
    return rt_now();
}

START_TEST(a_paused_clock_jumps_to_the_end_of_the_sleep)
{
    uint64_t begin = kit_real_ns();

    runtime = kit_runtime();
    ck_assert_uint_eq(time_of(rt_sleep(RT_SECONDS(10))), RT_SECONDS(10));
    ck_assert_uint_lt(kit_real_ns() - begin, RT_SECONDS(2));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_sleep_rounds_up_to_a_millisecond_and_is_never_early)
{
    runtime = kit_runtime();
    ck_assert_uint_eq(time_of(rt_sleep(1)), RT_MILLISECONDS(1));
    ck_assert_uint_eq(time_of(rt_sleep(RT_MICROSECONDS(1500))),
                      RT_MILLISECONDS(3));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_real_sleep_is_never_early)
{
    struct rt_builder builder = kit_builder();

    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    for (uint64_t i = 0; i < 20; i++) {
        uint64_t begin = kit_real_ns();
        uint64_t length = RT_MICROSECONDS(300 * i);
        struct rt_sleep nap = rt_sleep(length);

        rt_block_on(runtime, &nap.future);
        ck_assert_uint_ge(kit_real_ns() - begin, length);
    }
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_sleep_to_the_past_is_ready_at_its_first_poll)
{
    struct kit_waker waker;
    struct rt_sleep zero, past;

    kit_waker_init(&waker);
    runtime = kit_runtime();
    time_of(rt_sleep(RT_SECONDS(5)));
    zero = rt_sleep(0);
    past = rt_sleep_until(RT_SECONDS(1));
    ck_assert_int_eq(kit_poll(&zero.future, &waker), RT_READY);
    ck_assert_int_eq(kit_poll(&past.future, &waker), RT_READY);
    rt_future_drop(&zero.future);
    rt_future_drop(&past.future);
    ck_assert_int_eq(waker.held, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(on_a_clock_that_runs_it_is_ready_then_as_well)
{
    /* Once the first poll left it to the wheel to look at the clock. */
    struct rt_builder builder = kit_builder();
    struct kit_waker waker;
    struct rt_sleep zero, past;

    kit_waker_init(&waker);
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    zero = rt_sleep(0);
    past = rt_sleep_until(1);
    ck_assert_int_eq(kit_poll(&zero.future, &waker), RT_READY);
    ck_assert_int_eq(kit_poll(&past.future, &waker), RT_READY);
    rt_future_drop(&zero.future);
    rt_future_drop(&past.future);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(the_time_counts_from_the_call_not_from_the_first_poll)
{
    struct rt_sleep early;

    runtime = kit_runtime();
    early = rt_sleep(RT_SECONDS(10));
    time_of(rt_sleep(RT_SECONDS(4)));
    ck_assert_uint_eq(time_of(early), RT_SECONDS(10));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(sleeps_of_years_work)
{
    uint64_t year = RT_SECONDS(365 * 86400);

    runtime = kit_runtime();
    ck_assert_uint_eq(time_of(rt_sleep(year)), year);
    ck_assert_uint_eq(time_of(rt_sleep(100 * year)), 101 * year);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_sleep_that_was_never_polled_does_not_hold_the_clock)
{
    struct rt_sleep unused;

    runtime = kit_runtime();
    unused = rt_sleep(RT_SECONDS(1));
    ck_assert_uint_eq(time_of(rt_sleep(RT_SECONDS(7))), RT_SECONDS(7));
    rt_future_drop(&unused.future);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_paused_clock_stands_while_something_can_run)
{
    struct kit_probe busy = kit_probe(&counts, 1000);

    runtime = kit_runtime();
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("A", RT_SECONDS(1))), 0);
    busy.wakes_itself = true;
    rt_block_on(runtime, &busy.future);
    for (int i = 0; i < 100; i++) {
        kit_settle(runtime);
    }
    ck_assert_uint_eq(rt_now(), 0);
    ck_assert_str_eq(kit_logged(), "");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_dropped_sleep_does_not_fire)
{
    struct kit_waker waker;
    struct rt_sleep nap;

    kit_waker_init(&waker);
    runtime = kit_runtime();
    nap = rt_sleep(RT_SECONDS(1));
    ck_assert_int_eq(kit_poll(&nap.future, &waker), RT_PENDING);
    rt_future_drop(&nap.future);
    ck_assert_int_eq(waker.held, 0);
    time_of(rt_sleep(RT_SECONDS(2)));
    ck_assert_int_eq(waker.wakes, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_sleep_wakes_its_latest_waker_only)
{
    struct kit_waker first, second;
    struct rt_sleep nap;

    kit_waker_init(&first);
    kit_waker_init(&second);
    runtime = kit_runtime();
    nap = rt_sleep(RT_SECONDS(1));
    kit_poll(&nap.future, &first);
    kit_poll(&nap.future, &second);
    time_of(rt_sleep(RT_SECONDS(2)));
    ck_assert_int_eq(first.wakes, 0);
    ck_assert_int_eq(second.wakes, 1);
    ck_assert_int_eq(kit_poll(&nap.future, &second), RT_READY);
    rt_future_drop(&nap.future);
    ck_assert_int_eq(first.held + second.held, 0);
    rt_shutdown(runtime);
}
END_TEST

/* ---- reset ---- */

static struct kit_waker reset_waker;

/* Armed for 10 s, then reset to deadline at 2 s: when does it wake? */
static uint64_t woken_after_reset(uint64_t deadline)
{
    struct rt_sleep nap;

    kit_waker_init(&reset_waker);
    runtime = kit_runtime();
    nap = rt_sleep(RT_SECONDS(10));
    kit_poll(&nap.future, &reset_waker);
    time_of(rt_sleep(RT_SECONDS(2)));
    rt_sleep_reset(&nap, deadline);
    while (reset_waker.wakes == 0) {
        time_of(rt_sleep(RT_MILLISECONDS(100)));
    }
    ck_assert_int_eq(kit_poll(&nap.future, &reset_waker), RT_READY);
    rt_future_drop(&nap.future);
    ck_assert_int_eq(reset_waker.held, 0);
    return rt_now();
}

START_TEST(reset_to_later_wakes_later_and_only_once)
{
    ck_assert_uint_eq(woken_after_reset(RT_SECONDS(20)), RT_SECONDS(20));
    ck_assert_int_eq(reset_waker.wakes, 1);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(reset_to_earlier_wakes_earlier)
{
    ck_assert_uint_eq(woken_after_reset(RT_SECONDS(3)), RT_SECONDS(3));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(reset_to_the_past_wakes_at_once)
{
    /* The wheel took it for a timer far in the future. */
    ck_assert_uint_eq(woken_after_reset(RT_SECONDS(1)), RT_SECONDS(2));
    rt_shutdown(runtime);
    ck_assert_uint_eq(woken_after_reset(RT_SECONDS(2)), RT_SECONDS(2));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(reset_rearms_after_firing)
{
    struct kit_waker waker;
    struct rt_sleep nap;

    kit_waker_init(&waker);
    runtime = kit_runtime();
    nap = rt_sleep(RT_SECONDS(1));
    rt_block_on(runtime, &nap.future);
    rt_sleep_reset(&nap, RT_SECONDS(3));
    ck_assert_int_eq(kit_poll(&nap.future, &waker), RT_PENDING);
    rt_block_on(runtime, &nap.future);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(3));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(reset_before_the_first_poll_counts)
{
    struct rt_sleep nap;

    runtime = kit_runtime();
    nap = rt_sleep(RT_SECONDS(1));
    rt_sleep_reset(&nap, RT_SECONDS(4));
    ck_assert_uint_eq(time_of(nap), RT_SECONDS(4));
    rt_shutdown(runtime);
}
END_TEST

/* ---- many ---- */

static uint64_t sum_of_run(uint64_t seed)
{
    struct rt_random random = {seed};
    uint64_t hash = 0;

    runtime = kit_runtime();
    for (int i = 0; i < 500; i++) {
        uint64_t delay = rt_random_next(&random) % RT_SECONDS(2);

        ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("", delay)), 0);
    }
    while (rt_task_count(runtime) > 0) {
        time_of(rt_sleep(RT_MILLISECONDS(1)));
        hash = hash * 31 + rt_task_count(runtime);
    }
    rt_shutdown(runtime);
    return hash;
}

START_TEST(two_runs_on_a_paused_clock_are_identical)
{
    ck_assert_uint_eq(sum_of_run(5), sum_of_run(5));
    ck_assert_uint_ne(sum_of_run(5), sum_of_run(6));
}
END_TEST

START_TEST(sleeps_end_in_the_order_of_their_deadlines)
{
    runtime = kit_runtime();
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("C", RT_SECONDS(3))), 0);
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("A", RT_SECONDS(1))), 0);
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("B", RT_SECONDS(2))), 0);
    time_of(rt_sleep(RT_SECONDS(4)));
    ck_assert_str_eq(kit_logged(), "ABC");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(resume_lets_the_clock_run_again)
{
    uint64_t begin;

    runtime = kit_runtime();
    time_of(rt_sleep(RT_SECONDS(100)));
    rt_resume();
    begin = kit_real_ns();
    ck_assert_uint_ge(time_of(rt_sleep(RT_MILLISECONDS(10))),
                      RT_SECONDS(100) + RT_MILLISECONDS(10));
    ck_assert_uint_ge(kit_real_ns() - begin, RT_MILLISECONDS(10));
    rt_pause();
    time_of(rt_sleep(RT_SECONDS(1000)));
    ck_assert_uint_lt(kit_real_ns() - begin, RT_SECONDS(5));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_scaled_clock_makes_sleeps_short)
{
    struct rt_builder builder = kit_builder();
    struct rt_sleep nap = rt_sleep_until(RT_SECONDS(10));
    uint64_t begin = kit_real_ns();

    builder.clock = RT_CLOCK_SCALED;
    builder.clock_scale = 1000;
    ck_assert_int_eq(kit_run_built(&builder, &nap.future), 0);
    ck_assert_uint_ge(kit_real_ns() - begin, RT_MILLISECONDS(9));
    ck_assert_uint_lt(kit_real_ns() - begin, RT_SECONDS(5));
}
END_TEST

START_TEST(a_sleep_for_ever_does_not_spin_a_paused_clock)
{
    /* Its tick in ns was more than 64 bits and came out as the past. */
    struct rt_sleep nap = {0};
    struct kit_waker waker;

    kit_waker_init(&waker);
    runtime = kit_runtime();
    nap = rt_sleep(RT_NEVER);
    ck_assert_int_eq(kit_poll(&nap.future, &waker), RT_PENDING);
    ck_assert_uint_eq(time_of(rt_sleep(RT_SECONDS(1))), RT_SECONDS(1));
    ck_assert_int_eq(waker.wakes, 0);
    rt_future_drop(&nap.future);
    rt_shutdown(runtime);
}
END_TEST

/* ---- timeout ---- */

struct timed {
    struct rt_future future;
    struct rt_sleep nap;
    uint64_t inner_length;
    struct rt_timeout limit;
    uint64_t limit_length;
};

KIT_OPS(timed);

static enum rt_poll timed_poll(struct rt_future *future, struct rt_context *cx)
{
    struct timed *self = RT_SELF(future, struct timed);

    RT_BEGIN(self);
    self->nap = rt_sleep(self->inner_length);
    self->limit = RT_TIMEOUT(self->nap, self->limit_length);
    RT_AWAIT(self->limit);
    ck_assert(rt_future_is_finished(&self->nap.future));
    kit_log("%s at %d", self->limit.is_expired ? "expired" : "value",
            (int)(rt_now() / RT_SECONDS(1)));
    RT_END(self);
}

static const char *timed(uint64_t inner, uint64_t limit)
{
    struct timed self =
        KIT_MAKE(timed, .inner_length = inner, .limit_length = limit);

    ck_assert_int_eq(KIT_RUN(self), 0);
    return kit_logged();
}

START_TEST(a_timeout_expires_when_the_inner_future_takes_too_long)
{
    ck_assert_str_eq(timed(RT_SECONDS(9), RT_SECONDS(3)), "expired at 3");
}
END_TEST

START_TEST(a_timeout_gives_the_value_when_it_comes_in_time)
{
    ck_assert_str_eq(timed(RT_SECONDS(2), RT_SECONDS(3)), "value at 2");
}
END_TEST

START_TEST(when_both_are_due_the_value_wins)
{
    ck_assert_str_eq(timed(RT_SECONDS(3), RT_SECONDS(3)), "value at 3");
}
END_TEST

START_TEST(a_timeout_of_0_still_polls_the_inner_future_once)
{
    ck_assert_str_eq(timed(0, 0), "value at 0");
}
END_TEST

START_TEST(dropping_a_timeout_drops_the_inner_future_and_the_timer)
{
    struct kit_waker waker;
    struct kit_probe inner = kit_probe(&counts, KIT_FOR_EVER);
    struct rt_timeout limit;

    kit_waker_init(&waker);
    runtime = kit_runtime();
    limit = RT_TIMEOUT(inner, RT_SECONDS(1));
    ck_assert_int_eq(kit_poll(&limit.future, &waker), RT_PENDING);
    ck_assert_int_eq(waker.held, 2);
    rt_future_drop(&limit.future);
    ck_assert_int_eq(counts.drops, 1);
    ck_assert_int_eq(waker.held, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_timeout_that_was_never_polled_drops_its_inner_future)
{
    struct kit_probe inner = kit_probe(&counts, KIT_FOR_EVER);
    struct rt_timeout limit;

    runtime = kit_runtime();
    limit = RT_TIMEOUT(inner, RT_SECONDS(1));
    rt_future_drop(&limit.future);
    ck_assert_int_eq(counts.drops, 1);
    rt_shutdown(runtime);
}
END_TEST

/* Ready again and again, until the budget is gone; never lets go. */
struct greedy {
    struct rt_future future;
};

KIT_OPS(greedy);

static enum rt_poll greedy_poll(struct rt_future *future, struct rt_context *cx)
{
    (void)future;
    while (rt_budget_spend(cx)) {
        counts.polls++;
    }
    return RT_PENDING;
}

START_TEST(an_inner_future_that_is_always_ready_again_still_times_out)
{
    struct greedy inner = KIT_MAKE(greedy);
    struct rt_builder builder = kit_builder();
    struct rt_timeout limit;

    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    limit = RT_TIMEOUT(inner, RT_MILLISECONDS(10));
    ck_assert_int_eq(rt_block_on(runtime, &limit.future), 0);
    ck_assert(limit.is_expired);
    ck_assert_int_ge(counts.polls, 128);
    rt_shutdown(runtime);
}
END_TEST

Suite *sleep_suite(void)
{
    const TTest *const tests[] = {
        a_paused_clock_jumps_to_the_end_of_the_sleep,
        a_sleep_rounds_up_to_a_millisecond_and_is_never_early,
        a_real_sleep_is_never_early,
        a_sleep_to_the_past_is_ready_at_its_first_poll,
        on_a_clock_that_runs_it_is_ready_then_as_well,
        the_time_counts_from_the_call_not_from_the_first_poll,
        sleeps_of_years_work,
        a_sleep_that_was_never_polled_does_not_hold_the_clock,
        a_paused_clock_stands_while_something_can_run,
        a_dropped_sleep_does_not_fire,
        a_sleep_wakes_its_latest_waker_only,
        reset_to_later_wakes_later_and_only_once,
        reset_to_earlier_wakes_earlier,
        reset_to_the_past_wakes_at_once,
        reset_rearms_after_firing,
        reset_before_the_first_poll_counts,
        two_runs_on_a_paused_clock_are_identical,
        sleeps_end_in_the_order_of_their_deadlines,
        resume_lets_the_clock_run_again,
        a_scaled_clock_makes_sleeps_short,
        a_sleep_for_ever_does_not_spin_a_paused_clock,
        a_timeout_expires_when_the_inner_future_takes_too_long,
        a_timeout_gives_the_value_when_it_comes_in_time,
        when_both_are_due_the_value_wins,
        a_timeout_of_0_still_polls_the_inner_future_once,
        dropping_a_timeout_drops_the_inner_future_and_the_timer,
        a_timeout_that_was_never_polled_drops_its_inner_future,
        an_inner_future_that_is_always_ready_again_still_times_out,
        NULL,
    };

    return suite_of("sleep", tests);
}
