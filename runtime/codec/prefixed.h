/*
 * Prefixed: frames that say their length before they begin.
 *
 * The frame is a struct rt_slice: the bytes behind the length field, which
 * counts them, with its most significant byte first, as the network has it.
 */
#ifndef RT_CODEC_PREFIXED_H
#define RT_CODEC_PREFIXED_H

#include "codec/codec.h"

struct rt_prefixed {
    struct rt_codec codec;
    size_t field_size; /* bytes of the length field: 1..8 */
    size_t most;       /* bytes of a frame */

    /* To be changed before the first use, if at all. */
    bool is_little_endian; /* the least significant byte goes first: false */
};

/* Frames of up to most bytes behind a length field of field_size bytes. */
struct rt_prefixed rt_prefixed(size_t field_size, size_t most);

#endif
