/* Tasks, timers, channels, buffers, codecs, streams: what asks for memory. */
#include <errno.h>
#include <string.h>

#include "scenes.h"

enum { COUNT = 5 };

/* ---- tasks and timers ---- */

struct naps {
    struct rt_future future;
    struct rt_join_set set;
    struct rt_join_set_next next;
    struct rt_interval interval;
    struct rt_interval_tick tick;
    struct rt_sleep nap;
    struct rt_timeout limit;
    int error;
};

KIT_OPS_WITH_DROP(naps);
SCENE(naps)

static enum rt_poll naps_poll(struct rt_future *future, struct rt_context *cx)
{
    struct naps *self = RT_SELF(future, struct naps);

    RT_BEGIN(self);
    rt_join_set_init(&self->set);
    for (int i = 0; i < COUNT; i++) {
        TRY(RT_JOIN_SET_SPAWN(&self->set, rt_sleep((uint64_t)i * 1000)));
    }
    do {
        self->next = rt_join_set_next(&self->set, NULL, 0);
        RT_AWAIT(self->next);
    } while (self->next.result == 0);
    ck_assert_int_eq(self->next.result, -ECHILD);
    self->interval = rt_interval(RT_MILLISECONDS(1));
    self->tick = rt_interval_tick(&self->interval);
    RT_AWAIT(self->tick);
    self->nap = rt_sleep(RT_SECONDS(9));
    self->limit = RT_TIMEOUT(self->nap, RT_MILLISECONDS(1));
    RT_AWAIT(self->limit);
    ck_assert(self->limit.is_expired);
    RT_END(self);
}

static void naps_drop(struct rt_future *future)
{
    rt_join_set_deinit(&RT_SELF(future, struct naps)->set);
}

/* ---- a task that blocks its worker ---- */

struct blocker {
    struct rt_future future;
    bool has_run;
    int error;
};

KIT_OPS(blocker);
SCENE(blocker)

static void note_run(void *has_run)
{
    *(bool *)has_run = true;
}

static enum rt_poll blocker_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct blocker *self = RT_SELF(future, struct blocker);

    (void)cx;
    rt_block_in_place(note_run, &self->has_run);
    ck_assert(self->has_run);
    return RT_READY;
}

static int play_in_place(void)
{
    return scenes_builder.workers ? play_blocker() : 0;
}

/* ---- a channel between two tasks ---- */

struct producer {
    struct rt_future future;
    struct rt_mpsc_sender sender; /* owned */
    struct rt_mpsc_send send;
    int number;
    int error;
};

KIT_OPS_WITH_DROP(producer);

static enum rt_poll producer_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct producer *self = RT_SELF(future, struct producer);

    RT_BEGIN(self);
    for (self->number = 0; self->number < COUNT; self->number++) {
        self->send = rt_mpsc_send(&self->sender, &self->number);
        TRY_AWAIT(self->send);
    }
    RT_END(self);
}

static void producer_drop(struct rt_future *future)
{
    rt_mpsc_sender_drop(&RT_SELF(future, struct producer)->sender);
}

struct channel {
    struct rt_future future;
    uint32_t capacity;
    struct rt_mpsc_receiver receiver;
    struct rt_mpsc_receive receive;
    struct producer produced;
    struct rt_join_handle handle;
    int number;
    int error;
};

KIT_OPS_WITH_DROP(channel);

static enum rt_poll channel_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct channel *self = RT_SELF(future, struct channel);

    RT_BEGIN(self);
    self->produced = KIT_MAKE(producer);
    TRY(rt_mpsc_create(sizeof(int), self->capacity, &self->produced.sender,
                       &self->receiver));
    self->handle = RT_SPAWN(self->produced);
    rt_join_into(&self->handle, &self->produced, sizeof(self->produced));
    do {
        self->receive = rt_mpsc_receive(&self->receiver, &self->number);
        RT_AWAIT(self->receive);
    } while (self->receive.result == 0);
    TRY_AWAIT(self->handle);
    TRY(self->produced.error);
    ck_assert_int_eq(self->number, COUNT - 1);
    RT_END(self);
}

static void channel_drop(struct rt_future *future)
{
    rt_mpsc_receiver_drop(&RT_SELF(future, struct channel)->receiver);
}

static int play_channel(uint32_t capacity)
{
    struct channel scene = KIT_MAKE(channel, .capacity = capacity);
    int error = kit_run_built(&scenes_builder, &scene.future);

    return error ? error : scene.error;
}

static int play_bounded(void)
{
    return play_channel(1);
}

static int play_unbounded(void)
{
    return play_channel(RT_MPSC_UNBOUNDED);
}

/* ---- the other channels ---- */

struct channels {
    struct rt_future future;
    struct rt_oneshot_sender once;
    struct rt_oneshot_receiver hear_once;
    struct rt_watch_sender latest;
    struct rt_watch_receiver watch;
    struct rt_broadcast_sender all;
    struct rt_broadcast_receiver each;
    struct rt_broadcast_receive receive;
    struct rt_cancel_token *parent;
    struct rt_cancel_token *child;
    int number;
    int error;
};

KIT_OPS_WITH_DROP(channels);
SCENE(channels)

