#include "io/io.h"

#include <errno.h>

#include "future/async.h"

/* ---- the polls of an io, if it has them ---- */

enum rt_poll rt_io_poll(struct rt_io *io, struct rt_io_request *request,
                        struct rt_context *cx)
{
    enum rt_io_what what = request->what;

    if (!io->ops->poll[what]) {
        bool is_nothing = what == RT_IO_FLUSH || what == RT_IO_SHUTDOWN;

        request->result = is_nothing ? 0 : -EBADF;
        return RT_READY;
    }
    return io->ops->poll[what](io, request, cx);
}

void rt_io_close(struct rt_io *io)
{
    if (io->ops && io->ops->close) {
        io->ops->close(io);
    }
}

/* ---- what reads and writes have in common ---- */

/* The first size bytes of the pieces are moved. */
static void use_up(struct iovec *piece, size_t size)
{
    for (; size > 0; piece++) {
        size_t used = size < piece->iov_len ? size : piece->iov_len;

        piece->iov_base = (char *)piece->iov_base + used;
        piece->iov_len -= used;
        size -= used;
    }
}

/*
 * Asks once; or until all pieces are used up, which done counts. Those that
 * are empty, by now or from the start, are passed by: there may be more of
 * them than one call takes.
 */
static inline enum rt_poll move(struct rt_io *io, struct rt_io_request *request,
                                bool is_all, size_t *done,
                                struct rt_context *cx)
{
    for (;;) {
        while (request->count > 0 && request->pieces->iov_len == 0) {
            request->pieces++;
            request->count--;
        }
        if (request->count == 0) {
            request->result = (ssize_t)*done;
            return RT_READY;
        }
        if (rt_io_poll(io, request, cx) == RT_PENDING) {
            rt_future_check_kept(request->pieces->iov_base,
                                 "the buffer of a read or a write", cx);
            return RT_PENDING;
        }
        if (is_all && request->result == 0) {
            request->result = -EPIPE; /* it has ended too early */
        }
        if (!is_all || request->result < 0) {
            return RT_READY;
        }
        use_up(request->pieces, (size_t)request->result);
        *done += (size_t)request->result;
    }
}

/* ---- reading ---- */

static enum rt_poll read_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_read *self = RT_SELF(future, struct rt_read);
    struct rt_io_request request = {RT_IO_READ, &self->waiter, &self->rest, 1,
                                    0};
    enum rt_poll poll =
        move(self->io, &request, self->is_exact, &self->done, cx);

    self->result = request.result;
    return poll;
}

static void read_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&RT_SELF(future, struct rt_read)->waiter);
}

const struct rt_future_ops rt_read_ops = {
    .poll = read_poll,
    .drop = read_drop,
    .name = "read",
};

/* ---- writing ---- */

static enum rt_poll write_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_write *self = RT_SELF(future, struct rt_write);
    struct rt_io_request request = {RT_IO_WRITE, &self->waiter, &self->rest, 1,
                                    0};
    enum rt_poll poll = move(self->io, &request, self->is_all, &self->done, cx);

    self->result = request.result;
    return poll;
}

static void write_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&RT_SELF(future, struct rt_write)->waiter);
}

const struct rt_future_ops rt_write_ops = {
    .poll = write_poll,
    .drop = write_drop,
    .name = "write",
};

/* ---- several buffers at once ---- */

static enum rt_poll vectored_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct rt_vectored *self = RT_SELF(future, struct rt_vectored);
    struct rt_io_request request = {self->what, &self->waiter, self->pieces,
                                    self->count, 0};
    enum rt_poll poll =
        move(self->io, &request, self->what == RT_IO_WRITE, &self->done, cx);

    self->result = request.result;
    return poll;
}

static void vectored_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&RT_SELF(future, struct rt_vectored)->waiter);
}

static const struct rt_future_ops vectored_ops = {
    .poll = vectored_poll,
    .drop = vectored_drop,
    .name = "vectored io",
};

static struct rt_vectored vectored(struct rt_io *io, enum rt_io_what what,
                                   struct iovec *pieces, int count)
{
    return (struct rt_vectored){
        .future = RT_FUTURE(&vectored_ops),
        .io = io,
        .what = what,
        .pieces = pieces,
        .count = count,
    };
}

struct rt_vectored rt_read_vectored(struct rt_io *io, struct iovec *pieces,
                                    int count)
{
    return vectored(io, RT_IO_READ, pieces, count);
}

struct rt_vectored rt_write_all_vectored(struct rt_io *io, struct iovec *pieces,
                                         int count)
{
    return vectored(io, RT_IO_WRITE, pieces, count);
}

/* ---- flushing and ending ---- */

static enum rt_poll flush_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_flush *self = RT_SELF(future, struct rt_flush);
    struct rt_io_request request = {self->what, &self->waiter, NULL, 0, 0};
    enum rt_poll poll = rt_io_poll(self->io, &request, cx);

    self->result = request.result;
    return poll;
}

static void flush_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&RT_SELF(future, struct rt_flush)->waiter);
}

static const struct rt_future_ops flush_ops = {
    .poll = flush_poll,
    .drop = flush_drop,
    .name = "flush",
};

struct rt_flush rt_io_flush(struct rt_io *io)
{
    return (struct rt_flush){
        .future = RT_FUTURE(&flush_ops),
        .io = io,
        .what = RT_IO_FLUSH,
    };
}

struct rt_flush rt_io_shutdown(struct rt_io *io)
{
    struct rt_flush shutdown = rt_io_flush(io);

    shutdown.what = RT_IO_SHUTDOWN;
    return shutdown;
}
