#include "io/split.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/memory.h"

struct rt_half_shared {
    atomic_int halves; /* not yet closed */
    size_t size;       /* bytes of what was split */
    _Alignas(16) char io[];
};

static struct rt_half *half_of(struct rt_io *io)
{
    return RT_CONTAINER_OF(io, struct rt_half, io);
}

/* What both halves stand for. */
static struct rt_io *inner(const struct rt_half *half)
{
    return (struct rt_io *)(void *)half->shared->io;
}

static enum rt_poll half_poll(struct rt_io *io, struct rt_io_request *request,
                              struct rt_context *cx)
{
    return rt_io_poll(inner(half_of(io)), request, cx);
}

static void half_close(struct rt_io *io)
{
    rt_half_close(half_of(io));
}

static const struct rt_io_ops reader_ops = {
    .poll = {[RT_IO_READ] = half_poll},
    .close = half_close,
};

static const struct rt_io_ops writer_ops = {
    .poll = {[RT_IO_WRITE] = half_poll,
             [RT_IO_FLUSH] = half_poll,
             [RT_IO_SHUTDOWN] = half_poll},
    .close = half_close,
};

/* Refuses all. */
static const struct rt_io_ops closed_ops = {0};

int rt_io_split(struct rt_io *io, size_t size, struct rt_half *reader,
                struct rt_half *writer)
{
    struct rt_half_shared *shared = rt_alloc(sizeof(*shared) + size);

    *reader = (struct rt_half){.io = {&closed_ops}};
    *writer = (struct rt_half){.io = {&closed_ops}};
    if (!shared) {
        return -ENOMEM;
    }
    atomic_init(&shared->halves, 2);
    shared->size = size;
    memcpy(shared->io, io, size);
    *reader = (struct rt_half){.io = {&reader_ops}, .shared = shared};
    *writer = (struct rt_half){.io = {&writer_ops}, .shared = shared};
    return 0;
}

static void do_nothing(void *data)
{
    (void)data;
}

/* One try, with a waker that wakes nobody. */
static void shut_down_now(struct rt_io *io)
{
    static const struct rt_waker_ops nobody = {do_nothing, do_nothing,
                                               do_nothing, do_nothing};
    struct rt_waker waker = {&nobody, NULL};
    struct rt_context cx = rt_context_make(&waker);
    struct rt_io_waiter waiter = {0};
    struct rt_io_request request = {RT_IO_SHUTDOWN, &waiter, NULL, 0, 0};

    (void)rt_io_poll(io, &request, &cx);
    rt_io_waiter_cancel(&waiter);
}

void rt_half_close(struct rt_half *half)
{
    struct rt_half_shared *shared = half->shared;

    if (!shared) {
        return;
    }
    if (half->io.ops == &writer_ops) {
        shut_down_now(inner(half));
    }
    /* Acquire and release: who closes sees all that the other half did. */
    if (atomic_fetch_sub_explicit(&shared->halves, 1, memory_order_acq_rel) ==
        1) {
        rt_io_close(inner(half));
        rt_free(shared, sizeof(*shared) + shared->size);
    }
    *half = (struct rt_half){.io = {&closed_ops}};
}
