#include "net/tcp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/address.h"
#include "net/socket.h"

enum { BACKLOG = 1024 };

/* ---- streams ---- */

static struct rt_tcp_stream *stream_of(struct rt_io *io)
{
    return (struct rt_tcp_stream *)(void *)io;
}

static enum rt_poll stream_poll_read(struct rt_io *io,
                                     struct rt_io_waiter *waiter,
                                     struct rt_context *cx, void *buffer,
                                     size_t size, ssize_t *result)
{
    struct rt_tcp_stream *stream = stream_of(io);

    if (!stream->source) {
        *result = -EBADF;
        return RT_READY;
    }
    return rt_socket_poll_recv(stream->source, waiter, cx, buffer, size,
                               result);
}

static enum rt_poll stream_poll_write(struct rt_io *io,
                                      struct rt_io_waiter *waiter,
                                      struct rt_context *cx, const void *buffer,
                                      size_t size, ssize_t *result)
{
    struct rt_tcp_stream *stream = stream_of(io);

    if (!stream->source) {
        *result = -EBADF;
        return RT_READY;
    }
    return rt_socket_poll_send(stream->source, waiter, cx, buffer, size,
                               result);
}

static enum rt_poll stream_poll_shutdown(struct rt_io *io,
                                         struct rt_io_waiter *waiter,
                                         struct rt_context *cx, ssize_t *result)
{
    (void)waiter;
    (void)cx;
    *result = rt_tcp_stream_shutdown(stream_of(io));
    return RT_READY;
}

static void stream_close(struct rt_io *io)
{
    rt_tcp_stream_close(stream_of(io));
}

static const struct rt_io_ops stream_io_ops = {
    .poll_read = stream_poll_read,
    .poll_write = stream_poll_write,
    .poll_shutdown = stream_poll_shutdown,
    .close = stream_close,
};

/* Makes a stream of a connected fd, which it takes, also on an error. */
static int stream_init(struct rt_tcp_stream *stream, struct rt_runtime *runtime,
                       int fd)
{
    int error = rt_driver_register(rt_runtime_driver(runtime), fd, "tcp stream",
                                   &stream->source);

    if (error) {
        close(fd);
        return error;
    }
    stream->io.ops = &stream_io_ops;
    stream->fd = fd;
    return 0;
}

int rt_tcp_stream_shutdown(struct rt_tcp_stream *stream)
{
    if (!stream->source) {
        return -EBADF;
    }
    return shutdown(stream->fd, SHUT_WR) < 0 ? -errno : 0;
}

void rt_tcp_stream_close(struct rt_tcp_stream *stream)
{
    if (stream->source) {
        rt_driver_deregister(stream->source);
        close(stream->fd);
        stream->source = NULL;
    }
}

void rt_tcp_stream_peer(const struct rt_tcp_stream *stream,
                        char text[RT_TCP_ADDRESS_SIZE])
{
    struct rt_address peer = {.size = sizeof(peer.v6)};

    if (!stream->source || getpeername(stream->fd, &peer.any, &peer.size) < 0) {
        snprintf(text, RT_TCP_ADDRESS_SIZE, "nobody");
        return;
    }
    rt_address_print(&peer, text, RT_TCP_ADDRESS_SIZE);
}

/* ---- listeners ---- */

static int bind_and_listen(int fd, const struct rt_address *address)
{
    int yes = 1;

    /* Or the port of a server that has just ended stays taken for a while. */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(fd, &address->any, address->size) < 0 || listen(fd, BACKLOG) < 0) {
        return -errno;
    }
    return 0;
}

static int open_listener(const char *host, uint16_t port)
{
    struct rt_address address;
    int error = rt_address_make(&address, host, port);
    int fd;

    if (error) {
        return error;
    }
    fd = rt_socket_open(address.any.sa_family);
    if (fd < 0) {
        return fd;
    }
    error = bind_and_listen(fd, &address);
    if (error) {
        close(fd);
        return error;
    }
    return fd;
}

int rt_tcp_listen(struct rt_tcp_listener *listener, const char *host,
                  uint16_t port)
{
    struct rt_runtime *runtime = rt_current_or_panic("rt_tcp_listen");
    int fd = open_listener(host, port);
    int error;

    *listener = (struct rt_tcp_listener){.fd = -1};
    if (fd < 0) {
        return fd;
    }
    error = rt_driver_register(rt_runtime_driver(runtime), fd, "tcp listener",
                               &listener->source);
    if (error) {
        close(fd);
        return error;
    }
    listener->fd = fd;
    return 0;
}

uint16_t rt_tcp_listener_port(const struct rt_tcp_listener *listener)
{
    struct rt_address own = {.size = sizeof(own.v6)};

    if (!listener->source ||
        getsockname(listener->fd, &own.any, &own.size) < 0) {
        return 0;
    }
    /* The port is at the same place in both families. */
    return own.any.sa_family == AF_UNIX ? 0 : ntohs(own.v4.sin_port);
}

void rt_tcp_listener_close(struct rt_tcp_listener *listener)
{
    if (listener->source) {
        rt_driver_deregister(listener->source);
        close(listener->fd);
        listener->source = NULL;
    }
}

/* ---- accept ---- */

static struct rt_tcp_accept *accept_of(struct rt_future *future)
{
    return (struct rt_tcp_accept *)(void *)future;
}

static enum rt_poll accept_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_tcp_accept *accept = accept_of(future);
    struct rt_tcp_listener *listener = accept->listener;
    ssize_t fd;

    if (!listener->source) {
        accept->result = -EBADF;
        return RT_READY;
    }
    if (rt_socket_poll_accept(listener->source, &accept->waiter, cx, &fd) ==
        RT_PENDING) {
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

/* Begins to connect: 0, -EINPROGRESS, or another error. */
static int begin_connect(struct rt_tcp_connect *connecting,
                         struct rt_runtime *runtime)
{
    struct rt_address address;
    int error = rt_address_make(&address, connecting->host, connecting->port);
    int fd;

    if (error) {
        return error;
    }
    fd = rt_socket_open(address.any.sa_family);
    if (fd < 0) {
        return fd;
    }
    if (connect(fd, &address.any, address.size) < 0) {
        /* No such socket file (RT_NET=local) is a port nobody listens on. */
        error = errno == ENOENT ? -ECONNREFUSED : -errno;
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

    getsockopt(connecting->stream.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
    return error ? -1 : 0;
}

static enum rt_poll connect_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_tcp_connect *connecting = connect_of(future);
    struct rt_attempt attempt;

    if (connecting->result != -EINPROGRESS) {
        connecting->result = begin_connect(connecting, rt_context_runtime(cx));
        if (connecting->result != -EINPROGRESS) {
            return RT_READY;
        }
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
}

static const struct rt_future_ops connect_ops = {
    .poll = connect_poll,
    .drop = connect_drop,
    .name = "connect",
};

struct rt_tcp_connect rt_tcp_connect(const char *host, uint16_t port)
{
    struct rt_tcp_connect connecting = {
        .future = RT_FUTURE(&connect_ops),
        .port = port,
    };

    strncpy(connecting.host, host, sizeof(connecting.host) - 1);
    return connecting;
}
