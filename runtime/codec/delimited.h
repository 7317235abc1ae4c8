/*
 * Delimited: frames that end at a byte, such as lines.
 *
 * The frame is a struct rt_slice without its delimiter. Bytes behind the last
 * delimiter are a frame, too.
 */
#ifndef RT_CODEC_DELIMITED_H
#define RT_CODEC_DELIMITED_H

#include "codec/codec.h"

struct rt_delimited {
    struct rt_codec codec;
    struct rt_slice delimiters; /* borrowed: each byte of it is one */
    struct rt_slice ending;     /* borrowed: what encode puts behind a frame */
    size_t most;                /* bytes of a frame */
    size_t scanned;             /* bytes that are known to have no delimiter */
    bool has_cr; /* a carriage return before the delimiter is part of it */
};

/*
 * Frames of up to most bytes, each ended by any one of the delimiters. ending
 * is what encode puts behind each. Both are strings (borrowed).
 */
struct rt_delimited rt_delimited(const char *delimiters, const char *ending,
                                 size_t most);

/*
 * Lines of up to most bytes, which end in \n or \r\n, without that ending
 * (but \r counts); encode ends them by \n.
 */
struct rt_delimited rt_delimited_lines(size_t most);

#endif
