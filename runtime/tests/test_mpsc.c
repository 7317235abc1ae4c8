/* mpsc: many senders, one receiver, an end. */
#include <errno.h>
#include <pthread.h>

#include "kit.h"
#include "suites.h"
#include "base/memory.h"
#include "sync/mpsc.h"

static struct rt_mpsc_sender sender;
static struct rt_mpsc_receiver receiver;
static struct kit_waker wakers[4];
static int dropped;

static void open_channel(uint32_t capacity)
{
    ck_assert_int_eq(rt_mpsc_create(sizeof(int), capacity, &sender, &receiver),
                     0);
    for (int i = 0; i < 4; i++) {
        kit_waker_init(&wakers[i]);
    }
}

static void close_ends(void)
{
    rt_mpsc_sender_drop(&sender);
    rt_mpsc_receiver_drop(&receiver);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(wakers[i].held, 0);
    }
}

/* The value, or a negative errno. */
static int take(void)
{
    int value;
    int error = rt_mpsc_try_receive(&receiver, &value);

    return error ? error : value;
}

static int put(int value)
{
    return rt_mpsc_try_send(&sender, &value);
}

START_TEST(values_come_in_order)
{
    open_channel(100);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(put(i), 0);
    }
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(take(), i);
    }
    close_ends();
}
END_TEST

START_TEST(try_receive_tells_empty_from_ended)
{
    open_channel(1);
    ck_assert_int_eq(take(), -EAGAIN);
    ck_assert_int_eq(put(7), 0);
    rt_mpsc_sender_drop(&sender);
    ck_assert_int_eq(take(), 7);
    ck_assert_int_eq(take(), -EPIPE);
    close_ends();
}
END_TEST

START_TEST(each_value_received_makes_room_for_one)
{
    open_channel(4);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(put(i), 0);
    }
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(put(99), -EAGAIN);
        ck_assert_int_eq(take(), i);
        ck_assert_int_eq(put(i + 4), 0);
    }
    close_ends();
}
END_TEST

START_TEST(a_full_channel_makes_senders_wait_in_order)
{
    int values[] = {1, 2};
    struct rt_mpsc_send sends[2];

    open_channel(1);
    ck_assert_int_eq(put(0), 0);
    ck_assert_int_eq(put(9), -EAGAIN);
    for (int i = 0; i < 2; i++) {
        sends[i] = rt_mpsc_send(&sender, &values[i]);
        ck_assert_int_eq(kit_poll(&sends[i].future, &wakers[i]), RT_PENDING);
    }
    ck_assert_int_eq(take(), 0);
    ck_assert_int_eq(wakers[0].wakes, 1);
    ck_assert_int_eq(wakers[1].wakes, 0);
    ck_assert_int_eq(kit_poll(&sends[0].future, &wakers[0]), RT_READY);
    ck_assert_int_eq(take(), 1);
    ck_assert_int_eq(kit_poll(&sends[1].future, &wakers[1]), RT_READY);
    ck_assert_int_eq(take(), 2);
    for (int i = 0; i < 2; i++) {
        rt_future_drop(&sends[i].future);
    }
    close_ends();
}
END_TEST

START_TEST(a_dropped_send_passes_its_place_on_and_sends_nothing)
{
    int values[] = {1, 2};
    struct rt_mpsc_send sends[2];

    open_channel(1);
    ck_assert_int_eq(put(0), 0);
    for (int i = 0; i < 2; i++) {
        sends[i] = rt_mpsc_send(&sender, &values[i]);
        ck_assert_int_eq(kit_poll(&sends[i].future, &wakers[i]), RT_PENDING);
    }
    ck_assert_int_eq(take(), 0);
    rt_future_drop(&sends[0].future);
    ck_assert_int_eq(kit_poll(&sends[1].future, &wakers[1]), RT_READY);
    rt_future_drop(&sends[1].future);
    ck_assert_int_eq(take(), 2);
    close_ends();
}
END_TEST

