/*
 * Adapters: io that is a part of other io, the sum of two, or none at all.
 */
#ifndef RT_IO_ADAPTERS_H
#define RT_IO_ADAPTERS_H

#include "io/io.h"

/* Reads give the first left bytes of inner, and then the end. */
struct rt_take {
    struct rt_io io;
    struct rt_io *inner; /* borrowed */
    uint64_t left;       /* bytes; may be set anew */
};

/* Makes one over inner (borrowed), of up to most bytes. */
struct rt_take rt_take(struct rt_io *inner, uint64_t most);

/* Reads give all of first and then all of second. */
struct rt_chain {
    struct rt_io io;
    struct rt_io *first;  /* borrowed; NULL: it has ended */
    struct rt_io *second; /* borrowed */
};

/* Makes one of two, which are borrowed. */
struct rt_chain rt_chain(struct rt_io *first, struct rt_io *second);

/* Reads give this byte for ever. */
struct rt_repeat {
    struct rt_io io;
    char byte;
};

/* Makes one. Nothing to close. */
struct rt_repeat rt_repeat(char byte);

/* Reads give the end; what is written to it is gone. Any thread. */
extern struct rt_io rt_io_null;

#endif
