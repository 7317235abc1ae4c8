/* The timer wheel against a sorted list, and at the edges of its levels. */
#include <stdlib.h>

#include "kit.h"
#include "suites.h"
#include "base/random.h"
#include "time/wheel.h"

static struct rt_wheel wheel;

/* The wheel tells times in ns; here they are ticks. */
static uint64_t ticks(uint64_t ns)
{
    return ns == RT_NEVER ? RT_NEVER : ns / RT_MILLISECONDS(1);
}

static void advance(uint64_t tick)
{
    rt_wheel_advance(&wheel, RT_MILLISECONDS(tick));
}

/* When it has work next; nobody waits for it. */
static uint64_t next_work(void)
{
    uint64_t time = rt_wheel_await(&wheel);

    rt_wheel_advance(&wheel, 0);
    return ticks(time);
}

static uint64_t next_timer(void)
{
    return ticks(rt_wheel_next_timer(&wheel));
}

/* A timer whose wake is noted. */
struct alarm {
    struct rt_timer timer;
    uint64_t fired_at;     /* wheel.now, plus 1: 0 is never */
    struct alarm *cancels; /* borrowed; or NULL: removed when this one fires */
};

static uint64_t last_tick;
static int fired;

static uint64_t tick_of(const struct alarm *alarm)
{
    return ticks(alarm->timer.deadline);
}

static void nothing(void *data)
{
    (void)data;
}

static void disarm(struct alarm *alarm)
{
    struct rt_waker waker = rt_wheel_disarm(&wheel, &alarm->timer);

    rt_waker_drop(&waker);
}

static void ring(void *data)
{
    struct alarm *alarm = data;

    if (tick_of(alarm) < last_tick) {
        ck_abort_msg("fired out of order");
    }
    last_tick = tick_of(alarm);
    alarm->fired_at = wheel.now + 1;
    fired++;
    if (alarm->cancels) {
        disarm(alarm->cancels);
    }
}

static const struct rt_waker_ops ring_ops = {nothing, ring, ring, nothing};

static enum rt_armed try_to_arm(struct alarm *alarm, uint64_t deadline)
{
    struct rt_waker waker = {&ring_ops, alarm};

    alarm->timer = (struct rt_timer){.deadline = deadline};
    alarm->fired_at = 0;
    return rt_wheel_arm(&wheel, &alarm->timer, &waker);
}

static void arm(struct alarm *alarm, uint64_t tick)
{
    ck_assert_int_eq(try_to_arm(alarm, RT_MILLISECONDS(tick)), RT_ARMED);
}

static void start_at(uint64_t now)
{
    rt_wheel_init(&wheel);
    advance(now);
    last_tick = 0;
    fired = 0;
}

/* Armed at now for tick: fires at tick, not a tick before. */
static void check_one(uint64_t now, uint64_t tick)
{
    struct alarm alarm = {0};

    start_at(now);
    arm(&alarm, tick);
    ck_assert_uint_eq(next_timer(), tick);
    ck_assert_uint_le(next_work(), tick);
    advance(tick - 1);
    ck_assert_int_eq(fired, 0);
    ck_assert(rt_timer_is_armed(&alarm.timer));
    advance(tick);
    ck_assert_int_eq(fired, 1);
    ck_assert(!rt_timer_is_armed(&alarm.timer));
    ck_assert_uint_eq(rt_wheel_count(&wheel), 0);
    ck_assert_uint_eq(next_timer(), RT_NEVER);
}

START_TEST(deadlines_round_up_to_a_tick)
{
    const uint64_t deadlines[] = {1, 999999, 1000000, 1000001, 5000000};
    const uint64_t expected[] = {1, 1, 1, 2, 5};
    struct alarm alarm;

    for (int i = 0; i < 5; i++) {
        start_at(0);
        ck_assert_int_eq(try_to_arm(&alarm, deadlines[i]), RT_ARMED);
        ck_assert_uint_eq(next_timer(), expected[i]);
    }
    start_at(0);
    ck_assert_int_eq(try_to_arm(&alarm, 0), RT_ARMED_DUE);
}
END_TEST

