#include "net/socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

/* ---- making and closing ---- */

int rt_socket_open(int family, int type)
{
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    return fd < 0 ? -errno : fd;
}

int rt_socket_bind(int fd, const struct rt_address *address)
{
    return bind(fd, &address->any, address->size) < 0 ? -errno : 0;
}

int rt_socket_open_bound(const struct rt_address *address, int type)
{
    int fd = rt_socket_open(address->any.sa_family, type);
    int error;

    if (fd < 0) {
        return fd;
    }
    /* Or the port of a server that has just ended stays taken for a while. */
    if (type == SOCK_STREAM) {
        rt_socket_set(fd, RT_SOCKET_REUSE_ADDRESS, 1);
    }
    error = rt_socket_bind(fd, address);
    if (error) {
        close(fd);
        return error;
    }
    return fd;
}

int rt_socket_local(int fd, struct rt_address *address)
{
    *address = (struct rt_address){.size = sizeof(address->local)};
    return getsockname(fd, &address->any, &address->size) < 0 ? -errno : 0;
}

int rt_socket_peer(int fd, struct rt_address *address)
{
    *address = (struct rt_address){.size = sizeof(address->local)};
    return getpeername(fd, &address->any, &address->size) < 0 ? -errno : 0;
}

int rt_socket_shutdown(int fd, int how)
{
    return shutdown(fd, how) < 0 ? -errno : 0;
}

int rt_socket_adopt(struct rt_runtime *runtime, int *fd, const char *what,
                    struct rt_source **source)
{
    int error =
        rt_driver_register(rt_runtime_driver(runtime), *fd, what, source);

    if (error) {
        close(*fd);
        *fd = -1;
    }
    return error;
}

void rt_socket_close(struct rt_source **source, int *fd)
{
    struct rt_source *old = *source;

    if (old) {
        /* First, so that those whom the deregistration wakes find it closed. */
        *source = NULL;
        rt_driver_deregister(old);
        close(*fd);
        *fd = -1;
    }
}

/* ---- options ---- */

/* How the kernel calls an option: for IPv4 (and all others), for IPv6. */
struct option {
    int level;
    int name;
    int v6_level; /* 0: the same as for IPv4 */
    int v6_name;
};

static const struct option options[] = {
    [RT_SOCKET_REUSE_ADDRESS] = {SOL_SOCKET, SO_REUSEADDR, 0, 0},
    [RT_SOCKET_REUSE_PORT] = {SOL_SOCKET, SO_REUSEPORT, 0, 0},
    [RT_SOCKET_ONLY_V6] = {IPPROTO_IPV6, IPV6_V6ONLY, 0, 0},
    [RT_SOCKET_SEND_BUFFER] = {SOL_SOCKET, SO_SNDBUF, 0, 0},
    [RT_SOCKET_RECEIVE_BUFFER] = {SOL_SOCKET, SO_RCVBUF, 0, 0},
    [RT_SOCKET_LINGER_S] = {SOL_SOCKET, SO_LINGER, 0, 0},
    [RT_SOCKET_TTL] = {IPPROTO_IP, IP_TTL, IPPROTO_IPV6, IPV6_UNICAST_HOPS},
    [RT_SOCKET_NODELAY] = {IPPROTO_TCP, TCP_NODELAY, 0, 0},
    [RT_SOCKET_KEEPALIVE] = {SOL_SOCKET, SO_KEEPALIVE, 0, 0},
    [RT_SOCKET_KEEPALIVE_IDLE_S] = {IPPROTO_TCP, TCP_KEEPIDLE, 0, 0},
    [RT_SOCKET_KEEPALIVE_INTERVAL_S] = {IPPROTO_TCP, TCP_KEEPINTVL, 0, 0},
    [RT_SOCKET_KEEPALIVE_COUNT] = {IPPROTO_TCP, TCP_KEEPCNT, 0, 0},
    [RT_SOCKET_BROADCAST] = {SOL_SOCKET, SO_BROADCAST, 0, 0},
    [RT_SOCKET_MULTICAST_TTL] = {IPPROTO_IP, IP_MULTICAST_TTL, IPPROTO_IPV6,
                                 IPV6_MULTICAST_HOPS},
    [RT_SOCKET_MULTICAST_LOOP] = {IPPROTO_IP, IP_MULTICAST_LOOP, IPPROTO_IPV6,
                                  IPV6_MULTICAST_LOOP},
};

static struct option option_of(int fd, enum rt_socket_option number)
{
    struct option option = options[number];
    int family = AF_UNSPEC;
    socklen_t size = sizeof(family);

    if (option.v6_level) {
        getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
    }
    if (family == AF_INET6) {
        option.level = option.v6_level;
        option.name = option.v6_name;
    }
    return option;
}

static int set_linger(int fd, int seconds)
{
    struct linger linger = {.l_onoff = seconds >= 0, .l_linger = seconds};

    return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

int rt_socket_set(int fd, enum rt_socket_option number, int value)
{
    struct option option = option_of(fd, number);
    int status =
        number == RT_SOCKET_LINGER_S
            ? set_linger(fd, value)
            : setsockopt(fd, option.level, option.name, &value, sizeof(value));

    return status < 0 ? -errno : 0;
}

int rt_socket_get(int fd, enum rt_socket_option number, int *value)
{
    struct option option = option_of(fd, number);
    struct linger linger = {.l_onoff = 0};
    bool is_linger = number == RT_SOCKET_LINGER_S;
    void *place = is_linger ? (void *)&linger : value;
    socklen_t size = is_linger ? sizeof(linger) : sizeof(*value);

    if (getsockopt(fd, option.level, option.name, place, &size) < 0) {
        return -errno;
    }
    if (is_linger) {
        *value = linger.l_onoff ? linger.l_linger : -1;
    }
    return 0;
}
