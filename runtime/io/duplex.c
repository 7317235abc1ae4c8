#include "io/duplex.h"

#include <errno.h>
#include <string.h>

#include "base/lock.h"
#include "base/memory.h"
#include "io/buffer.h"

enum { READER, WRITER };

/* One way. */
struct way {
    struct rt_buffer bytes;
    bool is_closed;             /* no more will be written, or be read */
    struct rt_waker waiters[2]; /* owned: of the READER, of the WRITER */
};

struct rt_duplex_shared {
    struct rt_lock lock;
    int ends;           /* guarded by lock, like the rest: not yet closed */
    struct way ways[2]; /* what side 0 reads, what side 1 reads */
    size_t most;        /* bytes in each of them */
};

static struct rt_duplex *duplex_of(struct rt_io *io)
{
    return RT_CONTAINER_OF(io, struct rt_duplex, io);
}

/* Takes a waker out of its slot, to be used when the lock is free again. */
static struct rt_waker take(struct rt_waker *slot)
{
    struct rt_waker waker = *slot;

    *slot = RT_NO_WAKER;
    return waker;
}

/*
 * Ends one look at a way, and releases the lock. After progress the other
 * side is woken; without any, our waker stays and the one before is dropped.
 */
static enum rt_poll settle(struct rt_duplex_shared *shared, struct way *way,
                           int who, bool is_ready, const struct rt_context *cx)
{
    struct rt_waker waker = take(&way->waiters[is_ready ? !who : who]);

    if (!is_ready) {
        way->waiters[who] = rt_waker_clone(cx->waker);
    }
    rt_lock_release(&shared->lock);
    if (!is_ready) {
        rt_waker_drop(&waker);
        return RT_PENDING;
    }
    rt_waker_wake(&waker);
    return RT_READY;
}

/* True when there is no more to be said than *result. */
static bool is_over(const struct rt_duplex *end, size_t size, ssize_t *result)
{
    *result = end->shared ? 0 : -EBADF;
    return *result < 0 || size == 0;
}

static enum rt_poll duplex_poll_read(struct rt_io *io,
                                     struct rt_io_waiter *waiter,
                                     struct rt_context *cx, void *buffer,
                                     size_t size, ssize_t *result)
{
    struct rt_duplex *end = duplex_of(io);
    struct rt_slice bytes;
    struct way *way;

    (void)waiter;
    if (is_over(end, size, result)) {
        return RT_READY;
    }
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    rt_lock_acquire(&end->shared->lock);
    way = &end->shared->ways[end->side];
    bytes = rt_buffer_slice(&way->bytes);
    if (bytes.size > 0) {
        size = size < bytes.size ? size : bytes.size;
        memcpy(buffer, bytes.data, size);
        rt_buffer_consume(&way->bytes, size);
        *result = (ssize_t)size;
    }
    return settle(end->shared, way, READER, bytes.size > 0 || way->is_closed,
                  cx);
}

/* As many bytes as there is room for: 0, or -ENOMEM, or -EPIPE. */
static ssize_t put(struct way *way, size_t most, const void *bytes, size_t size)
{
    size_t room = most - rt_buffer_length(&way->bytes);
    size_t count = size < room ? size : room;
    int error =
        way->is_closed ? -EPIPE : rt_buffer_append(&way->bytes, bytes, count);

    return error ? error : (ssize_t)count;
}

static enum rt_poll duplex_poll_write(struct rt_io *io,
                                      struct rt_io_waiter *waiter,
                                      struct rt_context *cx, const void *buffer,
                                      size_t size, ssize_t *result)
{
    struct rt_duplex *end = duplex_of(io);
    struct way *way;

    (void)waiter;
    if (is_over(end, size, result)) {
        return RT_READY;
    }
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    rt_lock_acquire(&end->shared->lock);
    way = &end->shared->ways[!end->side];
    *result = put(way, end->shared->most, buffer, size);
    return settle(end->shared, way, WRITER, *result != 0, cx);
}

/* Closes one way; whoever waits there is told. */
static void close_way(struct rt_duplex_shared *shared, struct way *way)
{
    struct rt_waker reader;
    struct rt_waker writer;

    rt_lock_acquire(&shared->lock);
    way->is_closed = true;
    reader = take(&way->waiters[READER]);
    writer = take(&way->waiters[WRITER]);
    rt_lock_release(&shared->lock);
    rt_waker_wake(&reader);
    rt_waker_wake(&writer);
}

static enum rt_poll duplex_poll_shutdown(struct rt_io *io,
                                         struct rt_io_waiter *waiter,
                                         struct rt_context *cx, ssize_t *result)
{
    struct rt_duplex *end = duplex_of(io);

    (void)waiter;
    (void)cx;
    *result = end->shared ? 0 : -EBADF;
    if (end->shared) {
        close_way(end->shared, &end->shared->ways[!end->side]);
    }
    return RT_READY;
}

void rt_duplex_close(struct rt_duplex *end)
{
    struct rt_duplex_shared *shared = end->shared;
    bool is_last;

    if (!shared) {
        return;
    }
    end->shared = NULL;
    close_way(shared, &shared->ways[0]);
    close_way(shared, &shared->ways[1]);
    rt_lock_acquire(&shared->lock);
    is_last = --shared->ends == 0;
    rt_lock_release(&shared->lock);
    if (is_last) {
        rt_buffer_deinit(&shared->ways[0].bytes);
        rt_buffer_deinit(&shared->ways[1].bytes);
        rt_free(shared, sizeof(*shared));
    }
}

static void duplex_close(struct rt_io *io)
{
    rt_duplex_close(duplex_of(io));
}

static const struct rt_io_ops duplex_ops = {
    .poll_read = duplex_poll_read,
    .poll_write = duplex_poll_write,
    .poll_shutdown = duplex_poll_shutdown,
    .close = duplex_close,
};

int rt_duplex_create(size_t size, struct rt_duplex *one,
                     struct rt_duplex *other)
{
    struct rt_duplex_shared *shared =
        size > 0 ? rt_alloc(sizeof(*shared)) : NULL;

    *one = (struct rt_duplex){.io = {&duplex_ops}, .shared = shared};
    *other =
        (struct rt_duplex){.io = {&duplex_ops}, .shared = shared, .side = 1};
    if (!shared) {
        return size > 0 ? -ENOMEM : -EINVAL;
    }
    shared->ends = 2;
    shared->most = size;
    return 0;
}
