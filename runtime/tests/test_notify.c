/* Notify and barrier: waking without a value. */
#include "kit.h"
#include "suites.h"
#include "sync/barrier.h"
#include "sync/notify.h"

enum { WAITERS = 3 };

static struct rt_notify notify;
static struct rt_notified waits[WAITERS];
static struct kit_waker wakers[WAITERS];

static enum rt_poll poll_wait(int who)
{
    return kit_poll(&waits[who].future, &wakers[who]);
}

static void begin(int count)
{
    rt_notify_init(&notify);
    for (int i = 0; i < count; i++) {
        kit_waker_init(&wakers[i]);
        waits[i] = rt_notify_notified(&notify);
    }
}

static void wait_all(int count)
{
    for (int i = 0; i < count; i++) {
        ck_assert_int_eq(poll_wait(i), RT_PENDING);
    }
}

static void drop_all(int count)
{
    for (int i = 0; i < count; i++) {
        rt_future_drop(&waits[i].future);
        ck_assert_int_eq(wakers[i].held, 0);
    }
}

START_TEST(notify_one_wakes_who_has_waited_longest)
{
    begin(2);
    wait_all(2);
    rt_notify_one(&notify);
    ck_assert_int_eq(wakers[0].wakes, 1);
    ck_assert_int_eq(wakers[1].wakes, 0);
    ck_assert_int_eq(poll_wait(1), RT_PENDING);
    ck_assert_int_eq(poll_wait(0), RT_READY);
    drop_all(2);
}
END_TEST

START_TEST(at_most_one_permit_is_stored)
{
    begin(2);
    rt_notify_one(&notify);
    rt_notify_one(&notify);
    ck_assert_int_eq(poll_wait(0), RT_READY);
    ck_assert_int_eq(poll_wait(1), RT_PENDING);
    drop_all(2);
}
END_TEST

START_TEST(notify_waiters_completes_waits_that_were_never_polled)
{
    begin(2);
    ck_assert_int_eq(poll_wait(0), RT_PENDING);
    rt_notify_waiters(&notify);
    ck_assert_int_eq(poll_wait(0), RT_READY);
    ck_assert_int_eq(poll_wait(1), RT_READY);
    drop_all(2);
}
END_TEST

START_TEST(notify_waiters_stores_nothing)
{
    begin(0);
    rt_notify_waiters(&notify);
    kit_waker_init(&wakers[0]);
    waits[0] = rt_notify_notified(&notify);
    ck_assert_int_eq(poll_wait(0), RT_PENDING);
    drop_all(1);
}
END_TEST

START_TEST(a_dropped_waiter_passes_its_notification_on)
{
    begin(2);
    wait_all(2);
    rt_notify_one(&notify);
    rt_future_drop(&waits[0].future);
    ck_assert_int_eq(wakers[1].wakes, 1);
    ck_assert_int_eq(poll_wait(1), RT_READY);
    drop_all(2);
}
END_TEST

START_TEST(passing_on_to_nobody_stores_the_permit)
{
    begin(2);
    ck_assert_int_eq(poll_wait(0), RT_PENDING);
    rt_notify_one(&notify);
    rt_future_drop(&waits[0].future);
    ck_assert_int_eq(poll_wait(1), RT_READY);
    drop_all(2);
}
END_TEST

START_TEST(a_waiter_that_did_not_consume_leaves_the_permit)
{
    begin(1);
    rt_future_drop(&waits[0].future);
    rt_notify_one(&notify);
    waits[0] = rt_notify_notified(&notify);
    ck_assert_int_eq(poll_wait(0), RT_READY);
    drop_all(1);
}
END_TEST

START_TEST(notify_waiters_wakes_any_number)
{
    static struct rt_notified many[100];

    begin(0);
    kit_waker_init(&wakers[0]);
    for (int i = 0; i < 100; i++) {
        many[i] = rt_notify_notified(&notify);
        kit_poll(&many[i].future, &wakers[0]);
    }
    rt_notify_waiters(&notify);
    ck_assert_int_eq(wakers[0].wakes, 100);
    ck_assert_int_eq(wakers[0].held, 0);
}
END_TEST

/* ---- waiters ---- */

static struct rt_waiters crowd;

