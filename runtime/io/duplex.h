/*
 * Duplex: a pair of ends in memory; what is written to one is read from the
 * other, as with the two ends of a socket.
 *
 *     struct rt_duplex client, server;
 *     int error = rt_duplex_create(64, &client, &server);
 *     ... rt_write_all(&client.io, ...), rt_read(&server.io, ...) ...
 *     rt_duplex_close(&client);
 *     rt_duplex_close(&server);
 *
 * For tests of what talks over a stream, and for talking inside a program. A
 * small buffer makes short reads and short writes happen all the time.
 *
 * The two ends may be on two threads. One task at a time reads from an end,
 * and one writes to it; of two that wait for the same, the later is woken.
 */
#ifndef RT_IO_DUPLEX_H
#define RT_IO_DUPLEX_H

#include "io/io.h"

struct rt_duplex_shared;

/* One end. It may be moved while no future works on it. */
struct rt_duplex {
    struct rt_io io;
    struct rt_duplex_shared *shared; /* owned together; NULL: closed */
    int side;                        /* 0 or 1 */
};

/*
 * Makes a pair with room for size bytes each way: a write waits while they
 * are full, and gives -ENOMEM without memory for them. Each end is to be
 * closed. 0, -ENOMEM, or -EINVAL for a size of 0.
 */
int rt_duplex_create(size_t size, struct rt_duplex *one,
                     struct rt_duplex *other);

/*
 * The other end reads what is still there and then the end of the stream;
 * what it writes fails with -EPIPE. Harmless when closed before, or zeroed.
 */
void rt_duplex_close(struct rt_duplex *end);

#endif
