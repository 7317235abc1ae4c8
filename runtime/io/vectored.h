/*
 * Vectored: reading into, and writing from, several buffers in one call.
 *
 * An io that has no way to do so uses the first buffer that is not empty, so
 * the result is right in any case. The pieces and their bytes are borrowed
 * until the future is ready or dropped: they belong in the frame.
 */
#ifndef RT_IO_VECTORED_H
#define RT_IO_VECTORED_H

#include "io/io.h"

struct rt_vectored {
    struct rt_future future;
    struct rt_io *io;     /* borrowed */
    struct iovec *pieces; /* borrowed: the first that is not used up */
    int count;            /* from there on */
    struct rt_io_waiter waiter;
    size_t done;    /* bytes moved so far, by rt_write_all_vectored */
    ssize_t result; /* when ready: bytes, 0 at the end of what is read, or a
                       negative errno */
};

/* Reads what is there, filling one piece after the other. */
struct rt_vectored rt_read_vectored(struct rt_io *io, struct iovec *pieces,
                                    int count);

/* Writes what fits. */
struct rt_vectored rt_write_vectored(struct rt_io *io, struct iovec *pieces,
                                     int count);

/*
 * Writes all the pieces, and uses them up: those that were written are empty
 * afterwards. On an error they begin with what is still to be written.
 */
struct rt_vectored rt_write_all_vectored(struct rt_io *io, struct iovec *pieces,
                                         int count);

#endif
