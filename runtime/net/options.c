#include <errno.h>
#include <netinet/tcp.h>

#include "net/socket.h"

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
