#include "codec/framed.h"

#include <errno.h>

#include "future/async.h"

enum { READ_SIZE = 4096 };

/* ---- reading ---- */

/* Reads more bytes: RT_STREAM_ITEM when there are, or the end was seen. */
static int fill(struct rt_framed_read *self, struct rt_context *cx)
{
    ssize_t count;

    if (rt_buffer_poll_fill(&self->buffer, READ_SIZE, self->io, &self->waiter,
                            cx, &count) == RT_PENDING) {
        return RT_STREAM_PENDING;
    }
    self->is_last = count == 0;
    return count < 0 ? (int)count : RT_STREAM_ITEM;
}

/* Decodes a frame of what is there: ITEM, PENDING (more needed), END. */
static int decode(struct rt_framed_read *self, struct rt_slice *frame)
{
    struct rt_slice bytes = rt_buffer_slice(&self->buffer);
    ssize_t used = 0;

    if (bytes.size > 0) {
        used =
            self->codec->ops->decode(self->codec, bytes, self->is_last, frame);
    }
    if (used < 0) {
        return (int)used;
    }
    self->used = (size_t)used;
    if (used > 0 || !self->is_last) {
        return used > 0 ? RT_STREAM_ITEM : RT_STREAM_PENDING;
    }
    return bytes.size > 0 ? -EPIPE : RT_STREAM_END;
}

static int read_poll(struct rt_stream *stream, struct rt_context *cx,
                     void *frame)
{
    struct rt_framed_read *self = RT_STREAM_SELF(stream, struct rt_framed_read);
    int got;

    if (self->is_over) {
        return RT_STREAM_END;
    }
    if (!rt_budget_spend(cx)) {
        return RT_STREAM_PENDING;
    }
    rt_buffer_consume(&self->buffer, self->used);
    self->used = 0;
    do {
        got = decode(self, frame);
        if (got != RT_STREAM_PENDING) {
            break;
        }
        got = fill(self, cx);
    } while (got == RT_STREAM_ITEM);
    self->is_over = got < 0;
    return got;
}

static void read_drop(struct rt_stream *stream)
{
    struct rt_framed_read *self = RT_STREAM_SELF(stream, struct rt_framed_read);

    rt_io_waiter_cancel(&self->waiter);
    rt_buffer_deinit(&self->buffer);
}

static const struct rt_stream_ops read_ops = {
    .poll_next = read_poll,
    .drop = read_drop,
    .name = "framed read",
};

struct rt_framed_read rt_framed_read(struct rt_io *io, struct rt_codec *codec)
{
    return (struct rt_framed_read){
        .stream = rt_stream_make(&read_ops, sizeof(struct rt_slice), NULL),
        .io = io,
        .codec = codec,
    };
}

/* ---- writing ---- */

struct rt_framed_write rt_framed_write(struct rt_io *io,
                                       const struct rt_codec *codec)
{
    return (struct rt_framed_write){.io = io, .codec = codec};
}

void rt_framed_write_deinit(struct rt_framed_write *writer)
{
    rt_buffer_deinit(&writer->buffer);
}

/* All of the frame, or nothing of it. 0 or a negative errno. */
static int encode(struct rt_framed_write *writer, const struct rt_slice *frame)
{
    size_t length = rt_buffer_length(&writer->buffer);
    int error =
        writer->codec->ops->encode(writer->codec, *frame, &writer->buffer);

    if (error) {
        rt_buffer_truncate(&writer->buffer, length);
    }
    return error;
}

static enum rt_poll send_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_framed_send *self = RT_SELF(future, struct rt_framed_send);
    struct rt_io *io = self->writer->io;
    struct rt_buffer *buffer = &self->writer->buffer;
    struct rt_io_request request = {RT_IO_FLUSH, &self->waiter, NULL, 0, 0};
    ssize_t *result = &request.result;

    if (self->frame) {
        if (rt_buffer_length(buffer) >= RT_FRAMED_FULL &&
            rt_buffer_poll_drain(buffer, io, &self->waiter, cx, result) ==
                RT_PENDING) {
            return RT_PENDING;
        }
        *result = *result ? *result : encode(self->writer, self->frame);
        self->frame = NULL;
    }
    if (self->is_flush && *result == 0) {
        if (rt_buffer_poll_drain(buffer, io, &self->waiter, cx, result) ==
            RT_PENDING) {
            return RT_PENDING;
        }
        if (*result == 0 && rt_io_poll(io, &request, cx) == RT_PENDING) {
            return RT_PENDING;
        }
    }
    self->result = (int)*result;
    return RT_READY;
}

static void send_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&RT_SELF(future, struct rt_framed_send)->waiter);
}

static const struct rt_future_ops send_ops = {
    .poll = send_poll,
    .drop = send_drop,
    .name = "framed send",
};

static struct rt_framed_send make_send(struct rt_framed_write *writer,
                                       const struct rt_slice *frame,
                                       bool is_flush)
{
    return (struct rt_framed_send){
        .future = RT_FUTURE(&send_ops),
        .writer = writer,
        .frame = frame,
        .is_flush = is_flush,
    };
}

struct rt_framed_send rt_framed_send(struct rt_framed_write *writer,
                                     const struct rt_slice *frame)
{
    return make_send(writer, frame, true);
}

struct rt_framed_send rt_framed_feed(struct rt_framed_write *writer,
                                     const struct rt_slice *frame)
{
    return make_send(writer, frame, false);
}

struct rt_framed_send rt_framed_flush(struct rt_framed_write *writer)
{
    return make_send(writer, NULL, true);
}
