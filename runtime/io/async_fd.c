#include "io/async_fd.h"

#include <errno.h>
#include <sys/stat.h>

int rt_async_fd_init(struct rt_async_fd *async, int fd)
{
    struct rt_runtime *runtime = rt_current_or_panic("rt_async_fd_init");
    struct stat stat;

    *async = (struct rt_async_fd){.fd = fd};
    if (fstat(fd, &stat) < 0) {
        return -errno;
    }
    /* Epoll refuses them; poll(2) would call them always ready. */
    if (S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode)) {
        return -EPERM;
    }
    return rt_driver_register(rt_runtime_driver(runtime), fd, "async fd",
                              &async->source);
}

void rt_async_fd_deinit(struct rt_async_fd *async)
{
    struct rt_source *source = async->source;

    if (source) {
        async->source = NULL;
        rt_driver_deregister(source);
    }
}

ssize_t rt_async_fd_try_io(struct rt_async_fd *async, enum rt_ready interest,
                           ssize_t (*call)(int fd, void *argument),
                           void *argument)
{
    uint32_t seen;
    ssize_t result;

    if (!async->source) {
        return -EBADF;
    }
    seen = rt_source_ready(async->source);
    if (!rt_ready_has(seen, interest)) {
        return -EAGAIN;
    }
    result = call(async->fd, argument);
    if (result >= 0) {
        return result;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
        return -errno;
    }
    rt_source_clear(async->source, seen, interest);
    return -EAGAIN;
}

/* ---- waiting ---- */

static struct rt_async_fd_ready *ready_of(struct rt_future *future)
{
    return (struct rt_async_fd_ready *)(void *)future;
}

static enum rt_poll ready_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_async_fd_ready *ready = ready_of(future);
    struct rt_attempt attempt =
        rt_attempt(ready->fd->source, &ready->waiter, ready->interest);

    if (rt_attempt_next(&attempt, cx)) {
        ready->seen = attempt.seen;
        rt_attempt_end(&attempt, 0, 0);
    }
    ready->result = (int)attempt.result;
    return attempt.poll;
}

static void ready_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&ready_of(future)->waiter);
}

static const struct rt_future_ops ready_ops = {
    .poll = ready_poll,
    .drop = ready_drop,
    .name = "fd ready",
};

struct rt_async_fd_ready rt_async_fd_ready(struct rt_async_fd *async,
                                           enum rt_ready interest)
{
    return (struct rt_async_fd_ready){
        .future = RT_FUTURE(&ready_ops),
        .fd = async,
        .interest = interest,
    };
}

void rt_async_fd_clear_ready(const struct rt_async_fd_ready *ready)
{
    if (ready->fd->source) {
        rt_source_clear(ready->fd->source, ready->seen, ready->interest);
    }
}
