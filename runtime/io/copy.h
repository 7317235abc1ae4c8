/*
 * Copy: from one io to another until the end of the stream.
 *
 * What was written is flushed whenever the source has nothing more at the
 * moment, so nobody waits for bytes that sit in a buffer on the way. The
 * copy has a buffer of its own for each way, from its first poll to its drop;
 * without memory for it the result is -ENOMEM.
 */
#ifndef RT_IO_COPY_H
#define RT_IO_COPY_H

#include "io/io.h"

/* One way of a copy. */
struct rt_pump {
    struct rt_io *from; /* borrowed */
    struct rt_io *to;   /* borrowed */
    struct rt_io_waiter read_waiter;
    struct rt_io_waiter write_waiter;
    char *buffer;      /* owned */
    size_t start, end; /* of what was read and is not yet written */
    bool has_ended;    /* all was read */
    bool is_unflushed; /* something was written since the last flush */
    bool passes_end;   /* shuts down to at the end */
    uint64_t total;    /* bytes written */
};

struct rt_copy {
    struct rt_future future;
    struct rt_pump pump;
    ssize_t result; /* when ready: bytes written, or a negative errno;
                       pump.total tells how many there were before it */
};

struct rt_copy_both {
    struct rt_future future;
    struct rt_pump there; /* from one to other; total counts the bytes */
    struct rt_pump back;
    bool is_there_done;
    bool is_back_done;
    int result; /* when ready: 0, or the first error, a negative errno */
};

/* Copies to the end of from, and flushes to. Neither is shut down. */
struct rt_copy rt_copy(struct rt_io *from, struct rt_io *to);

/*
 * Copies both ways until both have ended, neither waiting for the other. The
 * end of one way is passed on: its target is shut down. The first error ends
 * both.
 */
struct rt_copy_both rt_copy_both(struct rt_io *one, struct rt_io *other);

#endif
