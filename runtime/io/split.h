/*
 * Split: one io into a half that reads and a half that writes, each with an
 * owner of its own, who may be another task on another thread.
 *
 *     struct rt_half reader, writer;
 *     int error = rt_io_split(&stream.io, sizeof(stream), &reader, &writer);
 *
 * Where one task does both, there is no need to: a read and a write may be
 * under way on the same io.
 */
#ifndef RT_IO_SPLIT_H
#define RT_IO_SPLIT_H

#include "io/io.h"

struct rt_half_shared;

/* It may be moved while no future works on it. */
struct rt_half {
    struct rt_io io;
    struct rt_half_shared *shared; /* owned together; NULL: closed */
};

/*
 * Moves the io, the first member of a struct of size bytes, into memory that
 * the halves own together: the caller's copy is to be forgotten, not closed.
 * 0; or -ENOMEM, and the caller still has it.
 */
int rt_io_split(struct rt_io *io, size_t size, struct rt_half *reader,
                struct rt_half *writer);

/*
 * Closes a half; harmless the second time. The writer's close shuts down (TCP:
 * FIN) without waiting: flush first, or what is in a buffer may be lost. The
 * close of the second half closes the io.
 */
void rt_half_close(struct rt_half *half);

#endif