static enum rt_poll channels_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct channels *self = RT_SELF(future, struct channels);

    RT_BEGIN(self);
    TRY(rt_oneshot_create(sizeof(int), &self->number, &self->once,
                          &self->hear_once));
    TRY(rt_watch_create(sizeof(int), &self->number, &self->latest,
                        &self->watch));
    TRY(rt_broadcast_create(sizeof(int), 2, &self->all, &self->each));
    self->parent = rt_cancel_token_create(NULL);
    self->child = self->parent ? rt_cancel_token_create(self->parent) : NULL;
    TRY(self->child ? 0 : -ENOMEM);
    rt_cancel_token_cancel(self->parent);
    ck_assert(rt_cancel_token_is_cancelled(self->child));
    TRY(rt_oneshot_send(&self->once, &self->number));
    TRY_AWAIT(self->hear_once);
    TRY(rt_watch_send(&self->latest, &self->number));
    rt_broadcast_send(&self->all, &self->number);
    self->receive = rt_broadcast_receive(&self->each, &self->number);
    TRY_AWAIT(self->receive);
    RT_END(self);
}

static void channels_drop(struct rt_future *future)
{
    struct channels *self = RT_SELF(future, struct channels);

    rt_oneshot_sender_drop(&self->once);
    rt_future_drop(&self->hear_once.future);
    rt_watch_sender_drop(&self->latest);
    rt_watch_receiver_drop(&self->watch);
    rt_broadcast_sender_drop(&self->all);
    rt_broadcast_receiver_drop(&self->each);
    rt_cancel_token_unref(self->child);
    rt_cancel_token_unref(self->parent);
}

/* ---- frames over a pair in memory ---- */

struct frames {
    struct rt_future future;
    struct rt_duplex one;
    struct rt_duplex other;
    struct rt_delimited lines;
    struct rt_framed_write writer;
    struct rt_framed_send send;
    struct rt_framed_read reader;
    struct rt_slice line;
    struct rt_next next;
    int error;
};

KIT_OPS_WITH_DROP(frames);
SCENE(frames)

static enum rt_poll frames_poll(struct rt_future *future, struct rt_context *cx)
{
    struct frames *self = RT_SELF(future, struct frames);

    RT_BEGIN(self);
    TRY(rt_duplex_create(64, &self->one, &self->other));
    self->lines = rt_delimited_lines(100);
    self->writer = rt_framed_write(&self->one.io, &self->lines.codec);
    self->line = RT_SLICE("hello");
    self->send = rt_framed_send(&self->writer, &self->line);
    TRY_AWAIT(self->send);
    self->reader = rt_framed_read(&self->other.io, &self->lines.codec);
    self->next = RT_NEXT(self->reader, self->line);
    TRY_AWAIT(self->next);
    ck_assert_uint_eq(self->line.size, 5);
    RT_END(self);
}

static void frames_drop(struct rt_future *future)
{
    struct frames *self = RT_SELF(future, struct frames);

    rt_framed_write_deinit(&self->writer);
    if (self->reader.stream.ops) {
        rt_stream_drop(&self->reader.stream);
    }
    rt_duplex_close(&self->one);
    rt_duplex_close(&self->other);
}

/* ---- lines of a buffered io ---- */

struct reading {
    struct rt_future future;
    struct rt_duplex one;
    struct rt_duplex other;
    struct rt_buffered buffered;
    struct rt_lines lines;
    struct rt_write write;
    struct rt_next_line next;
    int error;
};

KIT_OPS_WITH_DROP(reading);
SCENE(reading)

static enum rt_poll reading_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct reading *self = RT_SELF(future, struct reading);

    RT_BEGIN(self);
    TRY(rt_duplex_create(64, &self->one, &self->other));
    self->buffered = rt_buffered(&self->other.io, 8, 8);
    self->lines = rt_lines(&self->buffered, 100);
    self->write = rt_write_all(&self->one.io, "a longer line\nend\n", 18);
    TRY_AWAIT(self->write);
    self->next = rt_lines_next(&self->lines);
    TRY_AWAIT(self->next);
    ck_assert_uint_eq(self->lines.line.size, 13);
    RT_END(self);
}

static void reading_drop(struct rt_future *future)
{
    struct reading *self = RT_SELF(future, struct reading);

    rt_lines_deinit(&self->lines);
    rt_buffered_deinit(&self->buffered);
    rt_duplex_close(&self->one);
    rt_duplex_close(&self->other);
}

/* ---- a stream into an array ---- */

struct collecting {
    struct rt_future future;
    struct rt_stream_iter numbers;
    struct rt_buffer items;
    struct rt_fold collect;
    int error;
};

KIT_OPS_WITH_DROP(collecting);
SCENE(collecting)

static enum rt_poll collecting_poll(struct rt_future *future,
                                    struct rt_context *cx)
{
    static const int numbers[40];
    struct collecting *self = RT_SELF(future, struct collecting);

    RT_BEGIN(self);
    self->numbers = RT_STREAM_ITER(numbers);
    self->collect = rt_collect(&self->numbers.stream, &self->items);
    TRY_AWAIT(self->collect);
    ck_assert_uint_eq(rt_buffer_length(&self->items), sizeof(numbers));
    RT_END(self);
}

static void collecting_drop(struct rt_future *future)
{
    rt_buffer_deinit(&RT_SELF(future, struct collecting)->items);
}

const struct scene scenes_of_tasks[] = {
    {"in place", play_in_place},
    {"naps", play_naps},
    {"bounded", play_bounded},
    {"unbounded", play_unbounded},
    {"channels", play_channels},
    {"frames", play_frames},
    {"reading", play_reading},
    {"collecting", play_collecting},
    {NULL, NULL},
};
