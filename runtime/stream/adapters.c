#include "stream/adapters.h"

#include <string.h>

static int adapter_poll(struct rt_stream *stream, struct rt_context *cx,
                        void *item)
{
    struct rt_stream_adapter *self =
        RT_STREAM_SELF(stream, struct rt_stream_adapter);
    struct rt_stream_item in;
    int got;

    do {
        got = rt_stream_poll(stream->inner, cx, &in);
    } while (got == RT_STREAM_ITEM && !self->step(self, &in, item));
    return got;
}

static const struct rt_stream_ops adapter_ops = {
    .poll_next = adapter_poll,
    .name = "adapter",
};

/* ---- the steps ---- */

static bool give(struct rt_stream_adapter *self, const void *in, void *out)
{
    memcpy(out, in, self->stream.item_size);
    return true;
}

static bool map_step(struct rt_stream_adapter *self, const void *in, void *out)
{
    self->map(self->argument, in, out);
    return true;
}

static bool filter_step(struct rt_stream_adapter *self, const void *in,
                        void *out)
{
    return self->test(self->argument, in) && give(self, in, out);
}

static bool take_step(struct rt_stream_adapter *self, const void *in, void *out)
{
    self->left--;
    self->stream.is_ended = self->left == 0;
    return give(self, in, out);
}

static bool skip_step(struct rt_stream_adapter *self, const void *in, void *out)
{
    if (self->left > 0) {
        self->left--;
        return false;
    }
    return give(self, in, out);
}

struct rt_stream_adapter rt_stream_map(struct rt_stream *inner,
                                       size_t item_size, rt_stream_map_fn *map,
                                       void *argument)
{
    return (struct rt_stream_adapter){
        .stream = rt_stream_make(&adapter_ops, item_size, inner),
        .step = map_step,
        .map = map,
        .argument = argument,
    };
}

struct rt_stream_adapter rt_stream_filter(struct rt_stream *inner,
                                          rt_stream_test_fn *test,
                                          void *argument)
{
    return (struct rt_stream_adapter){
        .stream = rt_stream_make(&adapter_ops, inner->item_size, inner),
        .step = filter_step,
        .test = test,
        .argument = argument,
    };
}

struct rt_stream_adapter rt_stream_take(struct rt_stream *inner, size_t count)
{
    struct rt_stream_adapter self = {
        .stream = rt_stream_make(&adapter_ops, inner->item_size, inner),
        .step = take_step,
        .left = count,
    };

    self.stream.is_ended = count == 0;
    return self;
}

struct rt_stream_adapter rt_stream_skip(struct rt_stream *inner, size_t count)
{
    return (struct rt_stream_adapter){
        .stream = rt_stream_make(&adapter_ops, inner->item_size, inner),
        .step = skip_step,
        .left = count,
    };
}

/* ---- async functions ---- */

static int works_poll(struct rt_stream *stream, struct rt_context *cx,
                      void *item)
{
    struct rt_stream_works *self =
        RT_STREAM_SELF(stream, struct rt_stream_works);
    struct rt_stream_item in;

    if (!self->is_working) {
        int got = stream->inner ? rt_stream_poll(stream->inner, cx, &in)
                                : RT_STREAM_ITEM;

        if (got != RT_STREAM_ITEM) {
            return got;
        }
        self->how->begin(self->work, stream->inner ? &in : NULL);
        self->is_working = true;
    }
    if (rt_future_poll(self->work, cx) == RT_PENDING) {
        return RT_STREAM_PENDING;
    }
    self->is_working = false;
    rt_future_drop(self->work);
    return self->how->end(self->work, item);
}

static void works_drop(struct rt_stream *stream)
{
    struct rt_stream_works *self =
        RT_STREAM_SELF(stream, struct rt_stream_works);

    if (self->is_working) {
        rt_future_drop(self->work);
    }
}

static const struct rt_stream_ops works_ops = {
    .poll_next = works_poll,
    .drop = works_drop,
    .name = "works",
};

struct rt_stream_works rt_stream_then(struct rt_stream *inner, size_t item_size,
                                      const struct rt_stream_work *how,
                                      struct rt_future *work)
{
    return (struct rt_stream_works){
        .stream = rt_stream_make(&works_ops, item_size, inner),
        .how = how,
        .work = work,
    };
}

struct rt_stream_works rt_stream_repeat(size_t item_size,
                                        const struct rt_stream_work *how,
                                        struct rt_future *work)
{
    return rt_stream_then(NULL, item_size, how, work);
}
