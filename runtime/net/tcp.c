#include "net/tcp.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* ---- streams ---- */

static struct rt_tcp_stream *stream_of(struct rt_io *io)
{
    return (struct rt_tcp_stream *)(void *)io;
}

static enum rt_poll stream_read(struct rt_io *io, struct rt_io_request *request,
                                struct rt_context *cx)
{
    struct rt_source *source = stream_of(io)->source;
    const struct iovec *pieces = request->pieces;

    return request->count == 1
               ? rt_socket_poll_recv(source, request->waiter, cx,
                                     pieces->iov_base, pieces->iov_len,
                                     &request->result)
               : rt_socket_poll_recv_vectored(source, request->waiter, cx,
                                              pieces, request->count,
                                              &request->result);
}

static enum rt_poll stream_write(struct rt_io *io,
                                 struct rt_io_request *request,
                                 struct rt_context *cx)
{
    struct rt_source *source = stream_of(io)->source;
    const struct iovec *pieces = request->pieces;

    return request->count == 1
               ? rt_socket_poll_send(source, request->waiter, cx,
                                     pieces->iov_base, pieces->iov_len,
                                     &request->result)
               : rt_socket_poll_send_vectored(source, request->waiter, cx,
                                              pieces, request->count,
                                              &request->result);
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

static const struct rt_io_ops stream_io_ops = {
    .poll = {[RT_IO_READ] = stream_read,
             [RT_IO_WRITE] = stream_write,
             [RT_IO_SHUTDOWN] = stream_shutdown},
    .close = stream_close,
};

static int stream_init(struct rt_tcp_stream *stream, struct rt_runtime *runtime,
                       int fd)
{
    *stream = (struct rt_tcp_stream){.io.ops = &stream_io_ops, .fd = fd};
    return rt_socket_adopt(runtime, &stream->fd, "tcp stream", &stream->source);
}

int rt_tcp_stream_adopt(struct rt_tcp_stream *stream, int fd)
{
    return stream_init(stream, rt_current_or_panic("rt_tcp_stream_adopt"), fd);
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
    struct rt_read *peek = (struct rt_read *)(void *)future;
    struct rt_source *source = stream_of(peek->io)->source;
    struct rt_attempt attempt = rt_attempt(source, &peek->waiter, RT_READABLE);
    size_t asked = rt_attempt_size(&attempt, cx, peek->size);

    while (rt_attempt_next(&attempt, cx)) {
        /* The bytes stay there, so a short count doesn't clear readiness. */
        rt_attempt_end(&attempt,
                       recv(source->fd, peek->buffer, asked, MSG_PEEK), 0);
    }
    peek->result = attempt.result;
    return attempt.poll;
}

static void peek_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&((struct rt_read *)(void *)future)->waiter);
}

static const struct rt_future_ops peek_ops = {
    .poll = peek_poll,
    .drop = peek_drop,
    .name = "peek",
};

struct rt_read rt_tcp_peek(struct rt_tcp_stream *stream, void *buffer,
                           size_t size)
{
    return (struct rt_read){
        .future = RT_FUTURE(&peek_ops),
        .io = &stream->io,
        .buffer = buffer,
        .size = size,
    };
}

/* ---- listeners ---- */

int rt_tcp_listen_on(struct rt_tcp_listener *listener, int fd, int backlog)
{
    struct rt_runtime *runtime = rt_current_or_panic("rt_tcp_listen");

    *listener = (struct rt_tcp_listener){.fd = fd};
    if (listen(fd, backlog) < 0) {
        int error = -errno;

        close(fd);
        listener->fd = -1;
        return error;
    }
    return rt_socket_adopt(runtime, &listener->fd, "tcp listener",
                           &listener->source);
}

int rt_tcp_listen_to(struct rt_tcp_listener *listener,
                     const struct rt_address *address)
{
    int fd = rt_socket_open_bound(address, SOCK_STREAM);

    *listener = (struct rt_tcp_listener){.fd = -1};
    if (fd < 0) {
        return fd;
    }
    return rt_tcp_listen_on(listener, fd, RT_TCP_BACKLOG);
}

int rt_tcp_listen(struct rt_tcp_listener *listener, const char *host,
                  uint16_t port)
{
    struct rt_address address;
    int error = rt_address_make(&address, host, port);

    *listener = (struct rt_tcp_listener){.fd = -1};
    return error ? error : rt_tcp_listen_to(listener, &address);
}

uint16_t rt_tcp_listener_port(const struct rt_tcp_listener *listener)
{
    struct rt_address own;

    if (!listener->source || rt_socket_local(listener->fd, &own) < 0) {
        return 0;
    }
    return rt_address_port(&own);
}

void rt_tcp_listener_close(struct rt_tcp_listener *listener)
{
    rt_socket_close(&listener->source, &listener->fd);
}

/* ---- accept ---- */

static struct rt_tcp_accept *accept_of(struct rt_future *future)
{
    return (struct rt_tcp_accept *)(void *)future;
}

