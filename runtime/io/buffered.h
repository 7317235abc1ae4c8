/*
 * Buffered: an io over another one, with a buffer for each direction, so that
 * many small reads and writes become a few large ones.
 *
 *     struct rt_buffered buffered;
 *     int error = rt_buffered_init(&buffered, &stream.io, 4096, 4096);
 *     ... rt_read_exact(&buffered.io, ...), rt_write_all(&buffered.io, ...) ...
 *     ... await rt_io_flush(&buffered.io) ...
 *     rt_buffered_deinit(&buffered);
 *
 * It is an io itself, so what works on an io works on it, another rt_buffered
 * too. What is written stays in its buffer until that is full, or flushed, or
 * shut down. A buffer of 0 bytes is none: that direction goes straight on.
 *
 * One task may read while another writes. It may be moved while no future
 * works on it.
 */
#ifndef RT_IO_BUFFERED_H
#define RT_IO_BUFFERED_H

#include "io/io.h"

/* The buffer of one direction. */
struct rt_buffered_half {
    char *bytes; /* owned */
    size_t capacity;
    size_t start; /* of what is in it */
    size_t end;
};

struct rt_buffered {
    struct rt_io io;
    struct rt_io *inner;         /* borrowed */
    struct rt_buffered_half in;  /* read from inner, and not yet from us */
    struct rt_buffered_half out; /* written to us, and not yet to inner */
};

struct rt_peek {
    struct rt_future future;
    struct rt_buffered *buffered; /* borrowed */
    struct rt_io_waiter waiter;
    size_t least;
    ssize_t result; /* when ready: bytes to be seen, or a negative errno */
};

/* With buffers of so many bytes for reading and for writing. 0 or -ENOMEM. */
int rt_buffered_init(struct rt_buffered *buffered, struct rt_io *inner,
                     size_t read_size, size_t write_size);

/*
 * Frees the buffers; what was not flushed is lost. inner stays open;
 * rt_io_close(&buffered.io) closes it too. Harmless the second time.
 */
void rt_buffered_deinit(struct rt_buffered *buffered);

/*
 * Reads ahead until at least so many bytes are in the buffer; they are then
 * at rt_peeked(). The result is how many there are: fewer than least only at
 * the end of the stream. -EMSGSIZE when least is more than the buffer holds.
 */
struct rt_peek rt_peek(struct rt_buffered *buffered, size_t least);

/* What was read ahead; borrowed, until the next read or peek. */
static inline const char *rt_peeked(const struct rt_buffered *buffered)
{
    return buffered->in.bytes + buffered->in.start;
}

/* How many bytes were read ahead. */
static inline size_t rt_peeked_size(const struct rt_buffered *buffered)
{
    return buffered->in.end - buffered->in.start;
}

/* Takes size bytes of those read ahead as read. Not more than there are. */
void rt_consume(struct rt_buffered *buffered, size_t size);

/* The poll of rt_peek, for those who read by themselves. */
enum rt_poll rt_buffered_poll_peek(struct rt_buffered *buffered,
                                   struct rt_io_waiter *waiter,
                                   struct rt_context *cx, size_t least,
                                   ssize_t *result);

#endif
