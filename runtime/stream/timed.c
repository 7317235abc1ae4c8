#include "stream/timed.h"

#include <errno.h>

static void restart(struct rt_stream_timed *self)
{
    rt_sleep_reset(&self->sleep, rt_duration_add(rt_now(), self->duration));
}

static int throttle_poll(struct rt_stream *stream, struct rt_context *cx,
                         void *item)
{
    struct rt_stream_timed *self =
        RT_STREAM_SELF(stream, struct rt_stream_timed);
    int got;

    if (!rt_sleep_is_over(&self->sleep, cx)) {
        return RT_STREAM_PENDING;
    }
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
    } else if (rt_sleep_is_over(&self->sleep, cx)) {
        rt_sleep_reset(&self->sleep, RT_NEVER); /* it is said once */
        got = -ETIMEDOUT;
    }
    return got;
}

/*
 * Gathers items until the chunk is full, or old, or there is no more; tells
 * what the last poll gave.
 */
static int gather(struct rt_stream_timed *self, struct rt_context *cx)
{
    struct rt_stream *inner = self->stream.inner;
    char *items = self->items;
    int got = RT_STREAM_ITEM;

    while (self->count < self->most && got == RT_STREAM_ITEM) {
        got = rt_stream_poll(inner, cx, items + self->count * inner->item_size);
        if (got == RT_STREAM_ITEM && self->count++ == 0) {
            restart(self);
        }
    }
    if (got == RT_STREAM_PENDING && self->count > 0 &&
        rt_sleep_is_over(&self->sleep, cx)) {
        return RT_STREAM_ITEM;
    }
    return got;
}

static int chunks_poll(struct rt_stream *stream, struct rt_context *cx,
                       void *item)
{
    struct rt_stream_timed *self =
        RT_STREAM_SELF(stream, struct rt_stream_timed);
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

static void timed_drop(struct rt_stream *stream)
{
    rt_future_drop(
        &RT_STREAM_SELF(stream, struct rt_stream_timed)->sleep.future);
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

static const struct rt_stream_ops chunks_ops = {
    .poll_next = chunks_poll,
    .drop = timed_drop,
    .name = "chunks",
};

struct rt_stream_timed rt_stream_throttle(struct rt_stream *inner,
                                          uint64_t duration)
{
    return (struct rt_stream_timed){
        .stream = rt_stream_make(&throttle_ops, inner->item_size, inner),
        .duration = duration,
        .sleep = rt_sleep(0), /* the first item may come at once */
    };
}

struct rt_stream_timed rt_stream_timeout(struct rt_stream *inner,
                                         uint64_t duration)
{
    return (struct rt_stream_timed){
        .stream = rt_stream_make(&timeout_ops, inner->item_size, inner),
        .duration = duration,
        .sleep = rt_sleep(duration),
    };
}

struct rt_stream_timed rt_stream_chunks(struct rt_stream *inner, void *items,
                                        size_t most, uint64_t duration)
{
    return (struct rt_stream_timed){
        .stream = rt_stream_make(&chunks_ops, sizeof(struct rt_chunk), inner),
        .duration = duration,
        .items = items,
        .most = most,
    };
}
