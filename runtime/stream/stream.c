#include "stream/stream.h"

#include <string.h>

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
    if (got == RT_STREAM_END) {
        stream->is_ended = true;
    }
    return got;
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

/* ---- an array ---- */

static int iter_poll(struct rt_stream *stream, struct rt_context *cx,
                     void *item)
{
    struct rt_stream_iter *self = RT_STREAM_SELF(stream, struct rt_stream_iter);

    if (self->left == 0) {
        return RT_STREAM_END;
    }
    if (!rt_budget_spend(cx)) {
        return RT_STREAM_PENDING;
    }
    memcpy(item, self->next, stream->item_size);
    self->next += stream->item_size;
    self->left--;
    return RT_STREAM_ITEM;
}

static const struct rt_stream_ops iter_ops = {
    .poll_next = iter_poll,
    .name = "iter",
};

struct rt_stream_iter rt_stream_iter(const void *items, size_t count,
                                     size_t item_size)
{
    return (struct rt_stream_iter){
        .stream = rt_stream_make(&iter_ops, item_size, NULL),
        .next = items,
        .left = count,
    };
}

/* ---- the next item ---- */

static enum rt_poll next_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_next *next = RT_SELF(future, struct rt_next);

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

/* ---- all items ---- */

static enum rt_poll fold_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_fold *self = RT_SELF(future, struct rt_fold);
    struct rt_stream_item item;
    int got;

    do {
        got = rt_stream_poll(self->stream, cx, &item);
        self->result = got;
        if (got == RT_STREAM_ITEM) {
            self->result =
                self->fold(self->argument, &item, self->stream->item_size);
        }
    } while (got == RT_STREAM_ITEM && self->result == 0);
    return got == RT_STREAM_PENDING ? RT_PENDING : RT_READY;
}

static void fold_drop(struct rt_future *future)
{
    rt_stream_drop(RT_SELF(future, struct rt_fold)->stream);
}

static const struct rt_future_ops fold_ops = {
    .poll = fold_poll,
    .drop = fold_drop,
    .name = "fold",
};

struct rt_fold rt_fold(struct rt_stream *stream, rt_fold_fn *fold,
                       void *argument)
{
    return (struct rt_fold){
        .future = RT_FUTURE(&fold_ops),
        .stream = stream,
        .fold = fold,
        .argument = argument,
    };
}

static int append(void *argument, const void *item, size_t size)
{
    return rt_buffer_append(argument, item, size);
}

struct rt_fold rt_collect(struct rt_stream *stream, struct rt_buffer *items)
{
    return rt_fold(stream, append, items);
}
