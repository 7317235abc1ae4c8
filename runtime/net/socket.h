/*
 * Sockets: the system calls of stream sockets.
 */
#ifndef RT_NET_SOCKET_H
#define RT_NET_SOCKET_H

#include "io/attempt.h"
#include "net/address.h"

/* A non-blocking stream socket for the family: the fd, or -errno. */
int rt_socket_open(int family);

/*
 * recv or send on a registered, non-blocking socket: RT_READY with *result
 * (bytes or -errno), or RT_PENDING with the waiter left.
 */
enum rt_poll rt_socket_poll_recv(struct rt_source *source,
                                 struct rt_io_waiter *waiter,
                                 struct rt_context *cx, void *buffer,
                                 size_t size, ssize_t *result);
enum rt_poll rt_socket_poll_send(struct rt_source *source,
                                 struct rt_io_waiter *waiter,
                                 struct rt_context *cx, const void *buffer,
                                 size_t size, ssize_t *result);

/* The same for accept: *result is the new fd, or -errno. */
enum rt_poll rt_socket_poll_accept(struct rt_source *source,
                                   struct rt_io_waiter *waiter,
                                   struct rt_context *cx, ssize_t *result);

#endif
