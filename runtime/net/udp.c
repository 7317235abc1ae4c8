#include "net/udp.h"

#include <errno.h>
#include <string.h>

#include "future/async.h"

/* ---- sockets ---- */

int rt_udp_adopt(struct rt_udp_socket *socket, int fd)
{
    *socket = (struct rt_udp_socket){.fd = fd};
    return rt_socket_adopt(rt_current_or_panic("rt_udp_adopt"), &socket->fd,
                           "udp socket", &socket->source);
}

int rt_udp_bind(struct rt_udp_socket *socket, const char *host, uint16_t port)
{
    struct rt_address address;
    int error = rt_address_make_ip(&address, host, port);
    int fd = error ? error : rt_socket_open_bound(&address, SOCK_DGRAM);

    *socket = (struct rt_udp_socket){.fd = -1};
    return fd < 0 ? fd : rt_udp_adopt(socket, fd);
}

int rt_udp_connect(struct rt_udp_socket *socket, const struct rt_address *peer)
{
    return connect(socket->fd, &peer->any, peer->size) < 0 ? -errno : 0;
}

void rt_udp_close(struct rt_udp_socket *socket)
{
    rt_socket_close(&socket->source, &socket->fd);
}

/* ---- receiving ---- */

/* As a system call: the size of the datagram, or -1 and errno. */
static ssize_t receive_once(struct rt_udp_receive *receive)
{
    struct rt_address *peer = &receive->peer;
    ssize_t count;

    /* MSG_TRUNC: the count is that of the whole datagram. */
    peer->size = sizeof(peer->local);
    count = recvfrom(receive->socket->fd, receive->buffer, receive->size,
                     receive->flags | MSG_TRUNC, &peer->any, &peer->size);
    receive->is_truncated = count > (ssize_t)receive->size;
    return receive->is_truncated ? (ssize_t)receive->size : count;
}

static enum rt_poll receive_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_udp_receive *self = RT_SELF(future, struct rt_udp_receive);
    struct rt_attempt attempt =
        rt_attempt(self->socket->source, &self->waiter, RT_READABLE);

    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, receive_once(self), 0);
    }
    self->result = attempt.result;
    return attempt.poll;
}

static void receive_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&RT_SELF(future, struct rt_udp_receive)->waiter);
}

static const struct rt_future_ops receive_ops = {
    .poll = receive_poll,
    .drop = receive_drop,
    .name = "udp receive",
};

struct rt_udp_receive rt_udp_receive(struct rt_udp_socket *socket, void *buffer,
                                     size_t size)
{
    return (struct rt_udp_receive){
        .future = RT_FUTURE(&receive_ops),
        .socket = socket,
        .buffer = buffer,
        .size = size,
    };
}

struct rt_udp_receive rt_udp_peek(struct rt_udp_socket *socket, void *buffer,
                                  size_t size)
{
    struct rt_udp_receive peek = rt_udp_receive(socket, buffer, size);

    peek.flags = MSG_PEEK;
    return peek;
}

/* ---- sending ---- */

static ssize_t send_once(const struct rt_udp_send *send)
{
    const struct rt_address *peer = &send->peer;

    return sendto(send->socket->fd, send->buffer, send->size, MSG_NOSIGNAL,
                  peer->size ? &peer->any : NULL, peer->size);
}

static enum rt_poll send_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_udp_send *self = RT_SELF(future, struct rt_udp_send);
    struct rt_attempt attempt =
        rt_attempt(self->socket->source, &self->waiter, RT_WRITABLE);

    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, send_once(self), 0);
    }
    self->result = attempt.result;
    return attempt.poll;
}

static void send_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&RT_SELF(future, struct rt_udp_send)->waiter);
}

static const struct rt_future_ops send_ops = {
    .poll = send_poll,
    .drop = send_drop,
    .name = "udp send",
};

struct rt_udp_send rt_udp_send(struct rt_udp_socket *socket, const void *buffer,
                               size_t size)
{
    return (struct rt_udp_send){
        .future = RT_FUTURE(&send_ops),
        .socket = socket,
        .buffer = buffer,
        .size = size,
    };
}

struct rt_udp_send rt_udp_send_to(struct rt_udp_socket *socket,
                                  const void *buffer, size_t size,
                                  const struct rt_address *peer)
{
    struct rt_udp_send send = rt_udp_send(socket, buffer, size);

    send.peer = *peer;
    return send;
}

/* ---- multicast ---- */

static int change_group(const struct rt_udp_socket *socket, int change,
                        const char *group, unsigned interface)
{
    struct group_req request = {.gr_interface = interface};
    struct rt_address address;
    int error = rt_address_make_ip(&address, group, 0);
    int level = address.any.sa_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;

    if (error) {
        return error;
    }
    memcpy(&request.gr_group, &address.any, address.size);
    return setsockopt(socket->fd, level, change, &request, sizeof(request)) < 0
               ? -errno
               : 0;
}

int rt_udp_join(struct rt_udp_socket *socket, const char *group,
                unsigned interface)
{
    return change_group(socket, MCAST_JOIN_GROUP, group, interface);
}

int rt_udp_leave(struct rt_udp_socket *socket, const char *group,
                 unsigned interface)
{
    return change_group(socket, MCAST_LEAVE_GROUP, group, interface);
}
