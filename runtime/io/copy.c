#include "io/copy.h"

#include "future/async.h"

enum { BUFFER_SIZE = 8192 };

/* ---- one way ---- */

/* Writes what was read. Ready: all of it, or an error. */
static enum rt_poll drain(struct rt_copy *self, struct rt_context *cx)
{
    size_t before = rt_buffer_length(&self->buffer);
    enum rt_poll poll = rt_buffer_poll_drain(
        &self->buffer, self->to, &self->write_waiter, cx, &self->result);
    size_t written = before - rt_buffer_length(&self->buffer);

    self->total += written;
    self->is_unflushed |= written > 0;
    return poll;
}

static enum rt_poll flush(struct rt_copy *self, enum rt_io_what what,
                          struct rt_context *cx)
{
    return rt_io_poll_flush(self->to, what, &self->write_waiter, cx,
                            &self->result);
}

/*
 * Reads, and while there is nothing to be read, flushes. Ready: some bytes,
 * the end, or an error.
 */
static enum rt_poll fill(struct rt_copy *self, struct rt_context *cx)
{
    if (rt_buffer_poll_fill(&self->buffer, BUFFER_SIZE, self->from,
                            &self->read_waiter, cx,
                            &self->result) == RT_READY) {
        self->has_ended = self->result == 0;
        return RT_READY;
    }
    if (!self->is_unflushed || flush(self, RT_IO_FLUSH, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    self->is_unflushed = false;
    return self->result < 0 ? RT_READY : RT_PENDING;
}

/* Ready: the end was read and all is written, or an error. */
static enum rt_poll pump(struct rt_copy *self, struct rt_context *cx)
{
    for (;;) {
        if (drain(self, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        if (self->result < 0 || self->has_ended) {
            return RT_READY;
        }
        if (fill(self, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        if (self->result < 0) {
            return RT_READY;
        }
    }
}

static enum rt_poll copy_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_copy *self = RT_SELF(future, struct rt_copy);

    if (pump(self, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    if (self->result == 0 && flush(self, self->last, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    if (self->result == 0) {
        self->result = (ssize_t)self->total;
    }
    return RT_READY;
}

static void copy_drop(struct rt_future *future)
{
    struct rt_copy *self = RT_SELF(future, struct rt_copy);

    rt_io_waiter_cancel(&self->read_waiter);
    rt_io_waiter_cancel(&self->write_waiter);
    rt_buffer_deinit(&self->buffer);
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
        .last = RT_IO_FLUSH,
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

    both.there.last = RT_IO_SHUTDOWN;
    both.back.last = RT_IO_SHUTDOWN;
    return both;
}
