/* Streams that wait: for a channel, for the time. */
#include <errno.h>

#include "kit.h"
#include "stream_kit.h"
#include "suites.h"
#include "stream/adapters.h"
#include "stream/timed.h"
#include "sync/mpsc.h"

/* ---- a channel ---- */

/* A receive that a stream of its values repeats. */
struct inbox {
    struct rt_mpsc_sender sender;
    struct rt_mpsc_receiver receiver;
    struct rt_mpsc_receive receive;
    int value;
    struct rt_stream_works values;
};

static struct inbox *inbox_of(struct rt_future *receive)
{
    return RT_CONTAINER_OF(receive, struct inbox, receive.future);
}

static void inbox_begin(struct rt_future *receive, const void *in)
{
    struct inbox *inbox = inbox_of(receive);

    ck_assert_ptr_null(in);
    inbox->receive = rt_mpsc_receive(&inbox->receiver, &inbox->value);
}

static int inbox_end(struct rt_future *receive, void *out)
{
    struct inbox *inbox = inbox_of(receive);

    *(int *)out = inbox->value;
    return inbox->receive.result == 0 ? RT_STREAM_ITEM : RT_STREAM_END;
}

static const struct rt_stream_work inbox_work = {inbox_begin, inbox_end};

static void inbox_init(struct inbox *inbox)
{
    ck_assert_int_eq(
        rt_mpsc_create(sizeof(int), 4, &inbox->sender, &inbox->receiver), 0);
    inbox->values =
        rt_stream_repeat(sizeof(int), &inbox_work, &inbox->receive.future);
}

START_TEST(what_can_be_awaited_can_be_a_stream)
{
    struct inbox inbox;

    inbox_init(&inbox);
    EXPECT(inbox.values, PEND);
    ck_assert_int_eq(rt_mpsc_try_send(&inbox.sender, &(int){5}), 0);
    ck_assert_int_eq(stream_waker.wakes, 1);
    EXPECT(inbox.values, 5, PEND);
    rt_mpsc_sender_drop(&inbox.sender);
    EXPECT(inbox.values, END, END);
    rt_stream_drop(&inbox.values.stream);
    rt_mpsc_receiver_drop(&inbox.receiver);
    ck_assert_int_eq(stream_waker.held, 0);
}
END_TEST

/* The stream keeps the receive of a dropped rt_next, but not its place. */
START_TEST(an_item_goes_to_where_the_last_poll_wants_it)
{
    struct inbox inbox;
    struct rt_next next;
    int places[2] = {0, 0};

    inbox_init(&inbox);
    kit_waker_init(&stream_waker);
    next = RT_NEXT(inbox.values, places[0]);
    ck_assert_int_eq(kit_poll(&next.future, &stream_waker), RT_PENDING);
    rt_future_drop(&next.future);
    ck_assert_int_eq(rt_mpsc_try_send(&inbox.sender, &(int){5}), 0);
    next = RT_NEXT(inbox.values, places[1]);
    ck_assert_int_eq(kit_poll(&next.future, &stream_waker), RT_READY);
    ck_assert_int_eq(places[0], 0);
    ck_assert_int_eq(places[1], 5);
    rt_stream_drop(&inbox.values.stream);
    rt_mpsc_sender_drop(&inbox.sender);
    rt_mpsc_receiver_drop(&inbox.receiver);
}
END_TEST

START_TEST(dropping_a_stream_takes_its_waker_back)
{
    struct inbox inbox;

    inbox_init(&inbox);
    EXPECT(inbox.values, PEND);
    rt_stream_drop(&inbox.values.stream);
    ck_assert_int_eq(stream_waker.held, 0);
    rt_mpsc_sender_drop(&inbox.sender);
    rt_mpsc_receiver_drop(&inbox.receiver);
}
END_TEST

/* ---- time ---- */

/* A stream whose items come so many ms after each other; then it ends. */
struct ticker {
    struct rt_sleep nap;
    const int *delays;
    int number;
    struct rt_stream_works naps;
    struct rt_stream_adapter some;
};

static void ticker_begin(struct rt_future *nap, const void *in)
{
    struct ticker *self = RT_CONTAINER_OF(nap, struct ticker, nap.future);

    (void)in;
    self->nap = rt_sleep(RT_MILLISECONDS(*self->delays++));
}

static int ticker_end(struct rt_future *nap, void *out)
{
    *(int *)out = ++RT_CONTAINER_OF(nap, struct ticker, nap.future)->number;
    return RT_STREAM_ITEM;
}

static const struct rt_stream_work ticker_work = {ticker_begin, ticker_end};

/* Logs " result@ms" for all that a stream gives, and ":count" of each chunk. */
struct watcher {
    struct rt_future future;
    const int *delays;
    size_t count;
    struct rt_stream *(*make)(struct watcher *self);
    struct ticker ticker;
    struct rt_stream_timed timed;
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
    self->ticker.delays = self->delays;
    self->ticker.naps =
        rt_stream_repeat(sizeof(int), &ticker_work, &self->ticker.nap.future);
    self->ticker.some = rt_stream_take(&self->ticker.naps.stream, self->count);
    self->stream = self->make(self);
    do {
        self->next =
            rt_next(self->stream, &self->item, self->stream->item_size);
        RT_AWAIT(self->next);
        kit_log(" %d@%d", self->next.result, (int)(rt_now() / 1000000));
        if (self->next.result == RT_STREAM_ITEM && self->timed.most > 0) {
            kit_log(":%d", (int)chunk->count);
        }
    } while (self->next.result != RT_STREAM_END);
    rt_stream_drop(self->stream);
    RT_END(self);
}

static struct rt_stream *throttled(struct watcher *self)
{
    self->timed = rt_stream_throttle(&self->ticker.some.stream, RT_SECONDS(1));
    return &self->timed.stream;
}

static struct rt_stream *limited(struct watcher *self)
{
    self->timed = rt_stream_timeout(&self->ticker.some.stream, RT_SECONDS(1));
    return &self->timed.stream;
}

static struct rt_stream *in_chunks(struct watcher *self)
{
    self->timed = rt_stream_chunks(&self->ticker.some.stream, self->items, 3,
                                   RT_SECONDS(1));
    return &self->timed.stream;
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
    struct rt_stream_timed chunks =
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

Suite *timed_suite(void)
{
    const TTest *const tests[] = {
        what_can_be_awaited_can_be_a_stream,
        an_item_goes_to_where_the_last_poll_wants_it,
        dropping_a_stream_takes_its_waker_back,
        throttle_keeps_items_apart,
        timeout_reports_a_pause_once_and_gives_the_late_item,
        chunks_are_given_full_or_old_or_at_the_end,
        chunks_give_the_items_before_the_error,
        NULL,
    };

    return suite_of("timed", tests);
}
