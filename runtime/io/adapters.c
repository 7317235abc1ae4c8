#include "io/adapters.h"

#include <string.h>

/* ---- take ---- */

static enum rt_poll take_poll_read(struct rt_io *io,
                                   struct rt_io_waiter *waiter,
                                   struct rt_context *cx, void *buffer,
                                   size_t size, ssize_t *result)
{
    struct rt_take *take = (struct rt_take *)(void *)io;

    *result = 0;
    size = size < take->left ? size : (size_t)take->left;
    if (size > 0 && rt_io_poll_read(take->inner, waiter, cx, buffer, size,
                                    result) == RT_PENDING) {
        return RT_PENDING;
    }
    take->left -= *result > 0 ? (uint64_t)*result : 0;
    return RT_READY;
}

static const struct rt_io_ops take_ops = {.poll_read = take_poll_read};

struct rt_take rt_take(struct rt_io *inner, uint64_t most)
{
    return (struct rt_take){
        .io = {&take_ops},
        .inner = inner,
        .left = most,
    };
}

/* ---- chain ---- */

static enum rt_poll chain_poll_read(struct rt_io *io,
                                    struct rt_io_waiter *waiter,
                                    struct rt_context *cx, void *buffer,
                                    size_t size, ssize_t *result)
{
    struct rt_chain *chain = (struct rt_chain *)(void *)io;

    if (chain->first) {
        if (rt_io_poll_read(chain->first, waiter, cx, buffer, size, result) ==
            RT_PENDING) {
            return RT_PENDING;
        }
        if (*result != 0 || size == 0) {
            return RT_READY;
        }
        chain->first = NULL;
    }
    return rt_io_poll_read(chain->second, waiter, cx, buffer, size, result);
}

static const struct rt_io_ops chain_ops = {.poll_read = chain_poll_read};

struct rt_chain rt_chain(struct rt_io *first, struct rt_io *second)
{
    return (struct rt_chain){
        .io = {&chain_ops},
        .first = first,
        .second = second,
    };
}

/* ---- without end, and without anything ---- */

static enum rt_poll repeat_poll_read(struct rt_io *io,
                                     struct rt_io_waiter *waiter,
                                     struct rt_context *cx, void *buffer,
                                     size_t size, ssize_t *result)
{
    (void)waiter;
    memset(buffer, ((struct rt_repeat *)(void *)io)->byte, size);
    *result = (ssize_t)size;
    return rt_budget_spend(cx) ? RT_READY : RT_PENDING;
}

static const struct rt_io_ops repeat_ops = {.poll_read = repeat_poll_read};

struct rt_repeat rt_repeat(char byte)
{
    return (struct rt_repeat){.io = {&repeat_ops}, .byte = byte};
}

static enum rt_poll null_poll_read(struct rt_io *io,
                                   struct rt_io_waiter *waiter,
                                   struct rt_context *cx, void *buffer,
                                   size_t size, ssize_t *result)
{
    (void)io, (void)waiter, (void)buffer, (void)size;
    *result = 0;
    return rt_budget_spend(cx) ? RT_READY : RT_PENDING;
}

static enum rt_poll null_poll_write(struct rt_io *io,
                                    struct rt_io_waiter *waiter,
                                    struct rt_context *cx, const void *buffer,
                                    size_t size, ssize_t *result)
{
    (void)io, (void)waiter, (void)buffer;
    *result = (ssize_t)size;
    return rt_budget_spend(cx) ? RT_READY : RT_PENDING;
}

static const struct rt_io_ops null_ops = {
    .poll_read = null_poll_read,
    .poll_write = null_poll_write,
};

struct rt_io rt_io_null = {&null_ops};
