/* Streams that channels, clients and clocks have a hand in. */
#include <errno.h>

#include "kit.h"
#include "stream_kit.h"
#include "suites.h"
#include "stream/sources.h"
#include "stream/timed.h"

/* ---- sources ---- */

START_TEST(a_channel_is_a_stream_that_ends_with_its_senders)
{
    struct rt_mpsc_sender sender;
    struct rt_mpsc_receiver receiver;
    struct rt_stream_mpsc stream;
    int value = 5;

    ck_assert_int_eq(rt_mpsc_create(sizeof(int), 4, &sender, &receiver), 0);
    stream = rt_stream_mpsc(&receiver, sizeof(int));
    ck_assert_ptr_null(receiver.channel);
    EXPECT(stream, PEND);
    ck_assert_int_eq(rt_mpsc_try_send(&sender, &value), 0);
    ck_assert_int_eq(stream_waker.wakes, 1);
    EXPECT(stream, 5, PEND);
    rt_mpsc_sender_drop(&sender);
    EXPECT(stream, END);
    rt_stream_drop(&stream.stream);
    ck_assert_int_eq(stream_waker.held, 0);
}
END_TEST

/* The stream keeps the receive of a dropped rt_next, but not its place. */
START_TEST(an_item_goes_to_where_the_last_poll_wants_it)
{
    struct rt_mpsc_sender sender;
    struct rt_mpsc_receiver receiver;
    struct rt_stream_mpsc stream;
    struct rt_next next;
    int places[2] = {0, 0};

    ck_assert_int_eq(rt_mpsc_create(sizeof(int), 4, &sender, &receiver), 0);
    stream = rt_stream_mpsc(&receiver, sizeof(int));
    kit_waker_init(&stream_waker);
    next = RT_NEXT(stream, places[0]);
    ck_assert_int_eq(kit_poll(&next.future, &stream_waker), RT_PENDING);
    rt_future_drop(&next.future);
    ck_assert_int_eq(rt_mpsc_try_send(&sender, &(int){5}), 0);
    next = RT_NEXT(stream, places[1]);
    ck_assert_int_eq(kit_poll(&next.future, &stream_waker), RT_READY);
    ck_assert_int_eq(places[0], 0);
    ck_assert_int_eq(places[1], 5);
    rt_stream_drop(&stream.stream);
    rt_mpsc_sender_drop(&sender);
}
END_TEST

START_TEST(dropping_the_stream_of_a_channel_closes_it)
{
    struct rt_mpsc_sender sender;
    struct rt_mpsc_receiver receiver;
    struct rt_stream_mpsc stream;
    int value = 5;

    ck_assert_int_eq(rt_mpsc_create(sizeof(int), 4, &sender, &receiver), 0);
    stream = rt_stream_mpsc(&receiver, sizeof(int));
    EXPECT(stream, PEND);
    rt_stream_drop(&stream.stream);
    ck_assert_int_eq(stream_waker.held, 0);
    ck_assert_int_eq(rt_mpsc_try_send(&sender, &value), -EPIPE);
    rt_mpsc_sender_drop(&sender);
}
END_TEST

START_TEST(a_broadcast_stream_tells_what_it_missed_and_goes_on)
{
    struct rt_broadcast_sender sender;
    struct rt_broadcast_receiver receiver;
    struct rt_stream_broadcast stream;

    ck_assert_int_eq(rt_broadcast_create(sizeof(int), 2, &sender, &receiver),
                     0);
    stream = rt_stream_broadcast(&receiver, sizeof(int));
    EXPECT(stream, PEND);
    for (int i = 1; i <= 5; i++) {
        ck_assert_uint_eq(rt_broadcast_send(&sender, &i), 1);
    }
    EXPECT(stream, -EOVERFLOW);
    ck_assert_uint_eq(stream.receive.missed, 3);
    EXPECT(stream, 4, 5, PEND);
    rt_broadcast_sender_drop(&sender);
    EXPECT(stream, END);
    rt_stream_drop(&stream.stream);
}
END_TEST