START_TEST(timers_at_the_edges_of_levels_fire_on_their_tick)
{
    for (int level = 1; level < RT_WHEEL_LEVELS; level++) {
        uint64_t edge = UINT64_C(1) << (level * RT_WHEEL_SLOT_BITS);

        for (uint64_t tick = edge - 2; tick <= edge + 2; tick++) {
            check_one(0, tick);
            check_one(1, tick);
            check_one(63, tick + 64);
            check_one(edge - 3, tick);
            check_one(edge + 5, edge + tick + 5);
        }
    }
}
END_TEST

START_TEST(the_next_tick_fires_from_anywhere)
{
    for (uint64_t now = 0; now < 10000; now++) {
        check_one(now, now + 1);
    }
}
END_TEST

START_TEST(years_work)
{
    uint64_t year = UINT64_C(365) * 86400 * 1000;

    check_one(0, year);
    check_one(12345, 3 * year);
    check_one(1, 100 * year);
    check_one(7, 500 * year);
}
END_TEST

START_TEST(timers_fire_in_the_order_of_their_ticks)
{
    static struct alarm alarms[1000];
    struct rt_random random = {42};

    start_at(17);
    for (int i = 0; i < 1000; i++) {
        arm(&alarms[i], 18 + rt_random_below(&random, 1000000));
    }
    advance(2000000);
    ck_assert_int_eq(fired, 1000);
}
END_TEST

START_TEST(timers_of_one_tick_fire_in_the_order_of_insertion)
{
    static struct alarm alarms[3];

    start_at(0);
    for (int i = 0; i < 3; i++) {
        arm(&alarms[i], 100);
    }
    alarms[0].cancels = &alarms[1];
    alarms[1].cancels = &alarms[2];
    advance(100);
    ck_assert_uint_ne(alarms[0].fired_at, 0);
    ck_assert_uint_eq(alarms[1].fired_at, 0);
    ck_assert_uint_ne(alarms[2].fired_at, 0);
}
END_TEST

START_TEST(a_wake_may_remove_a_sibling_that_is_due_too)
{
    static struct alarm alarms[2];

    start_at(0);
    arm(&alarms[0], 5);
    arm(&alarms[1], 5);
    alarms[0].cancels = &alarms[1];
    advance(5);
    ck_assert_int_eq(fired, 1);
    ck_assert_uint_eq(rt_wheel_count(&wheel), 0);
}
END_TEST

START_TEST(removing_is_idempotent_and_leaves_no_timer)
{
    struct alarm alarm = {0};

    start_at(0);
    arm(&alarm, 70);
    disarm(&alarm);
    disarm(&alarm);
    ck_assert_uint_eq(rt_wheel_count(&wheel), 0);
    ck_assert_uint_eq(next_work(), RT_NEVER);
    advance(1000);
    ck_assert_int_eq(fired, 0);
}
END_TEST

START_TEST(a_tick_that_is_over_is_not_armed)
{
    struct alarm alarm;

    start_at(10);
    ck_assert_int_eq(try_to_arm(&alarm, RT_MILLISECONDS(10)), RT_ARMED_DUE);
    ck_assert_uint_eq(rt_wheel_count(&wheel), 0);
}
END_TEST

START_TEST(a_timer_earlier_than_what_is_awaited_says_so)
{
    struct alarm alarms[5] = {0};

    start_at(0);
    arm(&alarms[0], 50);
    ck_assert_uint_eq(rt_wheel_await(&wheel), RT_MILLISECONDS(50));
    arm(&alarms[1], 51);
    ck_assert_int_eq(try_to_arm(&alarms[3], RT_MILLISECONDS(49)), RT_ARMED_NOW);
    arm(&alarms[4], 48); /* he is on his way */
    advance(0);
    arm(&alarms[2], 1);
}
END_TEST

START_TEST(whoever_waits_without_a_timer_is_told_of_the_first)
{
    struct alarm alarm;

    start_at(0);
    ck_assert_uint_eq(rt_wheel_await(&wheel), RT_NEVER);
    ck_assert_int_eq(try_to_arm(&alarm, RT_SECONDS(1000)), RT_ARMED_NOW);
}
END_TEST

/* ---- against a model ---- */

