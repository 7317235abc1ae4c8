#include "stream/stream.h"

#include "base/panic.h"

struct rt_stream rt_stream_make(const struct rt_stream_ops *ops,
                                size_t item_size, struct rt_stream *inner)
{
    if (item_size > RT_STREAM_ITEM_MOST) {
        rt_panic("stream-item-size", "'%s' has items of %zu bytes, %d at most",
                 ops->name, item_size, RT_STREAM_ITEM_MOST);
    }
    return (struct rt_stream){
        .ops = ops,
        .inner = inner,
        .item_size = item_size,
    };
}

int rt_stream_poll(struct rt_stream *stream, struct rt_context *cx, void *item)
{
    int got;

    if (!stream->ops) {
        rt_panic("not-a-stream", "polled a stream that was dropped or never "
                                 "made: its ops are NULL");
    }
    if (stream->is_ended) {
        return RT_STREAM_END;
    }
    got = stream->ops->poll_next(stream, cx, item);
    stream->is_ended = got == RT_STREAM_END;
    return got;
}

enum rt_poll rt_stream_poll_step(struct rt_future *step, struct rt_context *cx)
{
    if (rt_future_poll(step, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    rt_future_drop(step);
    step->ops = NULL;
    return RT_READY;
}

void rt_stream_drop(struct rt_stream *stream)
{
    const struct rt_stream_ops *ops = stream->ops;
    struct rt_stream *inner = stream->inner;

    if (!ops) {
        return;
    }
    stream->ops = NULL; /* first: a drop that comes back finds it done */
    if (ops->drop) {
        ops->drop(stream);
    }
    if (inner) {
        rt_stream_drop(inner);
    }
}

static struct rt_next *next_of(struct rt_future *future)
{
    return (struct rt_next *)(void *)future;
}

static enum rt_poll next_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_next *next = next_of(future);

    next->result = rt_stream_poll(next->stream, cx, next->item);
    return next->result == RT_STREAM_PENDING ? RT_PENDING : RT_READY;
}

static const struct rt_future_ops next_ops = {
    .poll = next_poll,
    .name = "next",
};

struct rt_next rt_next(struct rt_stream *stream, void *item, size_t size)
{
    if (size != stream->item_size) {
        rt_panic("stream-item-size",
                 "an item of %zu bytes is asked for, but those of '%s' have "
                 "%zu",
                 size, stream->ops ? stream->ops->name : "dropped",
                 stream->item_size);
    }
    return (struct rt_next){
        .future = RT_FUTURE(&next_ops),
        .stream = stream,
        .item = item,
    };
}
