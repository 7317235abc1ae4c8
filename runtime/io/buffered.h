/*
 * Buffered: an io over another one, with a buffer for each direction, so that
 * many small reads and writes become a few large ones.
 *
 *     self->buffered = rt_buffered(&self->stream.io, 4096, 4096);
 *     ... rt_read_exact(&self->buffered.io, ...) ...
 *     ... rt_write_all(&self->buffered.io, ...) ...
 *     ... rt_io_flush(&self->buffered.io) ...
 *     rt_buffered_deinit(&self->buffered);
 *
 * It is an io itself, so what works on an io works on it, another rt_buffered
 * too. What is written stays in its buffer until that is full, or flushed, or
 * shut down. The buffers get their memory when they are used: a read or a
 * write without memory gives -ENOMEM.
 *
 * One task may read while another writes. It may be moved while no future
 * works on it.
 */
#ifndef RT_IO_BUFFERED_H
#define RT_IO_BUFFERED_H

#include "io/buffer.h"

struct rt_buffered {
    struct rt_io io;
    struct rt_io *inner;  /* borrowed */
    struct rt_buffer in;  /* read from inner, and not yet from us */
    struct rt_buffer out; /* written to us, and not yet to inner */
    size_t read_size;     /* that in may hold */
    size_t write_size;    /* that out may hold */
};

/*
 * Makes one over inner (borrowed), with buffers of so many bytes. A size of 0:
 * no buffer, that direction goes straight on.
 */
struct rt_buffered rt_buffered(struct rt_io *inner, size_t read_size,
                               size_t write_size);

/*
 * Frees the buffers; what was not flushed is lost. inner stays open;
 * rt_io_close(&buffered.io) closes it too. Harmless the second time.
 */
void rt_buffered_deinit(struct rt_buffered *buffered);

struct rt_peek {
    struct rt_future future;
    struct rt_buffered *buffered; /* borrowed */
    struct rt_io_waiter waiter;
    ssize_t result; /* when ready: bytes to be seen, 0 at the end of the
                       stream, or a negative errno */
};

/*
 * Reads ahead unless something was, and shows it: it lies in buffered.in until
 * the next read, and rt_buffer_consume takes so much of it as read. Without a
 * buffer for reading it stops the program.
 */
struct rt_peek rt_peek(struct rt_buffered *buffered);

#endif