/* Ready when the flag is set. */
struct flagged {
    union {
        struct rt_future future;
        struct rt_wait wait;
    };
    bool flag;
};

static bool has_flag(struct rt_wait *wait)
{
    return RT_SELF(&wait->future, struct flagged)->flag;
}

static const struct rt_wait_ops flagged_ops =
    RT_WAIT_OPS("flagged", has_flag, NULL);

START_TEST(a_look_in_vain_waits_for_the_next_wake)
{
    struct flagged flagged = {.wait = rt_wait_make(&flagged_ops, &crowd)};

    rt_waiters_init(&crowd);
    kit_waker_init(&wakers[0]);
    for (int i = 1; i <= 3; i++) {
        ck_assert_int_eq(kit_poll(&flagged.future, &wakers[0]), RT_PENDING);
        rt_waiters_lock(&crowd);
        rt_waiters_unlock_and_wake(&crowd);
        ck_assert_int_eq(wakers[0].wakes, i);
    }
    flagged.flag = true;
    ck_assert_int_eq(kit_poll(&flagged.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(wakers[0].held, 0);
}
END_TEST

START_TEST(what_was_seen_without_a_wake_ends_the_wait)
{
    struct flagged flagged = {.wait = rt_wait_make(&flagged_ops, &crowd)};

    rt_waiters_init(&crowd);
    kit_waker_init(&wakers[0]);
    ck_assert_int_eq(kit_poll(&flagged.future, &wakers[0]), RT_PENDING);
    flagged.flag = true;
    ck_assert_int_eq(kit_poll(&flagged.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(wakers[0].held, 0);
    ck_assert(rt_waiters_is_empty_locked(&crowd));
}
END_TEST

/* ---- barrier ---- */

static int leaders_of_round(struct rt_barrier *barrier)
{
    struct rt_barrier_wait arrivals[WAITERS];
    int leaders = 0;

    for (int i = 0; i < WAITERS; i++) {
        kit_waker_init(&wakers[i]);
        arrivals[i] = rt_barrier_wait(barrier);
        ck_assert_int_eq(kit_poll(&arrivals[i].future, &wakers[i]),
                         i == WAITERS - 1 ? RT_READY : RT_PENDING);
    }
    for (int i = 0; i < WAITERS; i++) {
        if (i < WAITERS - 1) {
            ck_assert_int_eq(wakers[i].wakes, 1);
            ck_assert_int_eq(kit_poll(&arrivals[i].future, &wakers[i]),
                             RT_READY);
        }
        leaders += arrivals[i].is_leader;
        rt_future_drop(&arrivals[i].future);
        ck_assert_int_eq(wakers[i].held, 0);
    }
    return leaders;
}

START_TEST(a_barrier_has_one_leader_a_round)
{
    struct rt_barrier barrier;

    rt_barrier_init(&barrier, WAITERS);
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(leaders_of_round(&barrier), 1);
    }
}
END_TEST

START_TEST(a_barrier_of_zero_or_one_never_waits)
{
    for (uint32_t size = 0; size < 2; size++) {
        struct rt_barrier barrier;
        struct rt_barrier_wait arrival;

        rt_barrier_init(&barrier, size);
        kit_waker_init(&wakers[0]);
        arrival = rt_barrier_wait(&barrier);
        ck_assert_int_eq(kit_poll(&arrival.future, &wakers[0]), RT_READY);
        ck_assert(arrival.is_leader);
    }
}
END_TEST

Suite *notify_suite(void)
{
    const TTest *const tests[] = {
        notify_one_wakes_who_has_waited_longest,
        at_most_one_permit_is_stored,
        notify_waiters_completes_waits_that_were_never_polled,
        notify_waiters_stores_nothing,
        a_dropped_waiter_passes_its_notification_on,
        passing_on_to_nobody_stores_the_permit,
        a_waiter_that_did_not_consume_leaves_the_permit,
        notify_waiters_wakes_any_number,
        a_look_in_vain_waits_for_the_next_wake,
        what_was_seen_without_a_wake_ends_the_wait,
        a_barrier_has_one_leader_a_round,
        a_barrier_of_zero_or_one_never_waits,
        NULL,
    };

    return suite_of("notify", tests);
}
