/*
 * UDP: datagrams. Each is sent and received as a whole, or not at all; a send
 * succeeds when it is on its way, whoever is there to receive it.
 *
 *     rt_udp_bind(&self->socket, "127.0.0.1", 7);
 *     self->receive = rt_udp_receive(&self->socket, self->buffer, SIZE);
 *     RT_AWAIT(self->receive);
 *     self->send = rt_udp_send_to(&self->socket, self->buffer,
 *                                 (size_t)self->receive.result,
 *                                 &self->receive.peer);
 *     RT_AWAIT(self->send);
 *
 * A socket may be moved while no future works on it, and is closed by its
 * owner. Its fd is for the functions of net/socket.h: options, addresses.
 * RT_NET=local is for TCP only and changes nothing here. Hostile mode makes
 * sockets not ready, but never shortens a datagram.
 *
 * Threads: any number of tasks may send and receive on one socket, on any
 * threads. A close wakes who waits, and their result is -EBADF; but it must
 * not come while another thread is inside of a poll of the same socket.
 */
#ifndef RT_NET_UDP_H
#define RT_NET_UDP_H

#include "net/socket.h"

struct rt_udp_socket {
    struct rt_source *source; /* owned; NULL: closed */
    int fd;                   /* owned; -1: closed */
};

struct rt_udp_receive {
    struct rt_future future;
    struct rt_udp_socket *socket; /* borrowed */
    struct rt_io_waiter waiter;
    void *buffer; /* borrowed */
    size_t size;
    int flags;              /* of recvfrom */
    ssize_t result;         /* when ready: 0..size bytes, or -errno */
    bool is_truncated;      /* it was longer than size: the rest is lost */
    struct rt_address peer; /* who sent it */
};

struct rt_udp_send {
    struct rt_future future;
    struct rt_udp_socket *socket; /* borrowed */
    struct rt_io_waiter waiter;
    const void *buffer; /* borrowed */
    size_t size;
    struct rt_address peer; /* to whom; of size 0: to whom we are connected */
    ssize_t result;         /* when ready: size, or a negative errno */
};

/*
 * A socket on a numeric address ("0.0.0.0", "::1") and a port (0: any free
 * one). Called inside a runtime. 0 or a negative errno.
 */
int rt_udp_bind(struct rt_udp_socket *socket, const char *host, uint16_t port);

/*
 * Makes one of a non-blocking datagram socket (rt_socket_open, options,
 * rt_socket_bind). Called inside a runtime. Takes the fd, also on an error.
 */
int rt_udp_adopt(struct rt_udp_socket *socket, int fd);

/*
 * From now on it sends to this peer and hears only this one; and when nobody
 * is there, a later send or receive fails with -ECONNREFUSED. Doesn't wait. 0
 * or a negative errno. It may be called again, for another peer.
 */
int rt_udp_connect(struct rt_udp_socket *socket, const struct rt_address *peer);

/* Closes it; harmless when closed before, or never opened (zeroed). */
void rt_udp_close(struct rt_udp_socket *socket);

/* Receives one datagram; result 0 is one of no bytes, not an end. */
struct rt_udp_receive rt_udp_receive(struct rt_udp_socket *socket, void *buffer,
                                     size_t size);

/* The same, but the datagram stays there for the next receive. */
struct rt_udp_receive rt_udp_peek(struct rt_udp_socket *socket, void *buffer,
                                  size_t size);

/* Sends one datagram to the peer of rt_udp_connect. */
struct rt_udp_send rt_udp_send(struct rt_udp_socket *socket, const void *buffer,
                               size_t size);

/* Sends one to this peer (which is copied). */
struct rt_udp_send rt_udp_send_to(struct rt_udp_socket *socket,
                                  const void *buffer, size_t size,
                                  const struct rt_address *peer);

/*
 * Enters or leaves a multicast group ("239.1.2.3", "ff02::7") on the interface
 * of this index (if_nametoindex; 0: the kernel's choice). 0 or -errno.
 */
int rt_udp_join(struct rt_udp_socket *socket, const char *group,
                unsigned interface);
int rt_udp_leave(struct rt_udp_socket *socket, const char *group,
                 unsigned interface);

#endif
