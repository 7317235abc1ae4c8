#include "stream/collect.h"

#include <errno.h>

#include "future/async.h"

/* ---- fold ---- */

/* Ready with *result: 0 at the end of the stream, or what ended it before. */
static enum rt_poll fold_items(struct rt_stream *stream, struct rt_context *cx,
                               rt_fold_fn *fold, void *argument, int *result)
{
    struct rt_stream_item item;
    int folded = 0;

    while (folded == 0) {
        int got = rt_stream_poll(stream, cx, &item);

        if (got == RT_STREAM_PENDING) {
            return RT_PENDING;
        }
        if (got == RT_STREAM_END) {
            break;
        }
        folded = got == RT_STREAM_ITEM ? fold(argument, &item) : got;
    }
    *result = folded;
    return RT_READY;
}

static enum rt_poll fold_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_fold *self = RT_SELF(future, struct rt_fold);

    return fold_items(self->stream, cx, self->fold, self->argument,
                      &self->result);
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

static int append(void *argument, const void *item)
{
    struct rt_collect *self = argument;

    return rt_buffer_append(&self->items, item, self->stream->item_size);
}

static enum rt_poll collect_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_collect *self = RT_SELF(future, struct rt_collect);

    if (fold_items(self->stream, cx, append, self, &self->result) ==
        RT_PENDING) {
        return RT_PENDING;
    }
    self->count = rt_buffer_length(&self->items) / self->stream->item_size;
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
