/*
 * Codec: turns bytes into frames, and frames into bytes.
 *
 * A stream of bytes comes in any pieces: half a message, or three and a half.
 * A codec knows where a frame ends, which is bytes again. It neither reads nor
 * waits, so the same one works on sockets, files and test data; codec/framed.h
 * joins it to an io. The first member of every codec is a struct rt_codec.
 *
 * Errors of all codecs: -EBADMSG, these bytes are no frame; -EMSGSIZE, the
 * frame is longer than allowed; -ENOMEM.
 */
#ifndef RT_CODEC_CODEC_H
#define RT_CODEC_CODEC_H

#include <stdbool.h>
#include <sys/types.h>

#include "io/buffer.h"

struct rt_codec;

/*
 * The behaviour of one kind of codec. Decoding and encoding share nothing
 * that changes, so the two may be at work on two threads.
 */
struct rt_codec_ops {
    /*
     * Looks for a frame at the start of bytes, of which there is at least
     * one. Returns how many bytes it takes, when *frame was set; 0 when more
     * bytes are needed; or a negative errno, after which it isn't called
     * again. The next call has the same bytes and more, perhaps at another
     * address, or what follows the frame. The frame points into bytes. is_last:
     * no more bytes will come.
     */
    ssize_t (*decode)(struct rt_codec *codec, struct rt_slice bytes,
                      bool is_last, struct rt_slice *frame);

    /*
     * Appends the bytes of the frame: 0 or a negative errno. On an error the
     * caller takes away what was appended.
     */
    int (*encode)(const struct rt_codec *codec, struct rt_slice frame,
                  struct rt_buffer *out);
};

struct rt_codec {
    const struct rt_codec_ops *ops;
};

#endif
