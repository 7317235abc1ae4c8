#define _GNU_SOURCE /* accept4 */

#include "net/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "trace/trace.h"

enum { HOSTILE_ONE_IN = 4 };

int rt_socket_open(int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    return fd < 0 ? -errno : fd;
}

/* Hostile mode: would this attempt fail, or be shortened, today? */
static bool strikes(struct rt_runtime *runtime, struct rt_source *source,
                    enum rt_hostile feature)
{
    if (!rt_hostility_strikes(rt_runtime_hostility(runtime), feature,
                              HOSTILE_ONE_IN)) {
        return false;
    }
    RT_TRACE(rt_trace_write(RT_TRACE_HOSTILE, rt_trace_task(),
                            (uint32_t)source->fd, feature, 0));
    return true;
}

/*
 * May the system call be tried now? If not, a wake is on its way: from the
 * source, or from ourselves when the budget or the hostile mode says no.
 */
static bool may_try(struct rt_runtime *runtime, struct rt_source *source,
                    struct rt_io_waiter *waiter, enum rt_ready interest,
                    struct rt_context *cx)
{
    if (!rt_source_is_ready(source, interest)) {
        rt_source_wait(source, waiter, interest, cx);
        return false;
    }
    if (strikes(runtime, source, RT_HOSTILE_AGAIN)) {
        rt_waker_wake_by_ref(cx->waker);
        return false;
    }
    return rt_budget_spend(cx);
}

static size_t size_to_use(struct rt_runtime *runtime, struct rt_source *source,
                          size_t size)
{
    if (size > 1 && strikes(runtime, source, RT_HOSTILE_SHORT)) {
        return rt_hostility_shorten(rt_runtime_hostility(runtime), size);
    }
    return size;
}

/*
 * What a system call's answer means. True: *result is final. A short count
 * tells that the kernel's buffer is empty (or full) without asking again.
 */
static bool is_final(struct rt_source *source, enum rt_ready interest,
                     ssize_t count, size_t asked, ssize_t *result)
{
    if (count < 0 && errno == EINTR) {
        return false;
    }
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        rt_source_clear(source, interest);
        return false;
    }
    if (count > 0 && (size_t)count < asked) {
        rt_source_clear_short(source, interest);
    }
    *result = count < 0 ? -errno : count;
    return true;
}

enum rt_poll rt_socket_poll_recv(struct rt_runtime *runtime,
                                 struct rt_source *source,
                                 struct rt_io_waiter *waiter,
                                 struct rt_context *cx, void *buffer,
                                 size_t size, ssize_t *result)
{
    size_t asked = size_to_use(runtime, source, size);

    while (may_try(runtime, source, waiter, RT_READABLE, cx)) {
        ssize_t count = recv(source->fd, buffer, asked, 0);

        if (is_final(source, RT_READABLE, count, asked, result)) {
            rt_io_waiter_cancel(waiter);
            return RT_READY;
        }
    }
    return RT_PENDING;
}

enum rt_poll rt_socket_poll_send(struct rt_runtime *runtime,
                                 struct rt_source *source,
                                 struct rt_io_waiter *waiter,
                                 struct rt_context *cx, const void *buffer,
                                 size_t size, ssize_t *result)
{
    size_t asked = size_to_use(runtime, source, size);

    while (may_try(runtime, source, waiter, RT_WRITABLE, cx)) {
        ssize_t count = send(source->fd, buffer, asked, MSG_NOSIGNAL);

        if (is_final(source, RT_WRITABLE, count, asked, result)) {
            rt_io_waiter_cancel(waiter);
            return RT_READY;
        }
    }
    return RT_PENDING;
}

static ssize_t accept_one(struct rt_runtime *runtime, struct rt_source *source)
{
    if (strikes(runtime, source, RT_HOSTILE_ACCEPT)) {
        struct rt_random *random = &rt_runtime_hostility(runtime)->random;

        errno = rt_random_one_in(random, 2) ? EMFILE : ECONNABORTED;
        return -1;
    }
    return accept4(source->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

enum rt_poll rt_socket_poll_accept(struct rt_runtime *runtime,
                                   struct rt_source *source,
                                   struct rt_io_waiter *waiter,
                                   struct rt_context *cx, ssize_t *result)
{
    while (may_try(runtime, source, waiter, RT_READABLE, cx)) {
        ssize_t fd = accept_one(runtime, source);

        if (is_final(source, RT_READABLE, fd, 0, result)) {
            rt_io_waiter_cancel(waiter);
            return RT_READY;
        }
    }
    return RT_PENDING;
}
