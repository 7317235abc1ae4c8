#include "io/io.h"

#include <errno.h>

enum rt_poll rt_io_poll_read(struct rt_io *io, struct rt_io_waiter *waiter,
                             struct rt_context *cx, void *buffer, size_t size,
                             ssize_t *result)
{
    *result = -EBADF;
    return io->ops->poll_read
               ? io->ops->poll_read(io, waiter, cx, buffer, size, result)
               : RT_READY;
}

enum rt_poll rt_io_poll_write(struct rt_io *io, struct rt_io_waiter *waiter,
                              struct rt_context *cx, const void *buffer,
                              size_t size, ssize_t *result)
{
    *result = -EBADF;
    return io->ops->poll_write
               ? io->ops->poll_write(io, waiter, cx, buffer, size, result)
               : RT_READY;
}

static struct rt_read *read_of(struct rt_future *future)
{
    return (struct rt_read *)(void *)future;
}

static struct rt_write *write_of(struct rt_future *future)
{
    return (struct rt_write *)(void *)future;
}

/* ---- reading ---- */

static enum rt_poll read_once(struct rt_read *read, struct rt_context *cx,
                              ssize_t *result)
{
    enum rt_poll poll =
        rt_io_poll_read(read->io, &read->waiter, cx, read->buffer + read->done,
                        read->size - read->done, result);

    if (poll == RT_PENDING) {
        rt_future_check_kept(read->buffer, "the buffer of a read", cx);
    }
    return poll;
}

static enum rt_poll read_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_read *read = read_of(future);

    return read_once(read, cx, &read->result);
}

static enum rt_poll read_exact_poll(struct rt_future *future,
                                    struct rt_context *cx)
{
    struct rt_read *read = read_of(future);
    ssize_t count;

    while (read->done < read->size) {
        if (read_once(read, cx, &count) == RT_PENDING) {
            return RT_PENDING;
        }
        if (count <= 0) {
            read->result = count < 0 ? count : -EPIPE;
            return RT_READY;
        }
        read->done += (size_t)count;
    }
    read->result = (ssize_t)read->done;
    return RT_READY;
}

static void read_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&read_of(future)->waiter);
}

static const struct rt_future_ops read_ops = {
    .poll = read_poll,
    .drop = read_drop,
    .name = "read",
};

static const struct rt_future_ops read_exact_ops = {
    .poll = read_exact_poll,
    .drop = read_drop,
    .name = "read exact",
};

static struct rt_read make_read(const struct rt_future_ops *ops,
                                struct rt_io *io, void *buffer, size_t size)
{
    return (struct rt_read){
        .future = RT_FUTURE(ops),
        .io = io,
        .buffer = buffer,
        .size = size,
    };
}

struct rt_read rt_read(struct rt_io *io, void *buffer, size_t size)
{
    return make_read(&read_ops, io, buffer, size);
}

struct rt_read rt_read_exact(struct rt_io *io, void *buffer, size_t size)
{
    return make_read(&read_exact_ops, io, buffer, size);
}

/* ---- writing ---- */

static enum rt_poll write_once(struct rt_write *write, struct rt_context *cx,
                               ssize_t *result)
{
    enum rt_poll poll = rt_io_poll_write(write->io, &write->waiter, cx,
                                         write->buffer + write->done,
                                         write->size - write->done, result);

    if (poll == RT_PENDING) {
        rt_future_check_kept(write->buffer, "the buffer of a write", cx);
    }
    return poll;
}

static enum rt_poll write_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_write *write = write_of(future);

    return write_once(write, cx, &write->result);
}

static enum rt_poll write_all_poll(struct rt_future *future,
                                   struct rt_context *cx)
{
    struct rt_write *write = write_of(future);
    ssize_t count;

    while (write->done < write->size) {
        if (write_once(write, cx, &count) == RT_PENDING) {
            return RT_PENDING;
        }
        if (count < 0) {
            write->result = count;
            return RT_READY;
        }
        write->done += (size_t)count;
    }
    write->result = (ssize_t)write->done;
    return RT_READY;
}

static void write_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&write_of(future)->waiter);
}

static const struct rt_future_ops write_ops = {
    .poll = write_poll,
    .drop = write_drop,
    .name = "write",
};

static const struct rt_future_ops write_all_ops = {
    .poll = write_all_poll,
    .drop = write_drop,
    .name = "write all",
};

static struct rt_write make_write(const struct rt_future_ops *ops,
                                  struct rt_io *io, const void *buffer,
                                  size_t size)
{
    return (struct rt_write){
        .future = RT_FUTURE(ops),
        .io = io,
        .buffer = buffer,
        .size = size,
    };
}

struct rt_write rt_write(struct rt_io *io, const void *buffer, size_t size)
{
    return make_write(&write_ops, io, buffer, size);
}

struct rt_write rt_write_all(struct rt_io *io, const void *buffer, size_t size)
{
    return make_write(&write_all_ops, io, buffer, size);
}

/* ---- flushing and ending ---- */

enum rt_poll rt_io_poll_flush(struct rt_io *io, struct rt_io_waiter *waiter,
                              struct rt_context *cx, ssize_t *result)
{
    *result = 0;
    return io->ops->poll_flush ? io->ops->poll_flush(io, waiter, cx, result)
                               : RT_READY;
}

enum rt_poll rt_io_poll_shutdown(struct rt_io *io, struct rt_io_waiter *waiter,
                                 struct rt_context *cx, ssize_t *result)
{
    *result = 0;
    return io->ops->poll_shutdown
               ? io->ops->poll_shutdown(io, waiter, cx, result)
               : RT_READY;
}

void rt_io_close(struct rt_io *io)
{
    if (io->ops && io->ops->close) {
        io->ops->close(io);
    }
}

static struct rt_flush *flush_of(struct rt_future *future)
{
    return (struct rt_flush *)(void *)future;
}

static enum rt_poll flush_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_flush *flush = flush_of(future);

    return rt_io_poll_flush(flush->io, &flush->waiter, cx, &flush->result);
}

static enum rt_poll shutdown_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct rt_flush *flush = flush_of(future);

    return rt_io_poll_shutdown(flush->io, &flush->waiter, cx, &flush->result);
}

static void flush_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&flush_of(future)->waiter);
}

static const struct rt_future_ops flush_ops = {
    .poll = flush_poll,
    .drop = flush_drop,
    .name = "flush",
};

static const struct rt_future_ops shutdown_ops = {
    .poll = shutdown_poll,
    .drop = flush_drop,
    .name = "shutdown",
};

struct rt_flush rt_io_flush(struct rt_io *io)
{
    return (struct rt_flush){.future = RT_FUTURE(&flush_ops), .io = io};
}

struct rt_flush rt_io_shutdown(struct rt_io *io)
{
    return (struct rt_flush){.future = RT_FUTURE(&shutdown_ops), .io = io};
}