START_TEST(a_watch_stream_gives_the_present_value_and_then_changes)
{
    struct rt_watch_sender sender;
    struct rt_watch_receiver receiver;
    struct rt_stream_watch stream;

    ck_assert_int_eq(
        rt_watch_create(sizeof(int), &(int){1}, &sender, &receiver), 0);
    stream = rt_stream_watch(&receiver, sizeof(int));
    EXPECT(stream, 1, PEND);
    ck_assert_int_eq(rt_watch_send(&sender, &(int){2}), 0);
    ck_assert_int_eq(rt_watch_send(&sender, &(int){3}), 0);
    EXPECT(stream, 3, PEND);
    ck_assert_int_eq(rt_watch_send(&sender, &(int){4}), 0);
    rt_watch_sender_drop(&sender);
    EXPECT(stream, 4, END);
    rt_stream_drop(&stream.stream);
}
END_TEST

/* Connects once, and takes the client out of the stream. */
struct dial {
    struct rt_future future;
    struct rt_tcp_listener listener;
    struct rt_stream_incoming incoming;
    struct rt_tcp_connect connect;
    struct rt_tcp_stream client;
    struct rt_next next;
};

KIT_OPS(dial);

static enum rt_poll dial_poll(struct rt_future *future, struct rt_context *cx)
{
    struct dial *self = RT_SELF(future, struct dial);

    RT_BEGIN(self);
    ck_assert_int_eq(rt_tcp_listen(&self->listener, "127.0.0.1", 7000), 0);
    self->incoming = rt_stream_incoming(&self->listener);
    self->connect = rt_tcp_connect("127.0.0.1", 7000);
    RT_AWAIT(self->connect);
    ck_assert_int_eq(self->connect.result, 0);
    self->next = RT_NEXT(self->incoming, self->client);
    RT_AWAIT(self->next);
    ck_assert_int_eq(self->next.result, RT_STREAM_ITEM);
    rt_tcp_stream_close(&self->client);
    rt_tcp_stream_close(&self->connect.stream);
    rt_stream_drop(&self->incoming.stream);
    RT_END(self);
}

START_TEST(a_listener_is_a_stream_of_clients)
{
    struct dial dial = KIT_MAKE(dial);

    kit_local_net();
    KIT_RUN(dial);
    kit_no_local_net();
}
END_TEST

/* ---- time ---- */

/* A stream whose items come so many ms after each other; then it ends. */
struct ticker {
    struct rt_stream stream;
    struct rt_sleep nap;
    const int *delays;
    size_t left;
    int number;
};

static int ticker_poll(struct rt_stream *stream, struct rt_context *cx,
                       void *item)
{
    struct ticker *self = RT_STREAM_SELF(stream, struct ticker);

    if (self->left == 0) {
        return RT_STREAM_END;
    }
    if (!self->nap.future.ops) {
        self->nap = rt_sleep(RT_MILLISECONDS(*self->delays));
    }
    if (rt_stream_poll_step(&self->nap.future, cx) == RT_PENDING) {
        return RT_STREAM_PENDING;
    }
    self->delays++;
    self->left--;
    *(int *)item = ++self->number;
    return RT_STREAM_ITEM;
}

static void ticker_drop(struct rt_stream *stream)
{
    rt_future_drop(&RT_STREAM_SELF(stream, struct ticker)->nap.future);
}

static const struct rt_stream_ops ticker_ops = {ticker_poll, ticker_drop,
                                                "ticker"};

/* Logs " result@ms" for all that a stream gives, and ":count" of each chunk. */
struct watcher {
    struct rt_future future;
    const int *delays;
    size_t count;
    struct rt_stream *(*make)(struct watcher *self);
    struct ticker ticker;
    struct rt_stream_timed timed;
    struct rt_stream_chunks chunks;
    int items[4];
    struct rt_stream *stream;
    struct rt_stream_item item;
    struct rt_next next;
};

KIT_OPS(watcher);

static enum rt_poll watcher_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct watcher *self = RT_SELF(future, struct watcher);
    const struct rt_chunk *chunk = (const void *)&self->item;

    RT_BEGIN(self);
    self->ticker = (struct ticker){
        .stream = rt_stream_make(&ticker_ops, sizeof(int), NULL),
        .delays = self->delays,
        .left = self->count,
    };
    self->stream = self->make(self);
    do {
        self->next =
            rt_next(self->stream, &self->item, self->stream->item_size);
        RT_AWAIT(self->next);
        kit_log(" %d@%d", self->next.result, (int)(rt_now() / 1000000));
        if (self->next.result == RT_STREAM_ITEM && self->chunks.stream.ops) {
            kit_log(":%d", (int)chunk->count);
        }
    } while (self->next.result != RT_STREAM_END);
    rt_stream_drop(self->stream);
    RT_END(self);
}

