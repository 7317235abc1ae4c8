#include "io/duplex.h"

#include <errno.h>

#include "base/lock.h"
#include "base/memory.h"
#include "io/buffer.h"

/* One way. */
struct way {
    struct rt_buffer bytes;
    bool is_closed;             /* no more will be written, or be read */
    struct rt_waker waiters[2]; /* owned: for RT_IO_READ, for RT_IO_WRITE */
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
                           enum rt_io_what what, bool is_ready,
                           const struct rt_context *cx)
{
    struct rt_waker waker = take(&way->waiters[is_ready ? !what : what]);

    if (!is_ready) {
        way->waiters[what] = rt_waker_clone(cx->waker);
    }
    rt_lock_release(&shared->lock);
    if (!is_ready) {
        rt_waker_drop(&waker);
        return RT_PENDING;
    }
    rt_waker_wake(&waker);
    return RT_READY;
}

/* As many bytes as there are; or 0, the end; or -EAGAIN. */
static ssize_t get_locked(struct way *way, const struct iovec *piece)
{
    size_t count = rt_buffer_take(&way->bytes, piece->iov_base, piece->iov_len);

    return count > 0 || way->is_closed ? (ssize_t)count : -EAGAIN;
}

/* As many bytes as there is room for; or an error, which may be -EAGAIN. */
static ssize_t put_locked(struct way *way, size_t most,
                          const struct iovec *piece)
{
    size_t room = most - rt_buffer_length(&way->bytes);
    size_t count = piece->iov_len < room ? piece->iov_len : room;
    int error;

    if (way->is_closed) {
        return -EPIPE;
    }
    if (count == 0) {
        return -EAGAIN;
    }
    error = rt_buffer_append(&way->bytes, piece->iov_base, count);
    return error ? error : (ssize_t)count;
}

/* Reads or writes. */
static enum rt_poll duplex_move(struct rt_io *io, struct rt_io_request *request,
                                struct rt_context *cx)
{
    struct rt_duplex *end = duplex_of(io);
    struct rt_duplex_shared *shared = end->shared;
    bool is_read = request->what == RT_IO_READ;
    struct way *way;

    if (!shared) {
        request->result = -EBADF;
        return RT_READY;
    }
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    rt_lock_acquire(&shared->lock);
    way = &shared->ways[is_read ? end->side : !end->side];
    request->result = is_read ? get_locked(way, request->pieces)
                              : put_locked(way, shared->most, request->pieces);
    return settle(shared, way, request->what, request->result != -EAGAIN, cx);
}

/* Closes one way; whoever waits there is told. */
static void close_way(struct rt_duplex_shared *shared, struct way *way)
{
    struct rt_waker reader;
    struct rt_waker writer;

    rt_lock_acquire(&shared->lock);
    way->is_closed = true;
    reader = take(&way->waiters[RT_IO_READ]);
    writer = take(&way->waiters[RT_IO_WRITE]);
    rt_lock_release(&shared->lock);
    rt_waker_wake(&reader);
    rt_waker_wake(&writer);
}

static enum rt_poll duplex_shutdown(struct rt_io *io,
                                    struct rt_io_request *request,
                                    struct rt_context *cx)
{
    struct rt_duplex *end = duplex_of(io);

    (void)cx;
    request->result = end->shared ? 0 : -EBADF;
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
    .poll = {[RT_IO_READ] = duplex_move,
             [RT_IO_WRITE] = duplex_move,
             [RT_IO_SHUTDOWN] = duplex_shutdown},
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