START_TEST(a_receiver_is_woken_by_a_value_and_by_the_end)
{
    int value = 0;
    struct rt_mpsc_receive receive;

    open_channel(1);
    receive = rt_mpsc_receive(&receiver, &value);
    ck_assert_int_eq(kit_poll(&receive.future, &wakers[0]), RT_PENDING);
    ck_assert_int_eq(put(5), 0);
    ck_assert_int_eq(wakers[0].wakes, 1);
    ck_assert_int_eq(kit_poll(&receive.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(value, 5);
    rt_future_drop(&receive.future);
    receive = rt_mpsc_receive(&receiver, &value);
    ck_assert_int_eq(kit_poll(&receive.future, &wakers[0]), RT_PENDING);
    rt_mpsc_sender_drop(&sender);
    ck_assert_int_eq(wakers[0].wakes, 2);
    ck_assert_int_eq(kit_poll(&receive.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(receive.result, -EPIPE);
    rt_future_drop(&receive.future);
    close_ends();
}
END_TEST

START_TEST(a_receive_that_is_over_leaves_no_waker)
{
    int value = 0;
    struct rt_mpsc_receive receive;

    open_channel(1);
    for (int is_ready = 0; is_ready <= 1; is_ready++) {
        receive = rt_mpsc_receive(&receiver, &value);
        ck_assert_int_eq(kit_poll(&receive.future, &wakers[0]), RT_PENDING);
        ck_assert_int_eq(wakers[0].held, 1);
        if (is_ready) {
            ck_assert_int_eq(put(1), 0);
            ck_assert_int_eq(kit_poll(&receive.future, &wakers[0]), RT_READY);
        }
        rt_future_drop(&receive.future);
        ck_assert_int_eq(wakers[0].held, 0);
    }
    close_ends();
}
END_TEST

START_TEST(a_place_held_at_the_close_still_delivers)
{
    int value = 3;
    struct rt_mpsc_send place;

    open_channel(2);
    place = rt_mpsc_reserve(&sender);
    ck_assert_int_eq(kit_poll(&place.future, &wakers[0]), RT_READY);
    rt_future_drop(&place.future);
    rt_mpsc_close(&receiver);
    ck_assert_int_eq(put(1), -EPIPE);
    ck_assert_int_eq(take(), -EAGAIN);
    ck_assert_int_eq(rt_mpsc_send_reserved(&sender, &value), 0);
    ck_assert_int_eq(take(), 3);
    ck_assert_int_eq(take(), -EPIPE);
    close_ends();
}
END_TEST

START_TEST(a_place_given_back_after_the_close_ends_the_stream)
{
    int value;
    struct rt_mpsc_send place;
    struct rt_mpsc_receive receive;

    open_channel(2);
    place = rt_mpsc_reserve(&sender);
    ck_assert_int_eq(kit_poll(&place.future, &wakers[0]), RT_READY);
    rt_future_drop(&place.future);
    rt_mpsc_close(&receiver);
    receive = rt_mpsc_receive(&receiver, &value);
    ck_assert_int_eq(kit_poll(&receive.future, &wakers[1]), RT_PENDING);
    rt_mpsc_unreserve(&sender);
    ck_assert_int_eq(wakers[1].wakes, 1);
    ck_assert_int_eq(kit_poll(&receive.future, &wakers[1]), RT_READY);
    ck_assert_int_eq(receive.result, -EPIPE);
    rt_future_drop(&receive.future);
    close_ends();
}
END_TEST

START_TEST(closing_fails_the_senders_that_wait)
{
    int value = 1;
    struct rt_mpsc_send send;

    open_channel(1);
    ck_assert_int_eq(put(0), 0);
    send = rt_mpsc_send(&sender, &value);
    ck_assert_int_eq(kit_poll(&send.future, &wakers[0]), RT_PENDING);
    rt_mpsc_close(&receiver);
    ck_assert_int_eq(kit_poll(&send.future, &wakers[0]), RT_READY);
    ck_assert_int_eq(send.result, -EPIPE);
    rt_future_drop(&send.future);
    close_ends();
}
END_TEST

static void count_drop(void *value)
{
    dropped += *(int *)value;
}

START_TEST(dropping_the_receiver_drops_what_waits)
{
    open_channel(8);
    rt_mpsc_on_drop(&receiver, count_drop);
    ck_assert_int_eq(put(1), 0);
    ck_assert_int_eq(put(10), 0);
    rt_mpsc_receiver_drop(&receiver);
    ck_assert_int_eq(dropped, 11);
    ck_assert_int_eq(put(100), -EPIPE);
    close_ends();
}
END_TEST

START_TEST(an_unbounded_channel_never_waits)
{
    open_channel(RT_MPSC_UNBOUNDED);
    for (int i = 0; i < 10000; i++) {
        ck_assert_int_eq(put(i), 0);
    }
    for (int i = 0; i < 10000; i++) {
        ck_assert_int_eq(take(), i);
    }
    rt_mpsc_close(&receiver);
    ck_assert_int_eq(put(0), -EPIPE);
    ck_assert_int_eq(take(), -EPIPE);
    close_ends();
}
END_TEST

START_TEST(the_last_of_the_senders_ends_the_stream)
{
    struct rt_mpsc_sender other;

    open_channel(1);
    other = rt_mpsc_sender_clone(&sender);
    rt_mpsc_sender_drop(&sender);
    ck_assert_int_eq(take(), -EAGAIN);
    rt_mpsc_sender_drop(&other);
    ck_assert_int_eq(take(), -EPIPE);
    close_ends();
}
END_TEST

START_TEST(a_weak_sender_does_not_keep_the_channel_open)
{
    struct rt_mpsc_weak_sender weak;
    struct rt_mpsc_sender strong;

    open_channel(1);
    weak = rt_mpsc_downgrade(&sender);
    ck_assert(rt_mpsc_upgrade(&weak, &strong));
    rt_mpsc_sender_drop(&sender);
    ck_assert_int_eq(take(), -EAGAIN);
    rt_mpsc_sender_drop(&strong);
    ck_assert_int_eq(take(), -EPIPE);
    ck_assert(!rt_mpsc_upgrade(&weak, &strong));
    rt_mpsc_weak_sender_drop(&weak);
    close_ends();
}
END_TEST

START_TEST(without_memory_a_send_says_so)
{
    open_channel(RT_MPSC_UNBOUNDED);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(put(1), -ENOMEM);
    ck_assert_int_eq(put(2), 0);
    ck_assert_int_eq(take(), 2);
    close_ends();
}
END_TEST

enum { SENT = 20000 };

static void *send_many(void *argument)
{
    struct rt_mpsc_sender *own = argument;

    for (int i = 1; i <= SENT; i++) {
        ck_assert_int_eq(rt_mpsc_blocking_send(own, &i), 0);
    }
    rt_mpsc_sender_drop(own);
    return NULL;
}

START_TEST(threads_send_to_a_thread_and_nothing_is_lost)
{
    struct rt_mpsc_sender other;
    pthread_t threads[2];
    long sum = 0;
    int value;

    open_channel(4);
    other = rt_mpsc_sender_clone(&sender);
    pthread_create(&threads[0], NULL, send_many, &sender);
    pthread_create(&threads[1], NULL, send_many, &other);
    while (rt_mpsc_blocking_receive(&receiver, &value) == 0) {
        sum += value;
    }
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    ck_assert_int_eq(sum, (long)SENT * (SENT + 1));
    close_ends();
}
END_TEST

START_TEST(without_memory_a_thread_does_not_block)
{
    int value = 1;

    open_channel(1);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_mpsc_blocking_send(&sender, &value), -ENOMEM);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_mpsc_blocking_receive(&receiver, &value), -ENOMEM);
    ck_assert_int_eq(rt_mpsc_try_receive(&receiver, &value), -EAGAIN);
    close_ends();
}
END_TEST

static void make_for_nothing(void)
{
    rt_mpsc_create(0, 1, &sender, &receiver);
}

START_TEST(a_channel_has_values_of_some_bytes)
{
    kit_expect_panic(make_for_nothing, "mpsc-of-nothing");
}
END_TEST

static void block_inside(void)
{
    struct rt_runtime *runtime = kit_runtime();
    int value;

    open_channel(1);
    rt_mpsc_blocking_receive(&receiver, &value);
    rt_shutdown(runtime);
}

START_TEST(blocking_inside_a_runtime_is_refused)
{
    kit_expect_panic(block_inside, "blocking-inside-runtime");
}
END_TEST

Suite *mpsc_suite(void)
{
    const TTest *const tests[] = {
        values_come_in_order,
        try_receive_tells_empty_from_ended,
        each_value_received_makes_room_for_one,
        a_full_channel_makes_senders_wait_in_order,
        a_dropped_send_passes_its_place_on_and_sends_nothing,
        a_receiver_is_woken_by_a_value_and_by_the_end,
        a_receive_that_is_over_leaves_no_waker,
        a_place_held_at_the_close_still_delivers,
        a_place_given_back_after_the_close_ends_the_stream,
        closing_fails_the_senders_that_wait,
        dropping_the_receiver_drops_what_waits,
        an_unbounded_channel_never_waits,
        the_last_of_the_senders_ends_the_stream,
        a_weak_sender_does_not_keep_the_channel_open,
        without_memory_a_send_says_so,
        threads_send_to_a_thread_and_nothing_is_lost,
        without_memory_a_thread_does_not_block,
        a_channel_has_values_of_some_bytes,
        blocking_inside_a_runtime_is_refused,
        NULL,
    };

    return suite_of("mpsc", tests);
}