static struct rt_stream *throttled(struct watcher *self)
{
    self->timed = rt_stream_throttle(&self->ticker.stream, RT_SECONDS(1));
    return &self->timed.stream;
}

static struct rt_stream *limited(struct watcher *self)
{
    self->timed = rt_stream_timeout(&self->ticker.stream, RT_SECONDS(1));
    return &self->timed.stream;
}

static struct rt_stream *in_chunks(struct watcher *self)
{
    self->chunks =
        rt_stream_chunks(&self->ticker.stream, self->items, 3, RT_SECONDS(1));
    return &self->chunks.stream;
}

static const char *watched(struct rt_stream *(*make)(struct watcher *self),
                           const int *delays, size_t count)
{
    struct watcher watcher =
        KIT_MAKE(watcher, .make = make, .delays = delays, .count = count);

    KIT_RUN(watcher);
    return kit_logged();
}

#define WATCHED(make, ...)                                                     \
    watched(make, (const int[]){__VA_ARGS__},                                  \
            sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

START_TEST(throttle_keeps_items_apart)
{
    ck_assert_str_eq(WATCHED(throttled, 0, 0, 1500, 0),
                     " 1@0 1@1000 1@3500 1@4500 0@5500");
}
END_TEST

START_TEST(timeout_reports_a_pause_once_and_gives_the_late_item)
{
    ck_assert_str_eq(WATCHED(limited, 500, 3000, 500, 1000),
                     " 1@500 -110@1500 1@3500 1@4000 1@5000 0@5000");
}
END_TEST

START_TEST(chunks_are_given_full_or_old_or_at_the_end)
{
    ck_assert_str_eq(WATCHED(in_chunks, 0, 0, 0, 0, 500, 700, 100),
                     " 1@0:3 1@1000:2 1@1300:2 0@1300");
}
END_TEST

START_TEST(chunks_give_the_items_before_the_error)
{
    struct script script = SCRIPT(1, 2, -EIO, 3);
    int items[4];
    struct rt_stream_chunks chunks =
        rt_stream_chunks(&script.stream, items, 4, RT_NEVER);
    struct rt_chunk chunk;
    struct rt_next next;
    const int expected[] = {RT_STREAM_ITEM, -EIO, RT_STREAM_ITEM,
                            RT_STREAM_END};
    struct rt_runtime *runtime = kit_runtime();

    kit_waker_init(&stream_waker);
    for (int i = 0; i < 4; i++) {
        next = RT_NEXT(chunks, chunk);
        ck_assert_int_eq(kit_poll(&next.future, &stream_waker), RT_READY);
        ck_assert_int_eq(next.result, expected[i]);
        if (i == 0) {
            ck_assert_uint_eq(chunk.count, 2);
        }
    }
    ck_assert_uint_eq(chunk.count, 1);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(an_interval_is_a_stream_of_the_times_of_its_ticks)
{
    struct rt_runtime *runtime = kit_runtime();
    uint64_t time = 1;
    struct rt_stream_interval ticks =
        rt_stream_interval(rt_interval(RT_SECONDS(1)));
    struct rt_next next = RT_NEXT(ticks, time);

    kit_waker_init(&stream_waker);
    ck_assert_int_eq(kit_poll(&next.future, &stream_waker), RT_READY);
    ck_assert_uint_eq(time, 0);
    next = RT_NEXT(ticks, time);
    ck_assert_int_eq(kit_poll(&next.future, &stream_waker), RT_PENDING);
    rt_stream_drop(&ticks.stream);
    ck_assert_int_eq(stream_waker.held, 0);
    rt_shutdown(runtime);
}
END_TEST

Suite *sources_suite(void)
{
    const TTest *const tests[] = {
        a_channel_is_a_stream_that_ends_with_its_senders,
        an_item_goes_to_where_the_last_poll_wants_it,
        dropping_the_stream_of_a_channel_closes_it,
        a_broadcast_stream_tells_what_it_missed_and_goes_on,
        a_watch_stream_gives_the_present_value_and_then_changes,
        a_listener_is_a_stream_of_clients,
        throttle_keeps_items_apart,
        timeout_reports_a_pause_once_and_gives_the_late_item,
        chunks_are_given_full_or_old_or_at_the_end,
        chunks_give_the_items_before_the_error,
        an_interval_is_a_stream_of_the_times_of_its_ticks,
        NULL,
    };

    return suite_of("sources", tests);
}
