/* Oneshot, watch, broadcast. */
#include <errno.h>

#include "kit.h"
#include "suites.h"
#include "sync/broadcast.h"
#include "sync/oneshot.h"
#include "sync/watch.h"

static struct kit_waker wakers[2];

static void init_wakers(void)
{
    kit_waker_init(&wakers[0]);
    kit_waker_init(&wakers[1]);
}

static void expect_no_waker_kept(void)
{
    ck_assert_int_eq(wakers[0].held, 0);
    ck_assert_int_eq(wakers[1].held, 0);
}

/* ---- oneshot ---- */

static struct rt_oneshot_sender once;
static struct rt_oneshot_receiver answer;
static int answered;

static void open_oneshot(void)
{
    init_wakers();
    ck_assert_int_eq(rt_oneshot_create(sizeof(int), &answered, &once, &answer),
                     0);
}

static void drop_oneshot(void)
{
    rt_oneshot_sender_drop(&once);
    rt_future_drop(&answer.future);
    expect_no_waker_kept();
}

START_TEST(a_oneshot_gives_its_value)
{
    int value = 42;

    open_oneshot();
    ck_assert_int_eq(rt_oneshot_try_receive(&answer), -EAGAIN);
    ck_assert_int_eq(kit_poll(&answer.future, &wakers[0]), RT_PENDING);
    ck_assert_int_eq(rt_oneshot_send(&once, &value), 0);
    ck_assert_int_eq(wakers[0].wakes, 1);
    ck_assert_int_eq(kit_poll(&answer.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(answer.result, 0);
    ck_assert_int_eq(answered, 42);
    drop_oneshot();
}
END_TEST

START_TEST(only_the_latest_waker_of_a_oneshot_fires)
{
    int value = 1;

    open_oneshot();
    kit_poll(&answer.future, &wakers[0]);
    kit_poll(&answer.future, &wakers[1]);
    rt_oneshot_send(&once, &value);
    ck_assert_int_eq(wakers[0].wakes, 0);
    ck_assert_int_eq(wakers[1].wakes, 1);
    drop_oneshot();
}
END_TEST

START_TEST(a_oneshot_without_its_sender_fails)
{
    open_oneshot();
    kit_poll(&answer.future, &wakers[0]);
    rt_oneshot_sender_drop(&once);
    ck_assert_int_eq(wakers[0].wakes, 1);
    ck_assert_int_eq(kit_poll(&answer.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(answer.result, -EPIPE);
    drop_oneshot();
}
END_TEST

START_TEST(closing_a_oneshot_wakes_its_sender)
{
    int value = 1;
    struct rt_oneshot_closed closed;

    open_oneshot();
    closed = rt_oneshot_closed(&once);
    ck_assert_int_eq(kit_poll(&closed.future, &wakers[0]), RT_PENDING);
    rt_oneshot_close(&answer);
    ck_assert_int_eq(wakers[0].wakes, 1);
    ck_assert_int_eq(kit_poll(&closed.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(rt_oneshot_send(&once, &value), -EPIPE);
    drop_oneshot();
}
END_TEST

START_TEST(a_value_sent_before_the_close_is_received)
{
    int value = 9;

    open_oneshot();
    rt_oneshot_send(&once, &value);
    rt_oneshot_close(&answer);
    ck_assert_int_eq(rt_oneshot_try_receive(&answer), 0);
    ck_assert_int_eq(answered, 9);
    drop_oneshot();
}
END_TEST

/* ---- watch ---- */

static struct rt_watch_sender teller;
static struct rt_watch_receiver watcher;

static void open_watch(int value)
{
    init_wakers();
    ck_assert_int_eq(rt_watch_create(sizeof(value), &value, &teller, &watcher),
                     0);
}

static void drop_watch(void)
{
    rt_watch_sender_drop(&teller);
    rt_watch_receiver_drop(&watcher);
    expect_no_waker_kept();
}

static int look(struct rt_watch_receiver *receiver)
{
    int value;

    rt_watch_look(receiver, &value);
    return value;
}

static int tell(int value)
{
    return rt_watch_send(&teller, &value);
}

START_TEST(a_watcher_sees_the_last_value_only)
{
    open_watch(1);
    ck_assert(!rt_watch_has_changed(&watcher));
    tell(2);
    tell(3);
    ck_assert(rt_watch_has_changed(&watcher));
    ck_assert_int_eq(look(&watcher), 3);
    ck_assert(!rt_watch_has_changed(&watcher));
    drop_watch();
}
END_TEST

START_TEST(changed_waits_for_a_value_that_was_not_seen)
{
    struct rt_watch_changed changed;

    open_watch(1);
    changed = rt_watch_changed(&watcher);
    ck_assert_int_eq(kit_poll(&changed.future, &wakers[0]), RT_PENDING);
    tell(2);
    ck_assert_int_eq(wakers[0].wakes, 1);
    ck_assert_int_eq(kit_poll(&changed.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(changed.result, 0);
    rt_future_drop(&changed.future);
    drop_watch();
}
END_TEST

START_TEST(changed_fails_only_when_closed_and_seen)
{
    struct rt_watch_changed changed;

    open_watch(1);
    tell(2);
    rt_watch_sender_drop(&teller);
    changed = rt_watch_changed(&watcher);
    ck_assert_int_eq(kit_poll(&changed.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(changed.result, 0);
    rt_future_drop(&changed.future);
    ck_assert_int_eq(look(&watcher), 2);
    changed = rt_watch_changed(&watcher);
    ck_assert_int_eq(kit_poll(&changed.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(changed.result, -EPIPE);
    rt_future_drop(&changed.future);
    drop_watch();
}
END_TEST

START_TEST(the_end_of_the_sender_wakes_a_watcher)
{
    struct rt_watch_changed changed;

    open_watch(1);
    changed = rt_watch_changed(&watcher);
    ck_assert_int_eq(kit_poll(&changed.future, &wakers[0]), RT_PENDING);
    rt_watch_sender_drop(&teller);
    ck_assert_int_eq(wakers[0].wakes, 1);
    ck_assert_int_eq(kit_poll(&changed.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(changed.result, -EPIPE);
    rt_future_drop(&changed.future);
    drop_watch();
}
END_TEST

START_TEST(each_watcher_has_seen_its_own)
{
    struct rt_watch_receiver copy;
    struct rt_watch_receiver late;

    open_watch(1);
    tell(2);
    copy = rt_watch_receiver_clone(&watcher);
    late = rt_watch_subscribe(&teller);
    look(&watcher);
    ck_assert(rt_watch_has_changed(&copy));
    ck_assert(!rt_watch_has_changed(&late));
    rt_watch_receiver_drop(&copy);
    rt_watch_receiver_drop(&late);
    rt_watch_receiver_drop(&watcher);
    ck_assert_int_eq(tell(3), -EPIPE);
    drop_watch();
}
END_TEST

/* ---- broadcast ---- */

static struct rt_broadcast_sender caster;
static struct rt_broadcast_receiver listener;

static void open_broadcast(uint32_t capacity)
{
    init_wakers();
    ck_assert_int_eq(
        rt_broadcast_create(sizeof(int), capacity, &caster, &listener), 0);
}

static void drop_broadcast(void)
{
    rt_broadcast_sender_drop(&caster);
    rt_broadcast_receiver_drop(&listener);
    expect_no_waker_kept();
}

static uint32_t cast(int value)
{
    return rt_broadcast_send(&caster, &value);
}

/* The value, or a negative errno. */
static int hear(struct rt_broadcast_receiver *receiver)
{
    uint64_t missed;
    int value;
    int error = rt_broadcast_try_receive(receiver, &value, &missed);

    return error ? error : value;
}

START_TEST(every_listener_hears_every_value)
{
    struct rt_broadcast_receiver other;

    open_broadcast(4);
    ck_assert_uint_eq(cast(1), 1);
    other = rt_broadcast_subscribe(&caster);
    ck_assert_uint_eq(cast(2), 2);
    ck_assert_int_eq(hear(&listener), 1);
    ck_assert_int_eq(hear(&listener), 2);
    ck_assert_int_eq(hear(&listener), -EAGAIN);
    ck_assert_int_eq(hear(&other), 2);
    rt_broadcast_receiver_drop(&other);
    drop_broadcast();
}
END_TEST

START_TEST(a_slow_listener_learns_how_many_it_missed)
{
    uint64_t missed = 0;
    int value;

    open_broadcast(3); /* rounded up to 4 */
    for (int i = 0; i < 7; i++) {
        cast(i);
    }
    ck_assert_int_eq(rt_broadcast_try_receive(&listener, &value, &missed),
                     -EOVERFLOW);
    ck_assert_uint_eq(missed, 3);
    for (int i = 3; i < 7; i++) {
        ck_assert_int_eq(hear(&listener), i);
    }
    drop_broadcast();
}
END_TEST

START_TEST(a_listener_is_woken_by_a_value_and_by_the_end)
{
    struct rt_broadcast_receive receive;
    int value = 0;

    open_broadcast(2);
    receive = rt_broadcast_receive(&listener, &value);
    ck_assert_int_eq(kit_poll(&receive.future, &wakers[0]), RT_PENDING);
    cast(5);
    ck_assert_int_eq(wakers[0].wakes, 1);
    ck_assert_int_eq(kit_poll(&receive.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(value, 5);
    rt_future_drop(&receive.future);
    receive = rt_broadcast_receive(&listener, &value);
    ck_assert_int_eq(kit_poll(&receive.future, &wakers[1]), RT_PENDING);
    rt_broadcast_sender_drop(&caster);
    ck_assert_int_eq(wakers[1].wakes, 1);
    ck_assert_int_eq(kit_poll(&receive.future, &wakers[1]), RT_READY);
    ck_assert_int_eq(receive.result, -EPIPE);
    rt_future_drop(&receive.future);
    drop_broadcast();
}
END_TEST

START_TEST(a_listener_with_no_budget_left_takes_nothing_and_wakes_itself)
{
    struct rt_broadcast_receive receive;
    struct kit_waker woken;
    struct rt_context cx;
    int value;

    kit_waker_init(&woken);
    open_broadcast(2);
    cast(1);
    receive = rt_broadcast_receive(&listener, &value);
    cx = rt_context_make(&woken.waker);
    cx.budget = 0;
    ck_assert_int_eq(rt_future_poll(&receive.future, &cx), RT_PENDING);
    ck_assert_int_eq(woken.wakes, 1);
    rt_future_drop(&receive.future);
    ck_assert_int_eq(hear(&listener), 1);
    drop_broadcast();
}
END_TEST

START_TEST(casting_to_nobody_is_lost)
{
    open_broadcast(2);
    rt_broadcast_receiver_drop(&listener);
    ck_assert_uint_eq(cast(1), 0);
    listener = rt_broadcast_subscribe(&caster);
    ck_assert_int_eq(hear(&listener), -EAGAIN);
    drop_broadcast();
}
END_TEST

Suite *channels_suite(void)
{
    const TTest *const tests[] = {
        a_oneshot_gives_its_value,
        only_the_latest_waker_of_a_oneshot_fires,
        a_oneshot_without_its_sender_fails,
        closing_a_oneshot_wakes_its_sender,
        a_value_sent_before_the_close_is_received,
        a_watcher_sees_the_last_value_only,
        changed_waits_for_a_value_that_was_not_seen,
        changed_fails_only_when_closed_and_seen,
        the_end_of_the_sender_wakes_a_watcher,
        each_watcher_has_seen_its_own,
        every_listener_hears_every_value,
        a_slow_listener_learns_how_many_it_missed,
        a_listener_is_woken_by_a_value_and_by_the_end,
        a_listener_with_no_budget_left_takes_nothing_and_wakes_itself,
        casting_to_nobody_is_lost,
        NULL,
    };

    return suite_of("channels", tests);
}
