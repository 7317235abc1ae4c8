/*
 * Async fd: waiting for any file descriptor that the kernel can watch.
 *
 *     for (;;) {
 *         self->ready = rt_async_fd_ready(&self->fd, RT_READABLE);
 *         RT_AWAIT(self->ready);
 *         count = rt_async_fd_try_io(&self->fd, RT_READABLE, call, argument);
 *         if (count != -EAGAIN) { ... }
 *     }
 *
 * Readiness is a note that stays until somebody finds that it is wrong, which
 * try_io does; who makes the system call himself says so with
 * rt_async_fd_clear_ready. It may be used on any thread.
 */
#ifndef RT_IO_ASYNC_FD_H
#define RT_IO_ASYNC_FD_H

#include "io/attempt.h"

struct rt_async_fd {
    struct rt_source *source; /* owned; NULL: not registered */
    int fd;                   /* borrowed */
};

struct rt_async_fd_ready {
    struct rt_future future;
    struct rt_async_fd *fd; /* borrowed */
    struct rt_io_waiter waiter;
    enum rt_ready interest;
    uint32_t seen; /* the readiness, when it was looked at */
    int result;    /* when ready: 0; -EBADF: it is not registered any more */
};

/*
 * Registers a non-blocking fd (borrowed) with the current runtime. 0; -EPERM:
 * a regular file or a folder, which is never waited for; another errno.
 */
int rt_async_fd_init(struct rt_async_fd *async, int fd);

/* Ends the registration, before the fd is closed. Harmless a second time. */
void rt_async_fd_deinit(struct rt_async_fd *async);

/* Ready when the fd seems to be readable, or writable. */
struct rt_async_fd_ready rt_async_fd_ready(struct rt_async_fd *async,
                                           enum rt_ready interest);

/*
 * The system call said EAGAIN: the fd was not ready after all. What has been
 * reported since the future was ready is kept.
 */
void rt_async_fd_clear_ready(const struct rt_async_fd_ready *ready);

/*
 * Calls call(fd, argument), which gives -1 and errno when it fails, if the fd
 * seems ready. Its result; or a negative errno: -EAGAIN, it is not ready.
 */
ssize_t rt_async_fd_try_io(struct rt_async_fd *async, enum rt_ready interest,
                           ssize_t (*call)(int fd, void *argument),
                           void *argument);

#endif
