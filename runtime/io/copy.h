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
#include "io/io.h"

struct rt_copy {
    struct rt_future future;
    struct rt_io *from;                       /* borrowed */
    struct rt_io *to;                         /* borrowed */
    struct rt_flush (*end)(struct rt_io *to); /* done last */
    char *buffer;                             /* owned */
    struct rt_read read;
    struct rt_write write;
    struct rt_flush flush;
    uint64_t total; /* when ready, also with an error: bytes written */
    ssize_t result; /* when ready: the same, or a negative errno */
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
