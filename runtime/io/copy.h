/*
 * Copy: from one io to another until the end of the stream.
 *
 * What was written is flushed whenever the source has nothing more at the
 * moment, so nobody waits for bytes that sit in a buffer on the way. The
 * copy has a buffer of its own, from its first poll to its drop; without
 * memory for it the result is -ENOMEM.
 */
#ifndef RT_IO_COPY_H
#define RT_IO_COPY_H

#include "future/join.h"
#include "io/buffer.h"

struct rt_copy {
    struct rt_future future;
    struct rt_io *from; /* borrowed */
    struct rt_io *to;   /* borrowed */
    struct rt_io_waiter read_waiter;
    struct rt_io_waiter write_waiter;
    struct rt_buffer buffer; /* owned: read, and not yet written */
    bool has_ended;          /* all was read */
    bool is_unflushed;       /* something was written since the last flush */
    enum rt_io_what last;    /* a flush, or a shutdown that passes on the end */
    uint64_t total;          /* bytes written */
    ssize_t result;          /* when ready: total, or a negative errno */
};

struct rt_copy_both {
    struct rt_future future;
    struct rt_copy there; /* from one to other; total counts the bytes */
    struct rt_copy back;
    struct rt_join both;
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
