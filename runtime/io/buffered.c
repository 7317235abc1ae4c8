#include "io/buffered.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"

static struct rt_buffered *buffered_of(struct rt_io *io)
{
    return (struct rt_buffered *)(void *)io;
}

static size_t length_of(const struct rt_buffered_half *half)
{
    return half->end - half->start;
}

/* The first size bytes are used; an empty buffer begins at its start again. */
static void advance(struct rt_buffered_half *half, size_t size)
{
    half->start += size;
    if (half->start == half->end) {
        half->start = half->end = 0;
    }
}

/* ---- reading ---- */

/* Moves what is in the buffer to its start when the rest is too small. */
static void make_room(struct rt_buffered_half *half, size_t least)
{
    if (half->start + least > half->capacity) {
        memmove(half->bytes, half->bytes + half->start, length_of(half));
        half->end -= half->start;
        half->start = 0;
    }
}

enum rt_poll rt_buffered_poll_peek(struct rt_buffered *buffered,
                                   struct rt_io_waiter *waiter,
                                   struct rt_context *cx, size_t least,
                                   ssize_t *result)
{
    struct rt_buffered_half *in = &buffered->in;
    struct rt_io *inner = buffered->inner;

    *result = least > in->capacity ? -EMSGSIZE : 1;
    while (*result > 0 && length_of(in) < least) {
        make_room(in, least);
        if (rt_io_poll_read(inner, waiter, cx, in->bytes + in->end,
                            in->capacity - in->end, result) == RT_PENDING) {
            return RT_PENDING;
        }
        in->end += *result > 0 ? (size_t)*result : 0;
    }
    if (*result >= 0) {
        *result = (ssize_t)length_of(in);
    }
    return RT_READY;
}

void rt_consume(struct rt_buffered *buffered, size_t size)
{
    if (size > length_of(&buffered->in)) {
        rt_panic("consumed-too-much", "%zu bytes, where %zu were read ahead",
                 size, length_of(&buffered->in));
    }
    advance(&buffered->in, size);
}

static enum rt_poll buffered_poll_read(struct rt_io *io,
                                       struct rt_io_waiter *waiter,
                                       struct rt_context *cx, void *buffer,
                                       size_t size, ssize_t *result)
{
    struct rt_buffered *buffered = buffered_of(io);
    struct rt_io *inner = buffered->inner;

    if (length_of(&buffered->in) == 0 && size >= buffered->in.capacity) {
        return rt_io_poll_read(inner, waiter, cx, buffer, size, result);
    }
    if (rt_buffered_poll_peek(buffered, waiter, cx, size > 0, result) ==
        RT_PENDING) {
        return RT_PENDING;
    }
    if (*result > 0) {
        *result = (size_t)*result < size ? *result : (ssize_t)size;
        memcpy(buffer, rt_peeked(buffered), (size_t)*result);
        advance(&buffered->in, (size_t)*result);
    }
    return RT_READY;
}

/* ---- writing ---- */

/* Ready when the buffer is empty, *result 0, or inner has failed. */
static enum rt_poll empty_out(struct rt_buffered *buffered,
                              struct rt_io_waiter *waiter,
                              struct rt_context *cx, ssize_t *result)
{
    struct rt_buffered_half *out = &buffered->out;
    struct rt_io *inner = buffered->inner;

    *result = 0;
    while (*result >= 0 && length_of(out) > 0) {
        if (rt_io_poll_write(inner, waiter, cx, out->bytes + out->start,
                             length_of(out), result) == RT_PENDING) {
            return RT_PENDING;
        }
        advance(out, *result > 0 ? (size_t)*result : 0);
    }
    *result = *result < 0 ? *result : 0;
    return RT_READY;
}

static enum rt_poll buffered_poll_write(struct rt_io *io,
                                        struct rt_io_waiter *waiter,
                                        struct rt_context *cx,
                                        const void *buffer, size_t size,
                                        ssize_t *result)
{
    struct rt_buffered *buffered = buffered_of(io);
    struct rt_buffered_half *out = &buffered->out;
    struct rt_io *inner = buffered->inner;

    *result = 0;
    if (size > out->capacity - out->end &&
        empty_out(buffered, waiter, cx, result) == RT_PENDING) {
        return RT_PENDING;
    }
    if (*result < 0) {
        return RT_READY;
    }
    if (size >= out->capacity) {
        return rt_io_poll_write(inner, waiter, cx, buffer, size, result);
    }
    memcpy(out->bytes + out->end, buffer, size);
    out->end += size;
    *result = (ssize_t)size;
    return RT_READY;
}

static enum rt_poll buffered_poll_flush(struct rt_io *io,
                                        struct rt_io_waiter *waiter,
                                        struct rt_context *cx, ssize_t *result)
{
    struct rt_buffered *buffered = buffered_of(io);

    if (empty_out(buffered, waiter, cx, result) == RT_PENDING) {
        return RT_PENDING;
    }
    return *result < 0 ? RT_READY
                       : rt_io_poll_flush(buffered->inner, waiter, cx, result);
}

static enum rt_poll buffered_poll_shutdown(struct rt_io *io,
                                           struct rt_io_waiter *waiter,
                                           struct rt_context *cx,
                                           ssize_t *result)
{
    struct rt_buffered *buffered = buffered_of(io);

    if (empty_out(buffered, waiter, cx, result) == RT_PENDING) {
        return RT_PENDING;
    }
    return *result < 0
               ? RT_READY
               : rt_io_poll_shutdown(buffered->inner, waiter, cx, result);
}

/* ---- its life ---- */

static void buffered_close(struct rt_io *io)
{
    rt_buffered_deinit(buffered_of(io));
    rt_io_close(buffered_of(io)->inner);
}

static const struct rt_io_ops buffered_ops = {
    .poll_read = buffered_poll_read,
    .poll_write = buffered_poll_write,
    .poll_flush = buffered_poll_flush,
    .poll_shutdown = buffered_poll_shutdown,
    .close = buffered_close,
};

int rt_buffered_init(struct rt_buffered *buffered, struct rt_io *inner,
                     size_t read_size, size_t write_size)
{
    *buffered = (struct rt_buffered){
        .io = {&buffered_ops},
        .inner = inner,
        .in = {.bytes = rt_alloc(read_size), .capacity = read_size},
        .out = {.bytes = rt_alloc(write_size), .capacity = write_size},
    };
    if (!buffered->in.bytes || !buffered->out.bytes) {
        rt_buffered_deinit(buffered);
        return -ENOMEM;
    }
    return 0;
}

void rt_buffered_deinit(struct rt_buffered *buffered)
{
    rt_free(buffered->in.bytes, buffered->in.capacity);
    rt_free(buffered->out.bytes, buffered->out.capacity);
    buffered->in = (struct rt_buffered_half){0};
    buffered->out = (struct rt_buffered_half){0};
}

/* ---- peek ---- */

static struct rt_peek *peek_of(struct rt_future *future)
{
    return (struct rt_peek *)(void *)future;
}

static enum rt_poll peek_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_peek *peek = peek_of(future);

    return rt_buffered_poll_peek(peek->buffered, &peek->waiter, cx, peek->least,
                                 &peek->result);
}

static void peek_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&peek_of(future)->waiter);
}

static const struct rt_future_ops peek_ops = {
    .poll = peek_poll,
    .drop = peek_drop,
    .name = "peek",
};

struct rt_peek rt_peek(struct rt_buffered *buffered, size_t least)
{
    return (struct rt_peek){
        .future = RT_FUTURE(&peek_ops),
        .buffered = buffered,
        .least = least,
    };
}
