/*
 * Channels: one end sends, closes or goes while the other waits.
 */
#include <errno.h>

#include "explore/models/models.h"

/* ---- oneshot ---- */

static struct rt_oneshot_sender oneshot_sender;
static struct rt_oneshot_receiver oneshot_receiver;
static int value;

static void make_oneshot(void)
{
    value = 0;
    RT_EXPLORE_CHECK(rt_oneshot_create(sizeof(value), &value, &oneshot_sender,
                                       &oneshot_receiver) == 0);
}

static void send_42(void *data)
{
    int *result = data;
    int sent = 42;

    *result = rt_oneshot_send(&oneshot_sender, &sent);
}

static void drop_sender(void *data)
{
    (void)data;
    rt_oneshot_sender_drop(&oneshot_sender);
}

static void receive(void *data)
{
    int *result = data;

    model_await(&oneshot_receiver.future);
    *result = oneshot_receiver.result;
}

static void poll_and_drop(void *data)
{
    struct model_waker *waker = model_waker_create();

    (void)data;
    model_poll(&oneshot_receiver.future, waker);
    rt_future_drop(&oneshot_receiver.future);
    rt_waker_drop(&waker->waker);
}

static void oneshot_send(void)
{
    int sent;
    int received;

    make_oneshot();
    rt_explore_thread(send_42, &sent);
    rt_explore_thread(receive, &received);
    rt_explore_join();
    RT_EXPLORE_CHECK(sent == 0 && received == 0 && value == 42);
}

static void oneshot_sender_drop(void)
{
    int received;

    make_oneshot();
    rt_explore_thread(drop_sender, NULL);
    rt_explore_thread(receive, &received);
    rt_explore_join();
    RT_EXPLORE_CHECK(received == -EPIPE);
}

static void oneshot_receiver_drop(void)
{
    int sent;

    make_oneshot();
    rt_explore_thread(send_42, &sent);
    rt_explore_thread(poll_and_drop, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(sent == 0 || sent == -EPIPE);
}

static void await_closed(void *data)
{
    struct rt_oneshot_closed closed = rt_oneshot_closed(&oneshot_sender);

    (void)data;
    model_await(&closed.future);
    rt_oneshot_sender_drop(&oneshot_sender);
}

static void oneshot_closed(void)
{
    make_oneshot();
    rt_explore_thread(await_closed, NULL);
    rt_explore_thread(poll_and_drop, NULL);
    rt_explore_join();
}

/* ---- watch ---- */

static struct rt_watch_sender watch_sender;
static struct rt_watch_receiver watch_receiver;
static int latest;

static void send_two_and_go(void *data)
{
    (void)data;
    for (int number = 1; number <= 2; number++) {
        RT_EXPLORE_CHECK(rt_watch_send(&watch_sender, &number) == 0);
    }
    rt_watch_sender_drop(&watch_sender);
}

/* Each value that is seen is newer; the last one is seen before the end. */
static void watch_to_the_end(void *data)
{
    struct rt_watch_receiver *own = data;
    int result;
    int seen = 0;

    do {
        struct rt_watch_changed changed = rt_watch_changed(own);
        int before = seen;

        model_await(&changed.future);
        result = changed.result;
        rt_watch_look(own, &seen);
        RT_EXPLORE_CHECK(seen >= before);
    } while (result == 0);
    latest += seen;
    rt_watch_receiver_drop(own);
}

static void make_watch(void)
{
    int first = 0;

    latest = 0;
    RT_EXPLORE_CHECK(rt_watch_create(sizeof(first), &first, &watch_sender,
                                     &watch_receiver) == 0);
}

static void watch_one(void *data)
{
    struct rt_watch_changed changed = rt_watch_changed(&watch_receiver);

    (void)data;
    model_await(&changed.future);
    RT_EXPLORE_CHECK(changed.result == 0);
    rt_watch_look(&watch_receiver, &latest);
}

static void send_one(void *data)
{
    int number = 1;

    (void)data;
    rt_watch_send(&watch_sender, &number);
}

/* One value, and no end that tells of it too. */
static void watch_send_against_changed(void)
{
    make_watch();
    rt_explore_thread(send_one, NULL);
    rt_explore_thread(watch_one, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(latest == 1);
    rt_watch_sender_drop(&watch_sender);
    rt_watch_receiver_drop(&watch_receiver);
}

static void watch_drop_against_changed(void)
{
    make_watch();
    rt_explore_thread(send_two_and_go, NULL);
    rt_explore_thread(watch_to_the_end, &watch_receiver);
    rt_explore_join();
    RT_EXPLORE_CHECK(latest == 2);
}

/* ---- broadcast ---- */

static struct rt_broadcast_sender broadcast_sender;
static struct rt_broadcast_receiver broadcast_receiver;

static void broadcast_two_and_go(void *data)
{
    (void)data;
    for (int number = 1; number <= 2; number++) {
        rt_broadcast_send(&broadcast_sender, &number);
    }
    rt_broadcast_sender_drop(&broadcast_sender);
}

/* Every value is received, or counted as missed. */
static void hear_to_the_end(void *data)
{
    struct rt_broadcast_receiver *own = data;
    int number;
    int result;
    uint64_t heard = 0;

    do {
        struct rt_broadcast_receive next = rt_broadcast_receive(own, &number);

        model_await(&next.future);
        result = next.result;
        heard += result == 0;
        heard += result == -EOVERFLOW ? next.missed : 0;
    } while (result != -EPIPE);
    RT_EXPLORE_CHECK(heard == 2);
    rt_broadcast_receiver_drop(own);
}

static void broadcast_to_a_slow_one(void)
{
    RT_EXPLORE_CHECK(rt_broadcast_create(sizeof(int), 1, &broadcast_sender,
                                         &broadcast_receiver) == 0);
    rt_explore_thread(broadcast_two_and_go, NULL);
    rt_explore_thread(hear_to_the_end, &broadcast_receiver);
    rt_explore_join();
}

const struct model channel_models[] = {
    {"oneshot-send", oneshot_send, 9},
    {"oneshot-sender-drop", oneshot_sender_drop, 9},
    {"oneshot-receiver-drop", oneshot_receiver_drop, 9},
    {"oneshot-closed", oneshot_closed, 9},
    {"watch-send", watch_send_against_changed, 7},
    {"watch-drop", watch_drop_against_changed, 5},
    {"broadcast", broadcast_to_a_slow_one, 5},
    {0},
};
