#include "io/buffered.h"

#include <string.h>

#include "future/async.h"

/* ---- reading ---- */

/* Reads ahead when nothing is there. *result: what is there then. */
static enum rt_poll poll_ahead(struct rt_buffered *buffered,
                               struct rt_io_waiter *waiter,
                               struct rt_context *cx, ssize_t *result)
{
    *result = (ssize_t)rt_buffer_length(&buffered->in);
    return *result > 0
               ? RT_READY
               : rt_buffer_poll_fill(&buffered->in, buffered->read_size,
                                     buffered->inner, waiter, cx, result);
}

static enum rt_poll buffered_poll_read(struct rt_io *io,
                                       struct rt_io_waiter *waiter,
                                       struct rt_context *cx, void *buffer,
                                       size_t size, ssize_t *result)
{
    struct rt_buffered *buffered = RT_CONTAINER_OF(io, struct rt_buffered, io);
    struct rt_buffer *in = &buffered->in;

    if (size == 0) {
        *result = 0;
        return RT_READY;
    }
    if (rt_buffer_length(in) == 0 && size >= buffered->read_size) {
        return rt_io_poll_read(buffered->inner, waiter, cx, buffer, size,
                               result);
    }
    if (poll_ahead(buffered, waiter, cx, result) == RT_PENDING) {
        return RT_PENDING;
    }
    if (*result > 0) {
        *result = (size_t)*result < size ? *result : (ssize_t)size;
        memcpy(buffer, rt_buffer_slice(in).data, (size_t)*result);
        rt_buffer_consume(in, (size_t)*result);
    }
    return RT_READY;
}

static enum rt_poll peek_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_peek *self = RT_SELF(future, struct rt_peek);

    return poll_ahead(self->buffered, &self->waiter, cx, &self->result);
}

static void peek_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&RT_SELF(future, struct rt_peek)->waiter);
}

static const struct rt_future_ops peek_ops = {
    .poll = peek_poll,
    .drop = peek_drop,
    .name = "peek",
};

struct rt_peek rt_peek(struct rt_buffered *buffered)
{
    if (buffered->read_size == 0) {
        rt_panic("peek-without-buffer", "rt_peek of an rt_buffered that has "
                                        "no buffer for reading");
    }
    return (struct rt_peek){
        .future = RT_FUTURE(&peek_ops),
        .buffered = buffered,
    };
}

/* ---- writing ---- */

static enum rt_poll poll_drain(struct rt_buffered *buffered,
                               struct rt_io_waiter *waiter,
                               struct rt_context *cx, ssize_t *result)
{
    return rt_buffer_poll_drain(&buffered->out, buffered->inner, waiter, cx,
                                result);
}

static enum rt_poll buffered_poll_write(struct rt_io *io,
                                        struct rt_io_waiter *waiter,
                                        struct rt_context *cx,
                                        const void *buffer, size_t size,
                                        ssize_t *result)
{
    struct rt_buffered *buffered = RT_CONTAINER_OF(io, struct rt_buffered, io);
    struct rt_buffer *out = &buffered->out;

    *result = 0;
    if (size > buffered->write_size - rt_buffer_length(out) &&
        poll_drain(buffered, waiter, cx, result) == RT_PENDING) {
        return RT_PENDING;
    }
    if (*result < 0) {
        return RT_READY;
    }
    if (size >= buffered->write_size) {
        return rt_io_poll_write(buffered->inner, waiter, cx, buffer, size,
                                result);
    }
    *result = rt_buffer_append(out, buffer, size);
    *result = *result < 0 ? *result : (ssize_t)size;
    return RT_READY;
}

static enum rt_poll buffered_poll_flush(struct rt_io *io,
                                        struct rt_io_waiter *waiter,
                                        struct rt_context *cx, ssize_t *result)
{
    struct rt_buffered *buffered = RT_CONTAINER_OF(io, struct rt_buffered, io);
    enum rt_poll poll = poll_drain(buffered, waiter, cx, result);

    return poll == RT_PENDING || *result < 0
               ? poll
               : rt_io_poll_flush(buffered->inner, waiter, cx, result);
}

static enum rt_poll buffered_poll_shutdown(struct rt_io *io,
                                           struct rt_io_waiter *waiter,
                                           struct rt_context *cx,
                                           ssize_t *result)
{
    struct rt_buffered *buffered = RT_CONTAINER_OF(io, struct rt_buffered, io);
    enum rt_poll poll = poll_drain(buffered, waiter, cx, result);

    return poll == RT_PENDING || *result < 0
               ? poll
               : rt_io_poll_shutdown(buffered->inner, waiter, cx, result);
}

/* ---- its life ---- */

static void buffered_close(struct rt_io *io)
{
    struct rt_buffered *buffered = RT_CONTAINER_OF(io, struct rt_buffered, io);

    rt_buffered_deinit(buffered);
    rt_io_close(buffered->inner);
}

static const struct rt_io_ops buffered_ops = {
    .poll_read = buffered_poll_read,
    .poll_write = buffered_poll_write,
    .poll_flush = buffered_poll_flush,
    .poll_shutdown = buffered_poll_shutdown,
    .close = buffered_close,
};

struct rt_buffered rt_buffered(struct rt_io *inner, size_t read_size,
                               size_t write_size)
{
    return (struct rt_buffered){
        .io = {&buffered_ops},
        .inner = inner,
        .read_size = read_size,
        .write_size = write_size,
    };
}

void rt_buffered_deinit(struct rt_buffered *buffered)
{
    rt_buffer_deinit(&buffered->in);
    rt_buffer_deinit(&buffered->out);
}
