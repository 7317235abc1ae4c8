#define _GNU_SOURCE /* pipe2 */

#include "process/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "io/attempt.h"
#include "net/socket.h"
#include "sched/runtime.h"

static struct rt_pipe *pipe_of(struct rt_io *io)
{
    return (struct rt_pipe *)(void *)io;
}

static enum rt_poll pipe_poll_read(struct rt_io *io,
                                   struct rt_io_waiter *waiter,
                                   struct rt_context *cx, void *buffer,
                                   size_t size, ssize_t *result)
{
    struct rt_pipe *pipe = pipe_of(io);
    struct rt_attempt attempt = rt_attempt(pipe->source, waiter, RT_READABLE);

    size = rt_attempt_size(&attempt, cx, size);
    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, read(pipe->fd, buffer, size), size);
    }
    *result = attempt.result;
    return attempt.poll;
}

static enum rt_poll pipe_poll_write(struct rt_io *io,
                                    struct rt_io_waiter *waiter,
                                    struct rt_context *cx, const void *buffer,
                                    size_t size, ssize_t *result)
{
    struct rt_pipe *pipe = pipe_of(io);
    struct rt_attempt attempt = rt_attempt(pipe->source, waiter, RT_WRITABLE);

    size = rt_attempt_size(&attempt, cx, size);
    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, write(pipe->fd, buffer, size), size);
    }
    *result = attempt.result;
    return attempt.poll;
}

static void pipe_close(struct rt_io *io)
{
    rt_pipe_close(pipe_of(io));
}

/* The other side sees that no more is written only when we close. */
static enum rt_poll pipe_poll_shutdown(struct rt_io *io,
                                       struct rt_io_waiter *waiter,
                                       struct rt_context *cx, ssize_t *result)
{
    (void)waiter;
    (void)cx;
    *result = pipe_of(io)->source ? 0 : -EBADF;
    pipe_close(io);
    return RT_READY;
}

static const struct rt_io_ops pipe_io_ops = {
    .poll_read = pipe_poll_read,
    .poll_write = pipe_poll_write,
    .poll_shutdown = pipe_poll_shutdown,
    .close = pipe_close,
};

static void ignore_sigpipe(void)
{
    struct sigaction action;

    if (sigaction(SIGPIPE, NULL, &action) == 0 &&
        action.sa_handler == SIG_DFL) {
        action.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &action, NULL);
    }
}

int rt_pipe_adopt(struct rt_pipe *pipe, int fd)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct rt_runtime *runtime = rt_current_or_panic("rt_pipe_adopt");
    int flags;
    int error;

    pthread_once(&once, ignore_sigpipe);
    *pipe = (struct rt_pipe){.io.ops = &pipe_io_ops, .fd = fd};
    flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
        error = -errno;
        close(fd);
        return error;
    }
    return rt_socket_adopt(runtime, &pipe->fd, "pipe", &pipe->source);
}

int rt_pipe_create(struct rt_pipe *reader, struct rt_pipe *writer)
{
    int ends[2];
    int error;

    if (pipe2(ends, O_CLOEXEC) < 0) {
        return -errno;
    }
    error = rt_pipe_adopt(reader, ends[0]);
    if (error) {
        close(ends[1]);
        return error;
    }
    error = rt_pipe_adopt(writer, ends[1]);
    if (error) {
        rt_pipe_close(reader);
    }
    return error;
}

void rt_pipe_close(struct rt_pipe *pipe)
{
    rt_socket_close(&pipe->source, &pipe->fd);
}
