/*
 * Prefixed: frames that say their length before they begin.
 *
 *     | offset bytes | length field | length + adjustment bytes |
 *     |------------- head ----------|
 *
 * The frame is a struct rt_slice: all this without its first skip bytes.
 */
#ifndef RT_CODEC_PREFIXED_H
#define RT_CODEC_PREFIXED_H

#include <stdint.h>

#include "codec/codec.h"

struct rt_prefixed {
    struct rt_codec codec;
    size_t most;       /* the greatest length that is allowed */
    size_t field_size; /* bytes of the length field: 1..8 */

    /* To be changed before the first use, if at all. */
    size_t offset;         /* bytes before the length field: 0 */
    int64_t adjustment;    /* what the length leaves out, or, below 0, what it
                              has in it of the head: 0 */
    size_t skip;           /* bytes that aren't part of the frame: the head */
    bool is_little_endian; /* false: as the network has it */
};

/*
 * Frames behind a length field of field_size bytes. Encodes only frames whose
 * head is just that (offset 0, skip not changed): -EINVAL otherwise.
 */
struct rt_prefixed rt_prefixed(size_t field_size, size_t most);

#endif
