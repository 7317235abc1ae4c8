#include "io/buffered.h"

#include "future/async.h"

static struct rt_buffered *buffered_of(struct rt_io *io)
{
    return RT_CONTAINER_OF(io, struct rt_buffered, io);
}

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

static enum rt_poll buffered_read(struct rt_io *io,
                                  struct rt_io_request *request,
                                  struct rt_context *cx)
{
    struct rt_buffered *buffered = buffered_of(io);
    struct rt_buffer *in = &buffered->in;
    size_t size = request->pieces->iov_len;

    if (rt_buffer_length(in) == 0 && size >= buffered->read_size) {
        return rt_io_poll(buffered->inner, request, cx);
    }
    if (poll_ahead(buffered, request->waiter, cx, &request->result) ==
        RT_PENDING) {
        return RT_PENDING;
    }
    if (request->result > 0) {
        request->result =
            (ssize_t)rt_buffer_take(in, request->pieces->iov_base, size);
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
                               struct rt_io_request *request,
                               struct rt_context *cx)
{
    return rt_buffer_poll_drain(&buffered->out, buffered->inner,
                                request->waiter, cx, &request->result);
}

static enum rt_poll buffered_write(struct rt_io *io,
                                   struct rt_io_request *request,
                                   struct rt_context *cx)
{
    struct rt_buffered *buffered = buffered_of(io);
    struct iovec piece = request->pieces[0];

    if (piece.iov_len >
        buffered->write_size - rt_buffer_length(&buffered->out)) {
        if (poll_drain(buffered, request, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        if (request->result < 0) {
            return RT_READY;
        }
    }
    if (piece.iov_len >= buffered->write_size) {
        return rt_io_poll(buffered->inner, request, cx);
    }
    request->result =
        rt_buffer_append(&buffered->out, piece.iov_base, piece.iov_len);
    if (request->result == 0) {
        request->result = (ssize_t)piece.iov_len;
    }
    return RT_READY;
}

/* A flush, or a shutdown. */
static enum rt_poll buffered_flush(struct rt_io *io,
                                   struct rt_io_request *request,
                                   struct rt_context *cx)
{
    struct rt_buffered *buffered = buffered_of(io);
    enum rt_poll poll = poll_drain(buffered, request, cx);

    return poll == RT_PENDING || request->result < 0
               ? poll
               : rt_io_poll(buffered->inner, request, cx);
}

/* ---- its life ---- */

static void buffered_close(struct rt_io *io)
{
    struct rt_buffered *buffered = buffered_of(io);

    rt_buffered_deinit(buffered);
    rt_io_close(buffered->inner);
}

static const struct rt_io_ops buffered_ops = {
    .poll = {[RT_IO_READ] = buffered_read,
             [RT_IO_WRITE] = buffered_write,
             [RT_IO_FLUSH] = buffered_flush,
             [RT_IO_SHUTDOWN] = buffered_flush},
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
