#include "io/vectored.h"

static struct rt_vectored *vectored_of(struct rt_future *future)
{
    return (struct rt_vectored *)(void *)future;
}

/*
 * Passes by the empty pieces at the front, of which there may be more than one
 * call takes. Returns the first that is left, or an empty one.
 */
static struct iovec first_of(struct rt_vectored *self)
{
    while (self->count > 0 && self->pieces->iov_len == 0) {
        self->pieces++;
        self->count--;
    }
    return self->count > 0 ? *self->pieces : (struct iovec){0};
}

static enum rt_poll read_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_vectored *self = vectored_of(future);
    struct iovec first = first_of(self);

    if (self->io->ops->poll_readv && first.iov_len > 0) {
        return self->io->ops->poll_readv(self->io, &self->waiter, cx,
                                         self->pieces, self->count,
                                         &self->result);
    }
    return rt_io_poll_read(self->io, &self->waiter, cx, first.iov_base,
                           first.iov_len, &self->result);
}

static enum rt_poll write_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_vectored *self = vectored_of(future);
    struct iovec first = first_of(self);

    if (self->io->ops->poll_writev && first.iov_len > 0) {
        return self->io->ops->poll_writev(self->io, &self->waiter, cx,
                                          self->pieces, self->count,
                                          &self->result);
    }
    return rt_io_poll_write(self->io, &self->waiter, cx, first.iov_base,
                            first.iov_len, &self->result);
}

/* The first size bytes of the pieces are written. */
static void use_up(struct rt_vectored *self, size_t size)
{
    self->done += size;
    for (int i = 0; size > 0; i++) {
        struct iovec *piece = &self->pieces[i];
        size_t used = size < piece->iov_len ? size : piece->iov_len;

        piece->iov_base = (char *)piece->iov_base + used;
        piece->iov_len -= used;
        size -= used;
    }
}

static enum rt_poll write_all_poll(struct rt_future *future,
                                   struct rt_context *cx)
{
    struct rt_vectored *self = vectored_of(future);

    while (first_of(self).iov_len > 0) {
        if (write_poll(future, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        if (self->result < 0) {
            return RT_READY;
        }
        use_up(self, (size_t)self->result);
    }
    self->result = (ssize_t)self->done;
    return RT_READY;
}

static void vectored_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&vectored_of(future)->waiter);
}

static const struct rt_future_ops read_ops = {
    .poll = read_poll,
    .drop = vectored_drop,
    .name = "read vectored",
};

static const struct rt_future_ops write_ops = {
    .poll = write_poll,
    .drop = vectored_drop,
    .name = "write vectored",
};

static const struct rt_future_ops write_all_ops = {
    .poll = write_all_poll,
    .drop = vectored_drop,
    .name = "write all vectored",
};

static struct rt_vectored make(const struct rt_future_ops *ops,
                               struct rt_io *io, struct iovec *pieces,
                               int count)
{
    return (struct rt_vectored){
        .future = RT_FUTURE(ops),
        .io = io,
        .pieces = pieces,
        .count = count,
    };
}

struct rt_vectored rt_read_vectored(struct rt_io *io, struct iovec *pieces,
                                    int count)
{
    return make(&read_ops, io, pieces, count);
}

struct rt_vectored rt_write_vectored(struct rt_io *io, struct iovec *pieces,
                                     int count)
{
    return make(&write_ops, io, pieces, count);
}

struct rt_vectored rt_write_all_vectored(struct rt_io *io, struct iovec *pieces,
                                         int count)
{
    return make(&write_all_ops, io, pieces, count);
}
