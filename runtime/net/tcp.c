#define _GNU_SOURCE /* accept4 */

#include "net/tcp.h"

#include <errno.h>
#include <unistd.h>

#include "future/async.h"

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

/* As a system call: the new fd, or -1 and errno. */
static ssize_t accept_one(const struct rt_attempt *attempt,
                          const struct rt_context *cx)
{
    if (rt_attempt_strikes(attempt, cx, RT_HOSTILE_ACCEPT)) {
        struct rt_hostility *hostility = rt_runtime_hostility(cx->runtime);

        errno = rt_random_one_in(&hostility->random, 2) ? EMFILE : ECONNABORTED;
        return -1;
    }
    return accept4(attempt->source->fd, NULL, NULL,
                   SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static enum rt_poll accept_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_tcp_accept *self = RT_SELF(future, struct rt_tcp_accept);
    struct rt_attempt attempt =
        rt_attempt(self->listener->source, &self->waiter, RT_READABLE);

    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, accept_one(&attempt, cx), 0);
    }
    self->result = (int)attempt.result;
    if (attempt.poll == RT_READY && self->result >= 0) {
        self->result = rt_tcp_stream_adopt(&self->stream, self->result);
    }
    return attempt.poll;
}

static void accept_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&RT_SELF(future, struct rt_tcp_accept)->waiter);
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
static int begin_connect(struct rt_tcp_connect *self)
{
    const struct rt_address *peer = &self->peer;
    int fd = self->fd >= 0 ? self->fd
                           : rt_socket_open(peer->any.sa_family, SOCK_STREAM);
    int error = 0;
    int refused;

    if (fd < 0) {
        return fd;
    }
    self->fd = -1;
    if (connect(fd, &peer->any, peer->size) < 0) {
        error = error_of_connect(errno);
    }
    if (error && error != -EINPROGRESS) {
        close(fd);
        return error;
    }
    refused = rt_tcp_stream_adopt(&self->stream, fd);
    return refused ? refused : error;
}

/* As a system call: 0, or -1 and errno. */
static int outcome_of_connect(const struct rt_tcp_connect *self)
{
    int error = 0;
    socklen_t size = sizeof(error);

    if (getsockopt(self->stream.fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) {
        return -1;
    }
    errno = error;
    return error ? -1 : 0;
}

static enum rt_poll connect_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_tcp_connect *self = RT_SELF(future, struct rt_tcp_connect);
    struct rt_attempt attempt;

    if (self->result == 0) {
        self->result = begin_connect(self);
    }
    if (self->result != -EINPROGRESS) {
        return RT_READY;
    }
    attempt = rt_attempt(self->stream.source, &self->waiter, RT_WRITABLE);
    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, outcome_of_connect(self), 0);
    }
    if (attempt.poll == RT_READY) {
        self->result = (int)attempt.result;
        if (self->result) {
            rt_tcp_stream_close(&self->stream);
        }
    }
    return attempt.poll;
}

static void connect_drop(struct rt_future *future)
{
    struct rt_tcp_connect *self = RT_SELF(future, struct rt_tcp_connect);

    rt_io_waiter_cancel(&self->waiter);
    if (self->result == -EINPROGRESS) {
        rt_tcp_stream_close(&self->stream);
    }
    if (self->fd >= 0) {
        close(self->fd);
    }
}

static const struct rt_future_ops connect_ops = {
    .poll = connect_poll,
    .drop = connect_drop,
    .name = "connect",
};

struct rt_tcp_connect rt_tcp_connect_on(int fd, const struct rt_address *peer)
{
    return (struct rt_tcp_connect){
        .future = RT_FUTURE(&connect_ops),
        .fd = fd,
        .peer = *peer,
    };
}

struct rt_tcp_connect rt_tcp_connect_to(const struct rt_address *peer)
{
    return rt_tcp_connect_on(-1, peer);
}

struct rt_tcp_connect rt_tcp_connect(const char *host, uint16_t port)
{
    struct rt_address peer = {.size = 0};
    int error = rt_address_make(&peer, host, port);
    struct rt_tcp_connect self = rt_tcp_connect_to(&peer);

    self.result = error;
    return self;
}

/* ---- connecting to a name ---- */

static enum rt_poll connect_name_poll(struct rt_future *future,
                                      struct rt_context *cx)
{
    struct rt_tcp_connect_name *self =
        RT_SELF(future, struct rt_tcp_connect_name);

    RT_BEGIN(self);
    self->lookup =
        rt_lookup(self->host, self->port, self->addresses, RT_LOOKUP_MOST);
    RT_AWAIT(self->lookup);
    self->result = self->lookup.result;
    for (; self->tried < self->lookup.result; self->tried++) {
        self->connect = rt_tcp_connect_to(&self->addresses[self->tried]);
        RT_AWAIT(self->connect);
        self->result = self->connect.result;
        if (self->result == 0) {
            self->stream = self->connect.stream;
            RT_RETURN();
        }
    }
    RT_END(self);
}

static const struct rt_future_ops connect_name_ops = {
    .poll = connect_name_poll,
    .name = "connect by name",
};

struct rt_tcp_connect_name rt_tcp_connect_name(const char *host, uint16_t port)
{
    return (struct rt_tcp_connect_name){
        .future = RT_FUTURE(&connect_name_ops),
        .host = host,
        .port = port,
    };
}