static enum rt_poll accept_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_tcp_accept *accept = accept_of(future);
    ssize_t fd;

    if (rt_socket_poll_accept(accept->listener->source, &accept->waiter, cx,
                              &fd) == RT_PENDING) {
        return RT_PENDING;
    }
    accept->result =
        fd < 0 ? (int)fd
               : stream_init(&accept->stream, rt_context_runtime(cx), (int)fd);
    return RT_READY;
}

static void accept_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&accept_of(future)->waiter);
}

static const struct rt_future_ops accept_ops = {
    .poll = accept_poll,
    .drop = accept_drop,
    .name = "accept",
};

struct rt_tcp_accept rt_tcp_accept(struct rt_tcp_listener *listener)
{
    return (struct rt_tcp_accept){
        .future = RT_FUTURE(&accept_ops),
        .listener = listener,
    };
}

bool rt_tcp_accept_should_retry(int error)
{
    switch (error) {
    case -ECONNABORTED:
    case -EMFILE:
    case -ENFILE:
    case -ENOBUFS:
    case -ENOMEM:
    case -ENOSPC: /* of epoll: no more sockets may be watched */
    case -EPROTO:
    case -EPERM:
        return true;
    default:
        return false;
    }
}

/* ---- connect ---- */

static struct rt_tcp_connect *connect_of(struct rt_future *future)
{
    return (struct rt_tcp_connect *)(void *)future;
}

static int error_of_connect(int number)
{
    switch (number) {
    case ENOENT: /* no such socket file: a port that nobody listens on */
        return -ECONNREFUSED;
    case EINTR: /* it goes on all the same */
        return -EINPROGRESS;
    default:
        return -number;
    }
}

/* Begins to connect: 0, -EINPROGRESS, or another error. */
static int begin_connect(struct rt_tcp_connect *connecting,
                         struct rt_runtime *runtime)
{
    const struct rt_address *peer = &connecting->peer;
    int fd = connecting->fd;
    int error = 0;

    if (fd < 0) {
        fd = rt_socket_open(peer->any.sa_family, SOCK_STREAM);
    }
    if (fd < 0) {
        return fd;
    }
    connecting->fd = -1;
    if (connect(fd, &peer->any, peer->size) < 0) {
        error = error_of_connect(errno);
    }
    if (error && error != -EINPROGRESS) {
        close(fd);
        return error;
    }
    fd = stream_init(&connecting->stream, runtime, fd);
    return fd < 0 ? fd : error;
}

/* As a system call: 0, or -1 and errno. */
static int outcome_of_connect(const struct rt_tcp_connect *connecting)
{
    int error = 0;
    socklen_t size = sizeof(error);

    if (getsockopt(connecting->stream.fd, SOL_SOCKET, SO_ERROR, &error, &size) <
        0) {
        return -1;
    }
    errno = error;
    return error ? -1 : 0;
}

static enum rt_poll connect_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_tcp_connect *connecting = connect_of(future);
    struct rt_attempt attempt;

    if (connecting->result == 0) {
        connecting->result = begin_connect(connecting, rt_context_runtime(cx));
    }
    if (connecting->result != -EINPROGRESS) {
        return RT_READY;
    }
    attempt =
        rt_attempt(connecting->stream.source, &connecting->waiter, RT_WRITABLE);
    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, outcome_of_connect(connecting), 0);
    }
    if (attempt.poll == RT_READY) {
        connecting->result = (int)attempt.result;
        if (connecting->result) {
            rt_tcp_stream_close(&connecting->stream);
        }
    }
    return attempt.poll;
}

static void connect_drop(struct rt_future *future)
{
    struct rt_tcp_connect *connecting = connect_of(future);

    rt_io_waiter_cancel(&connecting->waiter);
    if (connecting->result == -EINPROGRESS) {
        rt_tcp_stream_close(&connecting->stream);
    }
    if (connecting->fd >= 0) {
        close(connecting->fd);
    }
}

static const struct rt_future_ops connect_ops = {
    .poll = connect_poll,
    .drop = connect_drop,
    .name = "connect",
};

static struct rt_tcp_connect make_connect(int error, int fd,
                                          const struct rt_address *peer)
{
    return (struct rt_tcp_connect){
        .future = RT_FUTURE(&connect_ops),
        .result = error,
        .fd = fd,
        .peer = *peer,
    };
}

struct rt_tcp_connect rt_tcp_connect_to(const struct rt_address *peer)
{
    return make_connect(0, -1, peer);
}

struct rt_tcp_connect rt_tcp_connect_on(int fd, const struct rt_address *peer)
{
    return make_connect(0, fd, peer);
}

struct rt_tcp_connect rt_tcp_connect(const char *host, uint16_t port)
{
    struct rt_address peer = {.size = 0};
    int error = rt_address_make(&peer, host, port);

    return make_connect(error, -1, &peer);
}
