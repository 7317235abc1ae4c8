#define _GNU_SOURCE /* pipe2 */

#include "process/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/attempt.h"
#include "net/socket.h"
#include "sched/runtime.h"

static struct rt_pipe *pipe_of(struct rt_io *io)
{
    return RT_CONTAINER_OF(io, struct rt_pipe, io);
}

/* Reads or writes. */
static enum rt_poll pipe_move(struct rt_io *io, struct rt_io_request *request,
                              struct rt_context *cx)
{
    struct rt_pipe *pipe = pipe_of(io);
    bool is_read = request->what == RT_IO_READ;
    struct rt_attempt attempt = rt_attempt(pipe->source, request->waiter,
                                           is_read ? RT_READABLE : RT_WRITABLE);
    char *bytes = request->pieces->iov_base;
    size_t size = rt_attempt_size(&attempt, cx, request->pieces->iov_len);

    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt,
                       is_read ? read(pipe->fd, bytes, size)
                               : write(pipe->fd, bytes, size),
                       size);
    }
    request->result = attempt.result;
    return attempt.poll;
}

static void pipe_close(struct rt_io *io)
{
    rt_pipe_close(pipe_of(io));
}

/* The other side sees that no more is written only when we close. */
static enum rt_poll pipe_shutdown(struct rt_io *io,
                                  struct rt_io_request *request,
                                  struct rt_context *cx)
{
    (void)cx;
    request->result = pipe_of(io)->source ? 0 : -EBADF;
    pipe_close(io);
    return RT_READY;
}

static const struct rt_io_ops pipe_io_ops = {
    .poll = {[RT_IO_READ] = pipe_move,
             [RT_IO_WRITE] = pipe_move,
             [RT_IO_SHUTDOWN] = pipe_shutdown},
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
