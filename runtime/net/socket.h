/*
 * Sockets: what all of them share, whatever they carry. The system calls that
 * never wait are functions on an fd: of a stream, a listener, a UDP socket, or
 * one that rt_socket_open made. They give 0, or a negative errno: -EBADF when
 * it is closed. Any thread.
 *
 * A socket that needs options before it listens or connects is made in steps:
 *
 *     int fd = rt_socket_open(AF_INET6, SOCK_STREAM);
 *     rt_socket_set(fd, RT_SOCKET_ONLY_V6, 1);
 *     rt_socket_bind(fd, &address);
 *     rt_tcp_listen_on(&listener, fd, 16);
 */
#ifndef RT_NET_SOCKET_H
#define RT_NET_SOCKET_H

#include "io/attempt.h"
#include "net/address.h"

/* What can be set, and what the value is. */
enum rt_socket_option {
    RT_SOCKET_REUSE_ADDRESS,  /* 0 or 1; rt_tcp_listen sets it */
    RT_SOCKET_REUSE_PORT,     /* 0 or 1: several sockets share a port */
    RT_SOCKET_ONLY_V6,        /* 0 or 1: "::" doesn't mean 0.0.0.0 too */
    RT_SOCKET_SEND_BUFFER,    /* bytes; Linux keeps, and gives, the double */
    RT_SOCKET_RECEIVE_BUFFER, /* the same */
    RT_SOCKET_LINGER_S,       /* seconds; -1: a close sends the rest in the
                                 background, as usual; 0: a close resets the
                                 connection; more: a close blocks the thread */
    RT_SOCKET_TTL,            /* 1..255 routers */
    /* TCP */
    RT_SOCKET_NODELAY,              /* 0 or 1: small writes go at once */
    RT_SOCKET_KEEPALIVE,            /* 0 or 1: a silent peer is asked */
    RT_SOCKET_KEEPALIVE_IDLE_S,     /* after so many seconds of silence, */
    RT_SOCKET_KEEPALIVE_INTERVAL_S, /* every so many seconds, */
    RT_SOCKET_KEEPALIVE_COUNT,      /* so many times */
    /* UDP */
    RT_SOCKET_BROADCAST,      /* 0 or 1: may send to a broadcast address */
    RT_SOCKET_MULTICAST_TTL,  /* 0..255 routers */
    RT_SOCKET_MULTICAST_LOOP, /* 0 or 1: what we send to a group reaches this
                                 machine too; matters on the sender, for IPv6 */
};

/* A non-blocking socket: the fd, owned by the caller; or a negative errno. */
int rt_socket_open(int family, int type);

/* Sets or gets an option. -EINVAL or -ENOPROTOOPT: not on such a socket. */
int rt_socket_set(int fd, enum rt_socket_option option, int value);
int rt_socket_get(int fd, enum rt_socket_option option, int *value);

/* Gives it an address on this machine. -EADDRINUSE: another one has it. */
int rt_socket_bind(int fd, const struct rt_address *address);

/* Opens and binds in one step; a stream socket gets RT_SOCKET_REUSE_ADDRESS. */
int rt_socket_open_bound(const struct rt_address *address, int type);

/* Where the socket is, and where it is connected to. */
int rt_socket_local(int fd, struct rt_address *address);
int rt_socket_peer(int fd, struct rt_address *address);

/*
 * SHUT_WR: we send no more (FIN). SHUT_RDWR ends it without closing it: reads
 * give 0, writes -EPIPE, and accept -EINVAL (not on a Unix socket: that goes on
 * waiting). So, unlike a close, it may come from any thread while others work
 * on the socket.
 */
int rt_socket_shutdown(int fd, int how);

/*
 * Registers it with the driver of the runtime. On an error it is closed, and
 * *fd is -1. Undone by rt_socket_close.
 */
int rt_socket_adopt(struct rt_runtime *runtime, int *fd, const char *what,
                    struct rt_source **source);

/*
 * Deregisters and closes it; harmless the second time. Who waits is woken and
 * finds no source.
 */
void rt_socket_close(struct rt_source **source, int *fd);

#endif
