/*
 * Io: reading and writing bytes, whatever they come from.
 *
 * A thing that can be read and written (a TCP stream, ...) has a struct rt_io
 * as its first member, with the polls of its kind. The futures here work on
 * any of them. Their result is the number of bytes, or a negative errno.
 *
 * The buffer is borrowed until the future is ready or dropped: it belongs in
 * the frame, or on the heap, never on the C stack.
 */
#ifndef RT_IO_IO_H
#define RT_IO_IO_H

#include <sys/types.h>
#include <sys/uio.h>

#include "driver/driver.h"
#include "future/future.h"

/* What can be asked of an io. */
enum rt_io_what {
    RT_IO_READ,
    RT_IO_WRITE,
    RT_IO_FLUSH,    /* send on what was written and is kept back in a buffer */
    RT_IO_SHUTDOWN, /* flush, and say that no more will be written */
    RT_IO_WHATS,
};

/* The asking: made anew for each poll. */
struct rt_io_request {
    enum rt_io_what what;
    struct rt_io_waiter *waiter; /* borrowed: see rt_io_ops */
    struct iovec *pieces;        /* borrowed: to be filled, or written, but not
                                    changed; the first is not empty, and an io
                                    may look at that one only */
    int count;      /* of pieces: at least 1, but none for FLUSH and SHUTDOWN */
    ssize_t result; /* when ready: bytes (0: the end of what is read), or a
                       negative errno */
};

struct rt_io;

/*
 * Each poll gives RT_READY with the result, or RT_PENDING with cx's waker left
 * where the progress will come from: in the waiter, on a file descriptor's
 * source; or in a slot of the thing itself, which then needs no waiter. A
 * thing made of others (a buffered io, ...) hands the request on.
 *
 * Any of them may be NULL: what can't be read, or written, gives -EBADF; the
 * others then have nothing to do, and succeed with 0.
 */
struct rt_io_ops {
    enum rt_poll (*poll[RT_IO_WHATS])(struct rt_io *io,
                                      struct rt_io_request *request,
                                      struct rt_context *cx);
    /* Ends both ways and releases what it holds; harmless the second time. */
    void (*close)(struct rt_io *io);
};

struct rt_io {
    const struct rt_io_ops *ops;
};

struct rt_read {
    struct rt_future future;
    struct rt_io *io; /* borrowed */
    struct rt_io_waiter waiter;
    struct iovec rest; /* borrowed: what is still to be filled */
    bool is_exact;
    size_t done;    /* bytes read so far by rt_read_exact */
    ssize_t result; /* when ready: bytes, 0 at the end of the
                       stream, or a negative errno */
};

struct rt_write {
    struct rt_future future;
    struct rt_io *io; /* borrowed */
    struct rt_io_waiter waiter;
    struct iovec rest; /* borrowed: what is still to be written */
    bool is_all;
    size_t done;    /* bytes written so far by rt_write_all */
    ssize_t result; /* when ready: bytes, or a negative errno */
};

struct rt_flush {
    struct rt_future future;
    struct rt_io *io; /* borrowed */
    struct rt_io_waiter waiter;
    enum rt_io_what what; /* RT_IO_FLUSH or RT_IO_SHUTDOWN */
    ssize_t result;       /* when ready: 0, or a negative errno */
};

struct rt_vectored {
    struct rt_future future;
    struct rt_io *io; /* borrowed */
    struct rt_io_waiter waiter;
    enum rt_io_what what; /* RT_IO_READ or RT_IO_WRITE */
    struct iovec *pieces; /* borrowed */
    int count;
    size_t done;    /* bytes written so far by rt_write_all_vectored */
    ssize_t result; /* when ready: bytes, or a negative errno */
};

extern const struct rt_future_ops rt_read_ops;
extern const struct rt_future_ops rt_write_ops;

/* Reads what is there: 1..size bytes, or 0 at the end of the stream. */
static inline struct rt_read rt_read(struct rt_io *io, void *buffer,
                                     size_t size)
{
    struct rt_read read = {}; /* made in its place, not copied */

    read.future.ops = &rt_read_ops;
    read.io = io;
    read.rest.iov_base = buffer;
    read.rest.iov_len = size;
    return read;
}

/* Reads size bytes; result is -EPIPE when the stream ends before that. */
static inline struct rt_read rt_read_exact(struct rt_io *io, void *buffer,
                                           size_t size)
{
    struct rt_read read = rt_read(io, buffer, size);

    read.is_exact = true;
    return read;
}

/* Writes what fits: 1..size bytes. The rest is the caller's to write. */
static inline struct rt_write rt_write(struct rt_io *io, const void *buffer,
                                       size_t size)
{
    struct rt_write write = {};

    write.future.ops = &rt_write_ops;
    write.io = io;
    write.rest.iov_base = (void *)(uintptr_t)buffer; /* it is only read */
    write.rest.iov_len = size;
    return write;
}

/* Writes all size bytes; on an error done tells how many. */
static inline struct rt_write rt_write_all(struct rt_io *io, const void *buffer,
                                           size_t size)
{
    struct rt_write write = rt_write(io, buffer, size);

    write.is_all = true;
    return write;
}

/*
 * Like rt_read, filling one piece after the other. An io that can't do that
 * fills the first piece that is not empty. The pieces are borrowed, too.
 */
struct rt_vectored rt_read_vectored(struct rt_io *io, struct iovec *pieces,
                                    int count);

/*
 * Writes all the pieces, and uses them up: those that were written are empty
 * afterwards. On an error they begin with what is still to be written.
 */
struct rt_vectored rt_write_all_vectored(struct rt_io *io, struct iovec *pieces,
                                         int count);

/* Waits until what was written has left the buffers on our side. */
struct rt_flush rt_io_flush(struct rt_io *io);

/*
 * Flushes and says that we write no more: the other side reads the end of the
 * stream (TCP: FIN). Reading goes on; a write after it fails with -EPIPE.
 */
struct rt_flush rt_io_shutdown(struct rt_io *io);

/* Closes what owns something; harmless when it is closed already. */
void rt_io_close(struct rt_io *io);

/* ---- for those who make one io of another ---- */

/* The poll of its kind in the ops; or what rt_io_ops says of a missing one. */
enum rt_poll rt_io_poll(struct rt_io *io, struct rt_io_request *request,
                        struct rt_context *cx);

#endif
