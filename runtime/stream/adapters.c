#include "stream/adapters.h"

/* ---- map ---- */

static int map_poll(struct rt_stream *stream, struct rt_context *cx, void *item)
{
    struct rt_stream_map *self = RT_STREAM_SELF(stream, struct rt_stream_map);
    struct rt_stream_item in;
    int got = rt_stream_poll(stream->inner, cx, &in);

    if (got == RT_STREAM_ITEM) {
        self->map(self->argument, &in, item);
    }
    return got;
}

static const struct rt_stream_ops map_ops = {
    .poll_next = map_poll,
    .name = "map",
};

struct rt_stream_map rt_stream_map(struct rt_stream *inner, size_t item_size,
                                   rt_stream_map_fn *map, void *argument)
{
    return (struct rt_stream_map){
        .stream = rt_stream_make(&map_ops, item_size, inner),
        .map = map,
        .argument = argument,
    };
}

/* ---- by a test ---- */

static int filter_poll(struct rt_stream *stream, struct rt_context *cx,
                       void *item)
{
    struct rt_stream_test *self = RT_STREAM_SELF(stream, struct rt_stream_test);
    int got;

    do {
        got = rt_stream_poll(stream->inner, cx, item);
    } while (got == RT_STREAM_ITEM && !self->test(self->argument, item));
    return got;
}

static int take_while_poll(struct rt_stream *stream, struct rt_context *cx,
                           void *item)
{
    struct rt_stream_test *self = RT_STREAM_SELF(stream, struct rt_stream_test);
    int got = rt_stream_poll(stream->inner, cx, item);

    if (got == RT_STREAM_ITEM && !self->test(self->argument, item)) {
        return RT_STREAM_END;
    }
    return got;
}

static const struct rt_stream_ops filter_ops = {
    .poll_next = filter_poll,
    .name = "filter",
};

static const struct rt_stream_ops take_while_ops = {
    .poll_next = take_while_poll,
    .name = "take while",
};

static struct rt_stream_test make_test(const struct rt_stream_ops *ops,
                                       struct rt_stream *inner,
                                       rt_stream_test_fn *test, void *argument)
{
    return (struct rt_stream_test){
        .stream = rt_stream_make(ops, inner->item_size, inner),
        .test = test,
        .argument = argument,
    };
}

struct rt_stream_test rt_stream_filter(struct rt_stream *inner,
                                       rt_stream_test_fn *test, void *argument)
{
    return make_test(&filter_ops, inner, test, argument);
}

struct rt_stream_test rt_stream_take_while(struct rt_stream *inner,
                                           rt_stream_test_fn *test,
                                           void *argument)
{
    return make_test(&take_while_ops, inner, test, argument);
}

/* ---- by number ---- */

static int take_poll(struct rt_stream *stream, struct rt_context *cx,
                     void *item)
{
    struct rt_stream_count *self =
        RT_STREAM_SELF(stream, struct rt_stream_count);
    int got;

    if (self->left == 0) {
        return RT_STREAM_END; /* and don't ask: another might never come */
    }
    got = rt_stream_poll(stream->inner, cx, item);
    self->left -= got == RT_STREAM_ITEM;
    return got;
}

static int skip_poll(struct rt_stream *stream, struct rt_context *cx,
                     void *item)
{
    struct rt_stream_count *self =
        RT_STREAM_SELF(stream, struct rt_stream_count);

    for (; self->left > 0; self->left--) {
        int got = rt_stream_poll(stream->inner, cx, item);

        if (got != RT_STREAM_ITEM) {
            return got;
        }
    }
    return rt_stream_poll(stream->inner, cx, item);
}

static const struct rt_stream_ops take_ops = {
    .poll_next = take_poll,
    .name = "take",
};

static const struct rt_stream_ops skip_ops = {
    .poll_next = skip_poll,
    .name = "skip",
};

struct rt_stream_count rt_stream_take(struct rt_stream *inner, size_t count)
{
    return (struct rt_stream_count){
        .stream = rt_stream_make(&take_ops, inner->item_size, inner),
        .left = count,
    };
}

struct rt_stream_count rt_stream_skip(struct rt_stream *inner, size_t count)
{
    return (struct rt_stream_count){
        .stream = rt_stream_make(&skip_ops, inner->item_size, inner),
        .left = count,
    };
}

/* ---- then ---- */

static int then_poll(struct rt_stream *stream, struct rt_context *cx,
                     void *item)
{
    struct rt_stream_then *self = RT_STREAM_SELF(stream, struct rt_stream_then);
    struct rt_stream_item in;

    if (!self->is_working) {
        int got = rt_stream_poll(stream->inner, cx, &in);

        if (got != RT_STREAM_ITEM) {
            return got;
        }
        self->how->begin(self->work, &in);
        self->is_working = true;
    }
    if (rt_future_poll(self->work, cx) == RT_PENDING) {
        return RT_STREAM_PENDING;
    }
    self->is_working = false;
    rt_future_drop(self->work);
    self->how->end(self->work, item);
    return RT_STREAM_ITEM;
}

static void then_drop(struct rt_stream *stream)
{
    struct rt_stream_then *self = RT_STREAM_SELF(stream, struct rt_stream_then);

    if (self->is_working) {
        rt_future_drop(self->work);
    }
}

static const struct rt_stream_ops then_ops = {
    .poll_next = then_poll,
    .drop = then_drop,
    .name = "then",
};

struct rt_stream_then rt_stream_then(struct rt_stream *inner, size_t item_size,
                                     const struct rt_stream_work *how,
                                     struct rt_future *work)
{
    return (struct rt_stream_then){
        .stream = rt_stream_make(&then_ops, item_size, inner),
        .how = how,
        .work = work,
    };
}
