#include "io/copy.h"

#include <errno.h>

#include "future/async.h"

enum { BUFFER_SIZE = 8192 };

/* ---- one way ---- */

/* Begins the next read. True: it has to wait, which is the time to flush. */
static bool read_waits(struct rt_copy *self, struct rt_context *cx)
{
    self->read = rt_read(self->from, self->buffer, BUFFER_SIZE);
    self->flush = rt_io_flush(self->to);
    return rt_future_poll(&self->read.future, cx) == RT_PENDING;
}

static ssize_t count_write(struct rt_copy *self)
{
    self->total += self->write.done;
    return self->write.result;
}

static enum rt_poll copy_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_copy *self = RT_SELF(future, struct rt_copy);

    RT_BEGIN(self);
    self->buffer = rt_alloc(BUFFER_SIZE);
    self->result = self->buffer ? 1 : -ENOMEM;
    while (self->result > 0) {
        if (read_waits(self, cx)) {
            RT_AWAIT(self->flush);
            if (self->flush.result == 0) {
                RT_AWAIT(self->read);
            }
        }
        self->result =
            self->flush.result ? self->flush.result : self->read.result;
        if (self->result > 0) {
            self->write =
                rt_write_all(self->to, self->buffer, (size_t)self->result);
            RT_AWAIT(self->write);
            self->result = count_write(self);
        }
    }
    if (self->result == 0) {
        self->flush = self->end(self->to);
        RT_AWAIT(self->flush);
        self->result =
            self->flush.result ? self->flush.result : (ssize_t)self->total;
    }
    RT_END(self);
}

static void copy_drop(struct rt_future *future)
{
    struct rt_copy *self = RT_SELF(future, struct rt_copy);

    rt_future_drop(&self->read.future); /* it may wait beside the flush */
    rt_free(self->buffer, BUFFER_SIZE);
    self->buffer = NULL;
}

static const struct rt_future_ops copy_ops = {
    .poll = copy_poll,
    .drop = copy_drop,
    .name = "copy",
};

struct rt_copy rt_copy(struct rt_io *from, struct rt_io *to)
{
    return (struct rt_copy){
        .future = RT_FUTURE(&copy_ops),
        .from = from,
        .to = to,
        .end = rt_io_flush,
    };
}

/* ---- both ways ---- */

static enum rt_poll both_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_copy_both *self = RT_SELF(future, struct rt_copy_both);

    RT_BEGIN(self);
    self->both = RT_TRY_JOIN(self->there, self->back);
    RT_AWAIT(self->both);
    self->result = self->both.result;
    RT_END(self);
}

static const struct rt_future_ops both_ops = {
    .poll = both_poll,
    .name = "copy both ways",
};

struct rt_copy_both rt_copy_both(struct rt_io *one, struct rt_io *other)
{
    struct rt_copy_both both = {
        .future = RT_FUTURE(&both_ops),
        .there = rt_copy(one, other),
        .back = rt_copy(other, one),
    };

    both.there.end = rt_io_shutdown;
    both.back.end = rt_io_shutdown;
    return both;
}
