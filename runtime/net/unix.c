#include "net/unix.h"

#include <errno.h>

/* ---- streams ---- */

int rt_unix_listen(struct rt_tcp_listener *listener, const char *path)
{
    struct rt_address address;
    int error = rt_address_make_path(&address, path);

    *listener = (struct rt_tcp_listener){.fd = -1};
    return error ? error : rt_tcp_listen_to(listener, &address);
}

struct rt_tcp_connect rt_unix_connect(const char *path)
{
    struct rt_address address = {.size = 0};
    int error = rt_address_make_path(&address, path);
    struct rt_tcp_connect connecting = rt_tcp_connect_to(&address);

    connecting.result = error;
    return connecting;
}

/* Two connected sockets. */
static int open_pair(int type, int fds[2])
{
    return socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0
               ? -errno
               : 0;
}

int rt_unix_pair(struct rt_tcp_stream *one, struct rt_tcp_stream *other)
{
    int fds[2];
    int error = open_pair(SOCK_STREAM, fds);

    *one = *other = (struct rt_tcp_stream){.fd = -1};
    if (!error) {
        int second = rt_tcp_stream_adopt(other, fds[1]);

        error = rt_tcp_stream_adopt(one, fds[0]);
        error = error ? error : second;
    }
    if (error) {
        rt_tcp_stream_close(one);
        rt_tcp_stream_close(other);
    }
    return error;
}

/* ---- datagrams ---- */

int rt_unix_bind(struct rt_udp_socket *socket, const char *path)
{
    struct rt_address address;
    int error = rt_address_make_path(&address, path);
    int fd = error ? error : rt_socket_open_bound(&address, SOCK_DGRAM);

    *socket = (struct rt_udp_socket){.fd = -1};
    return fd < 0 ? fd : rt_udp_adopt(socket, fd);
}

int rt_unix_unbound(struct rt_udp_socket *socket)
{
    int fd = rt_socket_open(AF_UNIX, SOCK_DGRAM);

    *socket = (struct rt_udp_socket){.fd = -1};
    return fd < 0 ? fd : rt_udp_adopt(socket, fd);
}

int rt_unix_datagram_pair(struct rt_udp_socket *one,
                          struct rt_udp_socket *other)
{
    int fds[2];
    int error = open_pair(SOCK_DGRAM, fds);

    *one = *other = (struct rt_udp_socket){.fd = -1};
    if (!error) {
        int second = rt_udp_adopt(other, fds[1]);

        error = rt_udp_adopt(one, fds[0]);
        error = error ? error : second;
    }
    if (error) {
        rt_udp_close(one);
        rt_udp_close(other);
    }
    return error;
}
