#define _GNU_SOURCE /* accept4 */

#include "net/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int rt_socket_open(int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    return fd < 0 ? -errno : fd;
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
