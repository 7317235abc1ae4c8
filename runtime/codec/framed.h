/*
 * Framed: frames from an io, and into one.
 *
 *     self->lines = rt_delimited_lines(4096);
 *     self->reader = rt_framed_read(&self->stream.io, &self->lines.codec);
 *     self->writer = rt_framed_write(&self->stream.io, &self->lines.codec);
 *     self->next = RT_NEXT(self->reader, self->line);
 *     RT_AWAIT(self->next);
 *     self->send = rt_framed_send(&self->writer, &self->line);
 *     RT_AWAIT(self->send);
 *
 * The reader is a stream. The io and the codec are borrowed by both, which
 * may be used by two tasks, as far as the io allows it.
 */
#ifndef RT_CODEC_FRAMED_H
#define RT_CODEC_FRAMED_H

#include "codec/codec.h"
#include "io/io.h"
#include "stream/stream.h"

struct rt_framed_read {
    struct rt_stream stream;
    struct rt_io *io;       /* borrowed */
    struct rt_codec *codec; /* borrowed */
    struct rt_io_waiter waiter;
    struct rt_buffer buffer; /* owned: bytes that were read */
    size_t used;             /* of these, by the last frame */
    bool is_last;            /* the io has ended */
    bool is_over;            /* after an error */
};

/*
 * The frames that come out of io. A frame is valid until the next poll of the
 * stream: it may point into the buffer. When the io ends in the middle of a
 * frame, the error is -EPIPE. An error is the last item, since nobody knows
 * where the next frame would begin. Only one reader uses a codec.
 */
struct rt_framed_read rt_framed_read(struct rt_io *io, struct rt_codec *codec);

enum { RT_FRAMED_FULL = 8192 }; /* bytes: with so many, writing comes first */

struct rt_framed_write {
    struct rt_io *io;             /* borrowed */
    const struct rt_codec *codec; /* borrowed */
    struct rt_buffer buffer;      /* owned: bytes to be written; the caller may
                                     append to it between the futures */
};

/* A writer of frames; io and codec are borrowed. To be deinited. */
struct rt_framed_write rt_framed_write(struct rt_io *io,
                                       const struct rt_codec *codec);

/* Frees the buffer; what wasn't flushed is lost. */
void rt_framed_write_deinit(struct rt_framed_write *writer);

struct rt_framed_send {
    struct rt_future future;
    struct rt_framed_write *writer; /* borrowed */
    const struct rt_slice *frame;   /* borrowed; NULL: encoded, or none */
    bool is_flush;                  /* writes all that is in the buffer */
    struct rt_io_waiter waiter;
    int result; /* when ready: 0, or a negative errno, the codec's or the
                      io's */
};

/*
 * Encodes the frame (borrowed) and writes all that is in the buffer. When the
 * buffer is full it is written before: a slow peer slows its sender down.
 * Dropped while it is pending: the frame was either not encoded at all, or
 * all of it is in the buffer and goes out with the next; never a part of it.
 */
struct rt_framed_send rt_framed_send(struct rt_framed_write *writer,
                                     const struct rt_slice *frame);

/* The same, but leaves the frame in the buffer, for more to come. */
struct rt_framed_send rt_framed_feed(struct rt_framed_write *writer,
                                     const struct rt_slice *frame);

/* Writes all that is in the buffer. */
struct rt_framed_send rt_framed_flush(struct rt_framed_write *writer);

#endif
