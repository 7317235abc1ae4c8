/*
 * Async fd: waiting for any file descriptor that the kernel can watch.
 *
 *     self->error = rt_async_fd_init(&self->async, fd);
 *     ...
 *     self->io = rt_async_fd_io(&self->async, RT_READABLE, call, self);
 *     RT_AWAIT(self->io);
 *     ... self->io.result ...
 *     rt_async_fd_deinit(&self->async);
 *     close(fd);
 *
 * It may be used on any thread.
 */
#ifndef RT_IO_ASYNC_FD_H
#define RT_IO_ASYNC_FD_H

#include "io/attempt.h"

struct rt_async_fd {
    struct rt_source *source; /* owned; NULL: not registered */
    int fd;                   /* borrowed */
};

/*
 * Registers a non-blocking fd (borrowed) with the current runtime. 0; -EPERM:
 * a regular file or a folder, which is never waited for; another errno.
 */
int rt_async_fd_init(struct rt_async_fd *async, int fd);

/* Ends the registration, before the fd is closed. Harmless a second time. */
void rt_async_fd_deinit(struct rt_async_fd *async);

struct rt_async_fd_io {
    struct rt_future future;
    struct rt_async_fd *async; /* borrowed */
    struct rt_io_waiter waiter;
    enum rt_ready interest;
    ssize_t (*call)(int fd, void *argument);
    void *argument; /* borrowed */
    ssize_t result; /* when ready: what the call gave, or a negative errno;
                       -EBADF: it is not registered any more */
};

/*
 * Waits until the fd seems to be readable, or writable, and calls call(fd,
 * argument): as read does, it gives -1 and errno when it fails. On EAGAIN, the
 * fd was not ready after all, and on EINTR it is called again in its time. A
 * call that only returns 0 waits for readiness without using it up.
 */
struct rt_async_fd_io rt_async_fd_io(struct rt_async_fd *async,
                                     enum rt_ready interest,
                                     ssize_t (*call)(int fd, void *argument),
                                     void *argument);

#endif
