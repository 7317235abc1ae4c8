#include "stream/sources.h"

#include <errno.h>
#include <string.h>

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

/* ---- channels ---- */

/* -EPIPE is how a channel says that it has ended. */
static int got_of(int result)
{
    if (result == -EPIPE) {
        return RT_STREAM_END;
    }
    return result == 0 ? RT_STREAM_ITEM : result;
}

static int mpsc_poll(struct rt_stream *stream, struct rt_context *cx,
                     void *item)
{
    struct rt_stream_mpsc *self = RT_STREAM_SELF(stream, struct rt_stream_mpsc);

    if (!self->receive.future.ops) {
        self->receive = rt_mpsc_receive(&self->receiver, item);
    }
    self->receive.value = item;
    if (rt_stream_poll_step(&self->receive.future, cx) == RT_PENDING) {
        return RT_STREAM_PENDING;
    }
    return got_of(self->receive.result);
}

static void mpsc_drop(struct rt_stream *stream)
{
    struct rt_stream_mpsc *self = RT_STREAM_SELF(stream, struct rt_stream_mpsc);

    rt_future_drop(&self->receive.future);
    rt_mpsc_receiver_drop(&self->receiver);
}

static const struct rt_stream_ops mpsc_ops = {
    .poll_next = mpsc_poll,
    .drop = mpsc_drop,
    .name = "mpsc stream",
};

struct rt_stream_mpsc rt_stream_mpsc(struct rt_mpsc_receiver *receiver,
                                     size_t item_size)
{
    struct rt_stream_mpsc self = {
        .stream = rt_stream_make(&mpsc_ops, item_size, NULL),
        .receiver = *receiver,
    };

    *receiver = (struct rt_mpsc_receiver){0};
    return self;
}

static int broadcast_poll(struct rt_stream *stream, struct rt_context *cx,
                          void *item)
{
    struct rt_stream_broadcast *self =
        RT_STREAM_SELF(stream, struct rt_stream_broadcast);

    if (!self->receive.future.ops) {
        self->receive = rt_broadcast_receive(&self->receiver, item);
    }
    self->receive.value = item;
    if (rt_stream_poll_step(&self->receive.future, cx) == RT_PENDING) {
        return RT_STREAM_PENDING;
    }
    return got_of(self->receive.result);
}

static void broadcast_drop(struct rt_stream *stream)
{
    struct rt_stream_broadcast *self =
        RT_STREAM_SELF(stream, struct rt_stream_broadcast);

    rt_future_drop(&self->receive.future);
    rt_broadcast_receiver_drop(&self->receiver);
}

static const struct rt_stream_ops broadcast_ops = {
    .poll_next = broadcast_poll,
    .drop = broadcast_drop,
    .name = "broadcast stream",
};

struct rt_stream_broadcast
rt_stream_broadcast(struct rt_broadcast_receiver *receiver, size_t item_size)
{
    struct rt_stream_broadcast self = {
        .stream = rt_stream_make(&broadcast_ops, item_size, NULL),
        .receiver = *receiver,
    };

    *receiver = (struct rt_broadcast_receiver){0};
    return self;
}

static int watch_poll(struct rt_stream *stream, struct rt_context *cx,
                      void *item)
{
    struct rt_stream_watch *self =
        RT_STREAM_SELF(stream, struct rt_stream_watch);

    if (self->has_begun) {
        if (!self->changed.future.ops) {
            self->changed = rt_watch_changed(&self->receiver);
        }
        if (rt_stream_poll_step(&self->changed.future, cx) == RT_PENDING) {
            return RT_STREAM_PENDING;
        }
        if (self->changed.result != 0) {
            return got_of(self->changed.result);
        }
    }
    self->has_begun = true;
    rt_watch_look(&self->receiver, item);
    return RT_STREAM_ITEM;
}

static void watch_drop(struct rt_stream *stream)
{
    struct rt_stream_watch *self =
        RT_STREAM_SELF(stream, struct rt_stream_watch);

    rt_future_drop(&self->changed.future);
    rt_watch_receiver_drop(&self->receiver);
}

static const struct rt_stream_ops watch_ops = {
    .poll_next = watch_poll,
    .drop = watch_drop,
    .name = "watch stream",
};

struct rt_stream_watch rt_stream_watch(struct rt_watch_receiver *receiver,
                                       size_t item_size)
{
    struct rt_stream_watch self = {
        .stream = rt_stream_make(&watch_ops, item_size, NULL),
        .receiver = *receiver,
    };

    *receiver = (struct rt_watch_receiver){0};
    return self;
}

/* ---- an interval ---- */

static int interval_poll(struct rt_stream *stream, struct rt_context *cx,
                         void *item)
{
    struct rt_stream_interval *self =
        RT_STREAM_SELF(stream, struct rt_stream_interval);

    if (!self->tick.future.ops) {
        self->tick = rt_interval_tick(&self->interval);
    }
    if (rt_stream_poll_step(&self->tick.future, cx) == RT_PENDING) {
        return RT_STREAM_PENDING;
    }
    *(uint64_t *)item = self->tick.scheduled;
    return RT_STREAM_ITEM;
}

static void interval_drop(struct rt_stream *stream)
{
    rt_future_drop(
        &RT_STREAM_SELF(stream, struct rt_stream_interval)->tick.future);
}

static const struct rt_stream_ops interval_ops = {
    .poll_next = interval_poll,
    .drop = interval_drop,
    .name = "interval stream",
};

struct rt_stream_interval rt_stream_interval(struct rt_interval interval)
{
    return (struct rt_stream_interval){
        .stream = rt_stream_make(&interval_ops, sizeof(uint64_t), NULL),
        .interval = interval,
    };
}

/* ---- a listener ---- */

static int incoming_poll(struct rt_stream *stream, struct rt_context *cx,
                         void *item)
{
    struct rt_stream_incoming *self =
        RT_STREAM_SELF(stream, struct rt_stream_incoming);

    if (!self->accept.future.ops) {
        self->accept = rt_tcp_accept(&self->listener);
    }
    if (rt_stream_poll_step(&self->accept.future, cx) == RT_PENDING) {
        return RT_STREAM_PENDING;
    }
    if (self->accept.result != 0) {
        return self->accept.result;
    }
    *(struct rt_tcp_stream *)item = self->accept.stream;
    return RT_STREAM_ITEM;
}

static void incoming_drop(struct rt_stream *stream)
{
    struct rt_stream_incoming *self =
        RT_STREAM_SELF(stream, struct rt_stream_incoming);

    rt_future_drop(&self->accept.future);
    rt_tcp_listener_close(&self->listener);
}

static const struct rt_stream_ops incoming_ops = {
    .poll_next = incoming_poll,
    .drop = incoming_drop,
    .name = "incoming",
};

struct rt_stream_incoming rt_stream_incoming(struct rt_tcp_listener *listener)
{
    struct rt_stream_incoming self = {
        .stream =
            rt_stream_make(&incoming_ops, sizeof(struct rt_tcp_stream), NULL),
        .listener = *listener,
    };

    *listener = (struct rt_tcp_listener){0};
    return self;
}
