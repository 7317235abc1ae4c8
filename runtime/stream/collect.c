#include "stream/collect.h"

#include <errno.h>

#include "future/async.h"

/* ---- fold ---- */

static enum rt_poll fold_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_fold *self = RT_SELF(future, struct rt_fold);
    struct rt_stream_item item;
    int result = 0;

    while (result == 0) {
        int got = rt_stream_poll(self->stream, cx, &item);

        if (got == RT_STREAM_PENDING) {
            return RT_PENDING;
        }
        if (got == RT_STREAM_END) {
            break;
        }
        result =
            got == RT_STREAM_ITEM ? self->fold(self->argument, &item) : got;
    }
    self->result = result;
    return RT_READY;
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

/* ---- collect ---- */

static enum rt_poll collect_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_collect *self = RT_SELF(future, struct rt_collect);
    size_t size = self->stream->item_size;
    struct rt_stream_item item;
    int result = 0;

    while (result == 0) {
        int got = rt_stream_poll(self->stream, cx, &item);

        if (got == RT_STREAM_PENDING) {
            return RT_PENDING;
        }
        if (got == RT_STREAM_END) {
            break;
        }
        result = got == RT_STREAM_ITEM
                     ? rt_buffer_append(&self->items, &item, size)
                     : got;
    }
    self->count = rt_buffer_length(&self->items) / size;
    self->result = result;
    return RT_READY;
}

static void collect_drop(struct rt_future *future)
{
    struct rt_collect *self = RT_SELF(future, struct rt_collect);

    rt_stream_drop(self->stream);
    if (self->result == -EINPROGRESS) {
        rt_buffer_deinit(&self->items);
    }
}

static const struct rt_future_ops collect_ops = {
    .poll = collect_poll,
    .drop = collect_drop,
    .name = "collect",
};

struct rt_collect rt_collect(struct rt_stream *stream)
{
    return (struct rt_collect){
        .future = RT_FUTURE(&collect_ops),
        .stream = stream,
        .result = -EINPROGRESS,
    };
}
