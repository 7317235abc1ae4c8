/*
 * mpsc: senders, one receiver, and a close at the wrong moment.
 */
#include <errno.h>

#include "explore/models/models.h"

static struct rt_mpsc_sender sender;
static struct rt_mpsc_receiver receiver;
static int sent;     /* that were told 0 */
static int received; /* values */

static void make_mpsc(uint32_t capacity)
{
    sent = 0;
    received = 0;
    RT_EXPLORE_CHECK(
        rt_mpsc_create(sizeof(int), capacity, &sender, &receiver) == 0);
}

/* Sends one, with a sender of its own, or is told that it is closed. */
static void mpsc_send(void *data)
{
    struct rt_mpsc_sender *own = data;
    int number = 1;
    struct rt_mpsc_send send = rt_mpsc_send(own, &number);

    model_await(&send.future);
    RT_EXPLORE_CHECK(send.result == 0 || send.result == -EPIPE);
    sent += send.result == 0;
    rt_mpsc_sender_drop(own);
}

/* Until the end of the stream. */
static void receive_all(void *data)
{
    int number;
    int result;

    (void)data;
    do {
        struct rt_mpsc_receive next = rt_mpsc_receive(&receiver, &number);

        model_await(&next.future);
        result = next.result;
        received += result == 0;
    } while (result == 0);
    rt_mpsc_receiver_drop(&receiver);
}

/* Back pressure: two senders, one place. All arrives, then the end. */
static void mpsc_two_senders(void)
{
    struct rt_mpsc_sender second;

    make_mpsc(1);
    second = rt_mpsc_sender_clone(&sender);
    rt_explore_thread(mpsc_send, &sender);
    rt_explore_thread(mpsc_send, &second);
    rt_explore_thread(receive_all, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(sent == 2 && received == 2);
}

static void close_and_receive_all(void *data)
{
    rt_mpsc_close(&receiver);
    receive_all(data);
}

/* What was sent before the close is received, and nothing else. */
static void mpsc_close(uint32_t capacity)
{
    make_mpsc(capacity);
    rt_explore_thread(mpsc_send, &sender);
    rt_explore_thread(close_and_receive_all, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(received == sent);
}

static void mpsc_close_against_send(void)
{
    mpsc_close(1);
}

static void mpsc_close_against_unbounded_send(void)
{
    mpsc_close(RT_MPSC_UNBOUNDED);
}

static void reserve_and_give_back(void *data)
{
    struct rt_mpsc_sender *own = data;
    struct rt_mpsc_send place = rt_mpsc_reserve(own);

    model_await(&place.future);
    if (place.result == 0) {
        rt_mpsc_unreserve(own);
    }
}

/* The receiver waits for a place that is held, and is given back unused. */
static void mpsc_close_against_unreserve(void)
{
    make_mpsc(1);
    rt_explore_thread(reserve_and_give_back, &sender);
    rt_explore_thread(close_and_receive_all, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(received == 0);
    rt_mpsc_sender_drop(&sender);
}

static void drop_receiver(void *data)
{
    (void)data;
    rt_mpsc_receiver_drop(&receiver);
}

/* A sender that waits for room is told when the receiver goes. */
static void mpsc_receiver_drop(void)
{
    struct rt_mpsc_sender second;
    int number = 0;

    make_mpsc(1);
    RT_EXPLORE_CHECK(rt_mpsc_try_send(&sender, &number) == 0);
    second = rt_mpsc_sender_clone(&sender);
    rt_explore_thread(mpsc_send, &sender);
    rt_explore_thread(mpsc_send, &second);
    rt_explore_thread(drop_receiver, NULL);
    rt_explore_join();
}

static void drop_mpsc_sender(void *data)
{
    rt_mpsc_sender_drop(data);
}

/* A weak sender comes back to life, or the stream ends: not both. */
static void upgrade_and_send(void *data)
{
    struct rt_mpsc_sender own;

    if (rt_mpsc_upgrade(data, &own)) {
        mpsc_send(&own);
    }
    rt_mpsc_weak_sender_drop(data);
}

static void mpsc_upgrade_against_drop(void)
{
    struct rt_mpsc_weak_sender weak;

    make_mpsc(RT_MPSC_UNBOUNDED);
    weak = rt_mpsc_downgrade(&sender);
    rt_explore_thread(upgrade_and_send, &weak);
    rt_explore_thread(drop_mpsc_sender, &sender);
    rt_explore_thread(receive_all, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(received == sent);
}

const struct model mpsc_models[] = {
    {"mpsc-two-senders", mpsc_two_senders, 4},
    {"mpsc-close-against-send", mpsc_close_against_send, 6},
    {"mpsc-close-unbounded", mpsc_close_against_unbounded_send, 6},
    {"mpsc-close-against-unreserve", mpsc_close_against_unreserve, 6},
    {"mpsc-receiver-drop", mpsc_receiver_drop, 3},
    {"mpsc-upgrade-against-drop", mpsc_upgrade_against_drop, 4},
    {0},
};
