#define _GNU_SOURCE /* IOV_MAX */

#include "net/tcp.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "base/memory.h"
#include "future/async.h"

/* ---- streams ---- */

static struct rt_tcp_stream *stream_of(struct rt_io *io)
{
    return RT_CONTAINER_OF(io, struct rt_tcp_stream, io);
}

/* As recv or send; of too many pieces, the first ones. */
static ssize_t move_several(int fd, const struct rt_io_request *request)
{
    int count = request->count < IOV_MAX ? request->count : IOV_MAX;
    struct msghdr message = {
        .msg_iov = request->pieces,
        .msg_iovlen = (size_t)count,
    };

    return request->what == RT_IO_READ ? recvmsg(fd, &message, 0)
                                       : sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* How much to ask for; in hostile mode no more than a part of one piece. */
static size_t size_of(const struct rt_io_request *request,
                      const struct rt_attempt *attempt,
                      const struct rt_context *cx)
{
    size_t size = request->pieces[0].iov_len;

    if (cx->is_hostile) {
        return rt_attempt_size(attempt, cx, size);
    }
    for (int i = 1; i < request->count && i < IOV_MAX; i++) {
        size += request->pieces[i].iov_len;
    }
    return size;
}

static enum rt_poll stream_read(struct rt_io *io, struct rt_io_request *request,
                                struct rt_context *cx)
{
    const struct iovec *piece = request->pieces;
    struct rt_source *source = stream_of(io)->source;
    struct rt_attempt attempt =
        rt_attempt(source, request->waiter, RT_READABLE);

    while (rt_attempt_next(&attempt, cx)) {
        size_t size = size_of(request, &attempt, cx);

        rt_attempt_end(&attempt,
                       size > piece->iov_len
                           ? move_several(source->fd, request)
                           : recv(source->fd, piece->iov_base, size, 0),
                       size);
    }
    request->result = attempt.result;
    return attempt.poll;
}

static enum rt_poll stream_write(struct rt_io *io,
                                 struct rt_io_request *request,
                                 struct rt_context *cx)
{
    const struct iovec *piece = request->pieces;
    struct rt_source *source = stream_of(io)->source;
    struct rt_attempt attempt =
        rt_attempt(source, request->waiter, RT_WRITABLE);

    while (rt_attempt_next(&attempt, cx)) {
        size_t size = size_of(request, &attempt, cx);

        rt_attempt_end(&attempt,
                       size > piece->iov_len ? move_several(source->fd, request)
                                             : send(source->fd, piece->iov_base,
                                                    size, MSG_NOSIGNAL),
                       size);
    }
    request->result = attempt.result;
    return attempt.poll;
}

static enum rt_poll stream_shutdown(struct rt_io *io,
                                    struct rt_io_request *request,
                                    struct rt_context *cx)
{
    (void)cx;
    request->result = rt_tcp_stream_shutdown(stream_of(io));
    return RT_READY;
}

static void stream_close(struct rt_io *io)
{
    rt_tcp_stream_close(stream_of(io));
}

static const struct rt_io_ops stream_ops = {
    .poll = {[RT_IO_READ] = stream_read,
             [RT_IO_WRITE] = stream_write,
             [RT_IO_SHUTDOWN] = stream_shutdown},
    .close = stream_close,
};

int rt_tcp_stream_adopt(struct rt_tcp_stream *stream, int fd)
{
    struct rt_runtime *runtime = rt_current_or_panic("rt_tcp_stream_adopt");

    *stream = (struct rt_tcp_stream){.io.ops = &stream_ops, .fd = fd};
    return rt_socket_adopt(runtime, &stream->fd, "tcp stream", &stream->source);
}

int rt_tcp_stream_shutdown(struct rt_tcp_stream *stream)
{
    return stream->source ? rt_socket_shutdown(stream->fd, SHUT_WR) : -EBADF;
}

void rt_tcp_stream_close(struct rt_tcp_stream *stream)
{
    rt_socket_close(&stream->source, &stream->fd);
}

void rt_tcp_stream_peer(const struct rt_tcp_stream *stream,
                        char text[RT_TCP_ADDRESS_SIZE])
{
    struct rt_address peer;

    if (!stream->source || rt_socket_peer(stream->fd, &peer) < 0) {
        snprintf(text, RT_TCP_ADDRESS_SIZE, "nobody");
        return;
    }
    rt_address_print(&peer, text, RT_TCP_ADDRESS_SIZE);
}

/* ---- peek ---- */

static enum rt_poll peek_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_read *self = RT_SELF(future, struct rt_read);
    struct rt_source *source = stream_of(self->io)->source;
    struct rt_attempt attempt = rt_attempt(source, &self->waiter, RT_READABLE);
    size_t size = rt_attempt_size(&attempt, cx, self->rest.iov_len);

    while (rt_attempt_next(&attempt, cx)) {
        /* The bytes stay there, so a short count doesn't clear readiness. */
        rt_attempt_end(
            &attempt, recv(source->fd, self->rest.iov_base, size, MSG_PEEK), 0);
    }
    self->result = attempt.result;
    return attempt.poll;
}

static void peek_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&RT_SELF(future, struct rt_read)->waiter);
}

static const struct rt_future_ops peek_ops = {
    .poll = peek_poll,
    .drop = peek_drop,
    .name = "peek",
};

struct rt_read rt_tcp_peek(struct rt_tcp_stream *stream, void *buffer,
                           size_t size)
{
    struct rt_read peek = rt_read(&stream->io, buffer, size);

    peek.future.ops = &peek_ops;
    return peek;
}
