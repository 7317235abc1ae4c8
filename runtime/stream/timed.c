#include "stream/timed.h"

#include <errno.h>

/*
 * As in time/timeout.c: the time is looked at also when inner has used up the
 * budget.
 */
static enum rt_poll poll_sleep(struct rt_sleep *sleep, struct rt_context *cx)
{
    struct rt_context own = *cx;

    own.budget = 1;
    return rt_future_poll(&sleep->future, &own);
}

/* ---- throttle and timeout ---- */

static void restart(struct rt_stream_timed *self)
{
    rt_sleep_reset(&self->sleep, rt_duration_add(rt_now(), self->duration));
    self->is_waiting = true;
}

static int throttle_poll(struct rt_stream *stream, struct rt_context *cx,
                         void *item)
{
    struct rt_stream_timed *self =
        RT_STREAM_SELF(stream, struct rt_stream_timed);
    int got;

    if (self->is_waiting &&
        rt_future_poll(&self->sleep.future, cx) == RT_PENDING) {
        return RT_STREAM_PENDING;
    }
    self->is_waiting = false;
    got = rt_stream_poll(stream->inner, cx, item);
    if (got == RT_STREAM_ITEM) {
        restart(self);
    }
    return got;
}

static int timeout_poll(struct rt_stream *stream, struct rt_context *cx,
                        void *item)
{
    struct rt_stream_timed *self =
        RT_STREAM_SELF(stream, struct rt_stream_timed);
    int got = rt_stream_poll(stream->inner, cx, item);

    if (got != RT_STREAM_PENDING) {
        restart(self);
        return got;
    }
    if (!self->is_waiting || poll_sleep(&self->sleep, cx) == RT_PENDING) {
        return RT_STREAM_PENDING;
    }
    self->is_waiting = false;
    return -ETIMEDOUT;
}

static void timed_drop(struct rt_stream *stream)
{
    struct rt_stream_timed *self =
        RT_STREAM_SELF(stream, struct rt_stream_timed);

    rt_future_drop(&self->sleep.future);
}

static const struct rt_stream_ops throttle_ops = {
    .poll_next = throttle_poll,
    .drop = timed_drop,
    .name = "throttle",
};

static const struct rt_stream_ops timeout_ops = {
    .poll_next = timeout_poll,
    .drop = timed_drop,
    .name = "stream timeout",
};

static struct rt_stream_timed make_timed(const struct rt_stream_ops *ops,
                                         struct rt_stream *inner,
                                         uint64_t duration, bool is_waiting)
{
    return (struct rt_stream_timed){
        .stream = rt_stream_make(ops, inner->item_size, inner),
        .duration = duration,
        .sleep = rt_sleep(duration),
        .is_waiting = is_waiting,
    };
}

struct rt_stream_timed rt_stream_throttle(struct rt_stream *inner,
                                          uint64_t duration)
{
    return make_timed(&throttle_ops, inner, duration, false);
}

struct rt_stream_timed rt_stream_timeout(struct rt_stream *inner,
                                         uint64_t duration)
{
    return make_timed(&timeout_ops, inner, duration, true);
}

/* ---- chunks ---- */

static bool is_old_enough(struct rt_stream_chunks *self, struct rt_context *cx)
{
    return self->count > 0 && self->duration != RT_NEVER &&
           poll_sleep(&self->sleep, cx) == RT_READY;
}

/*
 * Gathers items until the chunk is full, or old, or there is no more; tells
 * what the last poll gave.
 */
static int gather(struct rt_stream_chunks *self, struct rt_context *cx)
{
    struct rt_stream *inner = self->stream.inner;
    int got = RT_STREAM_ITEM;

    while (self->count < self->most) {
        got = rt_stream_poll(inner, cx,
                             self->items + self->count * inner->item_size);
        if (got != RT_STREAM_ITEM) {
            break;
        }
        if (self->count++ == 0) {
            self->sleep = rt_sleep(self->duration);
        }
    }
    return got == RT_STREAM_PENDING && is_old_enough(self, cx) ? RT_STREAM_ITEM
                                                               : got;
}

static int chunks_poll(struct rt_stream *stream, struct rt_context *cx,
                       void *item)
{
    struct rt_stream_chunks *self =
        RT_STREAM_SELF(stream, struct rt_stream_chunks);
    int got = self->error;

    self->error = 0;
    if (got < 0) {
        return got;
    }
    got = gather(self, cx);
    if (got == RT_STREAM_PENDING || self->count == 0) {
        return got;
    }
    self->error = got < 0 ? got : 0; /* for later: the items go first */
    rt_future_drop(&self->sleep.future);
    *(struct rt_chunk *)item = (struct rt_chunk){self->items, self->count};
    self->count = 0;
    return RT_STREAM_ITEM;
}

static void chunks_drop(struct rt_stream *stream)
{
    struct rt_stream_chunks *self =
        RT_STREAM_SELF(stream, struct rt_stream_chunks);

    rt_future_drop(&self->sleep.future);
}

static const struct rt_stream_ops chunks_ops = {
    .poll_next = chunks_poll,
    .drop = chunks_drop,
    .name = "chunks",
};

struct rt_stream_chunks rt_stream_chunks(struct rt_stream *inner, void *items,
                                         size_t most, uint64_t duration)
{
    return (struct rt_stream_chunks){
        .stream = rt_stream_make(&chunks_ops, sizeof(struct rt_chunk), inner),
        .items = items,
        .most = most,
        .duration = duration,
    };
}
