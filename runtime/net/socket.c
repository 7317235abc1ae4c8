#define _GNU_SOURCE /* accept4 */

#include "net/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

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

enum rt_poll rt_socket_poll_recv(struct rt_source *source,
                                 struct rt_io_waiter *waiter,
                                 struct rt_context *cx, void *buffer,
                                 size_t size, ssize_t *result)
{
    struct rt_attempt attempt = rt_attempt(source, waiter, RT_READABLE);
    size_t asked = rt_attempt_size(&attempt, cx, size);

    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, recv(source->fd, buffer, asked, 0), asked);
    }
    *result = attempt.result;
    return attempt.poll;
}

enum rt_poll rt_socket_poll_send(struct rt_source *source,
                                 struct rt_io_waiter *waiter,
                                 struct rt_context *cx, const void *buffer,
                                 size_t size, ssize_t *result)
{
    struct rt_attempt attempt = rt_attempt(source, waiter, RT_WRITABLE);
    size_t asked = rt_attempt_size(&attempt, cx, size);

    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, send(source->fd, buffer, asked, MSG_NOSIGNAL),
                       asked);
    }
    *result = attempt.result;
    return attempt.poll;
}

/*
 * The message of these buffers; *asked is how many bytes that are. Hostile
 * mode shortens it to a part of the first one, which *one then is.
 */
static struct msghdr message_of(const struct rt_attempt *attempt,
                                const struct rt_context *cx,
                                const struct iovec *pieces, int count,
                                struct iovec *one, size_t *asked)
{
    size_t most = count < IOV_MAX ? (size_t)count : IOV_MAX;
    size_t total = 0;
    struct iovec *all = (struct iovec *)(uintptr_t)pieces; /* only read */

    for (size_t i = 0; i < most; i++) {
        total += pieces[i].iov_len;
    }
    *asked = rt_attempt_size(attempt, cx, total);
    if (*asked == total) {
        return (struct msghdr){.msg_iov = all, .msg_iovlen = most};
    }
    while (all->iov_len == 0) {
        all++;
    }
    *one = *all;
    one->iov_len = *asked < one->iov_len ? *asked : one->iov_len;
    *asked = one->iov_len;
    return (struct msghdr){.msg_iov = one, .msg_iovlen = 1};
}

enum rt_poll rt_socket_poll_recv_vectored(struct rt_source *source,
                                          struct rt_io_waiter *waiter,
                                          struct rt_context *cx,
                                          const struct iovec *pieces, int count,
                                          ssize_t *result)
{
    struct rt_attempt attempt = rt_attempt(source, waiter, RT_READABLE);
    struct iovec one;
    size_t asked;
    struct msghdr message =
        message_of(&attempt, cx, pieces, count, &one, &asked);

    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, recvmsg(source->fd, &message, 0), asked);
    }
    *result = attempt.result;
    return attempt.poll;
}

enum rt_poll rt_socket_poll_send_vectored(struct rt_source *source,
                                          struct rt_io_waiter *waiter,
                                          struct rt_context *cx,
                                          const struct iovec *pieces, int count,
                                          ssize_t *result)
{
    struct rt_attempt attempt = rt_attempt(source, waiter, RT_WRITABLE);
    struct iovec one;
    size_t asked;
    struct msghdr message =
        message_of(&attempt, cx, pieces, count, &one, &asked);

    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, sendmsg(source->fd, &message, MSG_NOSIGNAL),
                       asked);
    }
    *result = attempt.result;
    return attempt.poll;
}

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

enum rt_poll rt_socket_poll_accept(struct rt_source *source,
                                   struct rt_io_waiter *waiter,
                                   struct rt_context *cx, ssize_t *result)
{
    struct rt_attempt attempt = rt_attempt(source, waiter, RT_READABLE);

    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, accept_one(&attempt, cx), 0);
    }
    *result = attempt.result;
    return attempt.poll;
}
