/*
 * Unix sockets: between programs on one machine. They differ from TCP and UDP
 * in their addresses only, so they are the same structs, and what net/tcp.h
 * and net/udp.h say of accepting, reading, sending and closing holds for them.
 *
 *     rt_unix_listen(&self->listener, "/run/my/socket");
 *     self->accept = rt_tcp_accept(&self->listener);
 *     RT_AWAIT(self->accept);
 *
 * A path is that of a socket file. It is made by listening or binding, and
 * stays when the socket is closed: unlink is the caller's. With a first '@' it
 * is an abstract name, which is no file and goes with its socket. All is to be
 * called inside a runtime, and gives 0 or a negative errno.
 */
#ifndef RT_NET_UNIX_H
#define RT_NET_UNIX_H

#include "net/tcp.h"
#include "net/udp.h"

/* Listens on a path: -EADDRINUSE when it is there, even if nobody listens. */
int rt_unix_listen(struct rt_tcp_listener *listener, const char *path);

/*
 * Connects to a path: -ECONNREFUSED when nobody listens there, also without
 * such a file; -EAGAIN when too many wait to be accepted.
 */
struct rt_tcp_connect rt_unix_connect(const char *path);

/* Makes two streams that are connected to each other. */
int rt_unix_pair(struct rt_tcp_stream *one, struct rt_tcp_stream *other);

/*
 * A socket for datagrams: they arrive, and in order. A send waits while the
 * receiver has many unread; connect it, or only a read of one of its own
 * datagrams will wake it.
 */
int rt_unix_bind(struct rt_udp_socket *socket, const char *path);

/* The same without a name: it can send, but nobody can send to it. */
int rt_unix_unbound(struct rt_udp_socket *socket);

/* Two of them that are connected to each other. */
int rt_unix_datagram_pair(struct rt_udp_socket *one,
                          struct rt_udp_socket *other);

#endif