enum { MODEL_TIMERS = 2000, MODEL_STEPS = 100000 };

static struct alarm model[MODEL_TIMERS];

static uint64_t earliest_of_model(void)
{
    uint64_t earliest = UINT64_MAX;

    for (int i = 0; i < MODEL_TIMERS; i++) {
        if (rt_timer_is_armed(&model[i].timer) &&
            tick_of(&model[i]) < earliest) {
            earliest = tick_of(&model[i]);
        }
    }
    return earliest;
}

static void check_model(uint64_t now)
{
    uint64_t count = 0;
    uint64_t earliest = earliest_of_model();
    int overdue = 0;

    for (int i = 0; i < MODEL_TIMERS; i++) {
        bool is_armed = rt_timer_is_armed(&model[i].timer);

        count += is_armed;
        overdue += is_armed && tick_of(&model[i]) <= now;
    }
    ck_assert_int_eq(overdue, 0);
    ck_assert_uint_eq(rt_wheel_count(&wheel), count);
    ck_assert_uint_eq(next_timer(), earliest);
    ck_assert_uint_le(next_work(), earliest);
}

/* A delay of any order of size: 1 tick to about most_bits bits of them. */
static uint64_t some_delay(struct rt_random *random, uint32_t most_bits)
{
    uint32_t bits = rt_random_below(random, most_bits);

    return 1 + (rt_random_next(random) & ((UINT64_C(1) << bits) - 1));
}

static void run_model(uint64_t seed, uint32_t most_bits)
{
    struct rt_random random = {seed};
    uint64_t now = 0;

    start_at(0);
    for (int i = 0; i < MODEL_TIMERS; i++) {
        model[i].timer = (struct rt_timer){0};
    }
    for (int step = 0; step < MODEL_STEPS; step++) {
        struct alarm *alarm = &model[rt_random_below(&random, MODEL_TIMERS)];
        uint32_t choice = rt_random_below(&random, 100);

        if (choice < 60 && !rt_timer_is_armed(&alarm->timer)) {
            arm(alarm, now + some_delay(&random, most_bits));
        } else if (choice < 80) {
            disarm(alarm);
        } else {
            now += some_delay(&random, most_bits) / 16;
            last_tick = 0;
            advance(now);
        }
        if (step % 50 == 0) {
            check_model(now);
        }
    }
}

START_TEST(random_timers_agree_with_a_sorted_model)
{
    run_model(1, 20);
    run_model(2, 36);
}
END_TEST

START_TEST(timers_of_all_levels_agree_with_the_model)
{
    run_model(3, 39); /* 64 bits of ns would not hold more */
}
END_TEST

START_TEST(timers_fire_exactly_when_the_model_says)
{
    struct rt_random random = {9};
    uint64_t now = 0;

    start_at(0);
    for (int i = 0; i < MODEL_TIMERS; i++) {
        arm(&model[i], some_delay(&random, 30));
    }
    while (rt_wheel_count(&wheel) > 0) {
        uint64_t next = next_work();

        ck_assert_uint_gt(next, now);
        now = next;
        advance(now);
    }
    for (int i = 0; i < MODEL_TIMERS; i++) {
        ck_assert_uint_eq(model[i].fired_at, tick_of(&model[i]) + 1);
    }
}
END_TEST

Suite *wheel_suite(void)
{
    const TTest *const tests[] = {
        deadlines_round_up_to_a_tick,
        timers_at_the_edges_of_levels_fire_on_their_tick,
        the_next_tick_fires_from_anywhere,
        years_work,
        timers_fire_in_the_order_of_their_ticks,
        timers_of_one_tick_fire_in_the_order_of_insertion,
        a_wake_may_remove_a_sibling_that_is_due_too,
        removing_is_idempotent_and_leaves_no_timer,
        a_tick_that_is_over_is_not_armed,
        a_timer_earlier_than_what_is_awaited_says_so,
        whoever_waits_without_a_timer_is_told_of_the_first,
        random_timers_agree_with_a_sorted_model,
        timers_of_all_levels_agree_with_the_model,
        timers_fire_exactly_when_the_model_says,
        NULL,
    };

    return suite_of("wheel", tests);
}
