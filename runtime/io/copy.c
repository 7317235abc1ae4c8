#include "io/copy.h"

#include <errno.h>

#include "base/memory.h"

enum { BUFFER_SIZE = 8192 };

/* ---- one way ---- */

/* Writes what was read. Ready: all of it, or *result is an error. */
static enum rt_poll drain(struct rt_pump *pump, struct rt_context *cx,
                          ssize_t *result)
{
    *result = 0;
    while (*result >= 0 && pump->start < pump->end) {
        if (rt_io_poll_write(pump->to, &pump->write_waiter, cx,
                             pump->buffer + pump->start,
                             pump->end - pump->start, result) == RT_PENDING) {
            return RT_PENDING;
        }
        if (*result > 0) {
            pump->start += (size_t)*result;
            pump->total += (uint64_t)*result;
            pump->is_unflushed = true;
        }
    }
    return RT_READY;
}

/* Ready only to tell of an error. */
static enum rt_poll flush_while_stalled(struct rt_pump *pump,
                                        struct rt_context *cx, ssize_t *result)
{
    if (!pump->is_unflushed || rt_io_poll_flush(pump->to, &pump->write_waiter,
                                                cx, result) == RT_PENDING) {
        return RT_PENDING;
    }
    pump->is_unflushed = false;
    return *result < 0 ? RT_READY : RT_PENDING;
}

/* Reads into the empty buffer. Ready: some, the end, or an error. */
static enum rt_poll fill(struct rt_pump *pump, struct rt_context *cx,
                         ssize_t *result)
{
    if (rt_io_poll_read(pump->from, &pump->read_waiter, cx, pump->buffer,
                        BUFFER_SIZE, result) == RT_PENDING) {
        return flush_while_stalled(pump, cx, result);
    }
    pump->start = 0;
    pump->end = *result > 0 ? (size_t)*result : 0;
    pump->has_ended = *result == 0;
    return RT_READY;
}

static enum rt_poll finish(struct rt_pump *pump, struct rt_context *cx,
                           ssize_t *result)
{
    return pump->passes_end
               ? rt_io_poll_shutdown(pump->to, &pump->write_waiter, cx, result)
               : rt_io_poll_flush(pump->to, &pump->write_waiter, cx, result);
}

/* Ready: all was copied, *result 0; or *result is an error. */
static enum rt_poll pump_poll(struct rt_pump *pump, struct rt_context *cx,
                              ssize_t *result)
{
    if (!pump->buffer && !(pump->buffer = rt_alloc(BUFFER_SIZE))) {
        *result = -ENOMEM;
        return RT_READY;
    }
    for (;;) {
        if (drain(pump, cx, result) == RT_PENDING) {
            return RT_PENDING;
        }
        if (*result >= 0 && pump->has_ended) {
            return finish(pump, cx, result);
        }
        if (*result >= 0 && fill(pump, cx, result) == RT_PENDING) {
            return RT_PENDING;
        }
        if (*result < 0) {
            return RT_READY;
        }
    }
}

static void pump_deinit(struct rt_pump *pump)
{
    rt_io_waiter_cancel(&pump->read_waiter);
    rt_io_waiter_cancel(&pump->write_waiter);
    rt_free(pump->buffer, BUFFER_SIZE);
    pump->buffer = NULL;
}

/* ---- copy ---- */

static struct rt_copy *copy_of(struct rt_future *future)
{
    return (struct rt_copy *)(void *)future;
}

static enum rt_poll copy_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_copy *copy = copy_of(future);

    if (pump_poll(&copy->pump, cx, &copy->result) == RT_PENDING) {
        return RT_PENDING;
    }
    if (copy->result == 0) {
        copy->result = (ssize_t)copy->pump.total;
    }
    return RT_READY;
}

static void copy_drop(struct rt_future *future)
{
    pump_deinit(&copy_of(future)->pump);
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
        .pump = {.from = from, .to = to},
    };
}

/* ---- both ways ---- */

static struct rt_copy_both *both_of(struct rt_future *future)
{
    return (struct rt_copy_both *)(void *)future;
}

/* Moves one way on, unless it is done. False: it has failed. */
static bool go_on(struct rt_copy_both *both, struct rt_pump *pump,
                  bool *is_done, struct rt_context *cx)
{
    ssize_t result = 0;

    if (!*is_done) {
        *is_done = pump_poll(pump, cx, &result) == RT_READY;
    }
    if (*is_done && result < 0) {
        both->result = (int)result;
        return false;
    }
    return true;
}

static enum rt_poll both_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_copy_both *both = both_of(future);

    if (!go_on(both, &both->there, &both->is_there_done, cx) ||
        !go_on(both, &both->back, &both->is_back_done, cx)) {
        return RT_READY;
    }
    return both->is_there_done && both->is_back_done ? RT_READY : RT_PENDING;
}

static void both_drop(struct rt_future *future)
{
    pump_deinit(&both_of(future)->there);
    pump_deinit(&both_of(future)->back);
}

static const struct rt_future_ops both_ops = {
    .poll = both_poll,
    .drop = both_drop,
    .name = "copy both ways",
};

struct rt_copy_both rt_copy_both(struct rt_io *one, struct rt_io *other)
{
    return (struct rt_copy_both){
        .future = RT_FUTURE(&both_ops),
        .there = {.from = one, .to = other, .passes_end = true},
        .back = {.from = other, .to = one, .passes_end = true},
    };
}
