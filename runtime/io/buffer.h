/*
 * Buffer: bytes that grow at the end and are used up from the start.
 *
 * Zero bytes are an empty buffer. Room is made in steps that double, and only
 * for bytes that are there: nobody reserves what a peer merely announces.
 */
#ifndef RT_IO_BUFFER_H
#define RT_IO_BUFFER_H

#include "base/panic.h"
#include "io/io.h"

struct rt_buffer {
    char *memory;    /* owned: capacity bytes */
    size_t capacity; /* 0 or a power of two */
    size_t start;    /* the first byte that isn't used up */
    size_t end;      /* behind the last byte */
};

/* Bytes that belong to somebody else. */
struct rt_slice {
    const char *data; /* borrowed */
    size_t size;
};

/* RT_SLICE("PONG"): the bytes of a string literal. */
#define RT_SLICE(literal) ((struct rt_slice){"" literal, sizeof(literal) - 1})

/* Frees the memory; the buffer is empty and may be used again. */
void rt_buffer_deinit(struct rt_buffer *buffer);

/*
 * Makes room for size more bytes behind the end; pointers into the buffer are
 * stale afterwards. 0 or -ENOMEM.
 */
int rt_buffer_reserve(struct rt_buffer *buffer, size_t size);

/* Copies size bytes in at the end: 0, or -ENOMEM and nothing has changed. */
int rt_buffer_append(struct rt_buffer *buffer, const void *data, size_t size);

/* What is in it; stale after the next change. */
static inline struct rt_slice rt_buffer_slice(const struct rt_buffer *buffer)
{
    return (struct rt_slice){buffer->memory + buffer->start,
                             buffer->end - buffer->start};
}

/* How many bytes are in it. */
static inline size_t rt_buffer_length(const struct rt_buffer *buffer)
{
    return buffer->end - buffer->start;
}

/*
 * Uses up size bytes at the start; more than there are stops the program. They
 * stay readable until the next reserve or append.
 */
static inline void rt_buffer_consume(struct rt_buffer *buffer, size_t size)
{
    if (size > rt_buffer_length(buffer)) {
        rt_panic("consumed-too-much", "%zu bytes, where there are %zu", size,
                 rt_buffer_length(buffer));
    }
    buffer->start += size;
}

/* Takes bytes away at the end until length are left. */
static inline void rt_buffer_truncate(struct rt_buffer *buffer, size_t length)
{
    buffer->end = buffer->start + length;
}

/* Copies up to size bytes at the start out, and uses them up: how many. */
size_t rt_buffer_take(struct rt_buffer *buffer, void *data, size_t size);

/*
 * Reads from io up to most bytes, behind what is there: *result is their
 * number, 0 at the end of the stream, or a negative errno.
 */
enum rt_poll rt_buffer_poll_fill(struct rt_buffer *buffer, size_t most,
                                 struct rt_io *io, struct rt_io_waiter *waiter,
                                 struct rt_context *cx, ssize_t *result);

/*
 * Writes all that is there to io: *result is 0, or a negative errno. What was
 * written is used up, also when the rest is pending, or fails.
 */
enum rt_poll rt_buffer_poll_drain(struct rt_buffer *buffer, struct rt_io *io,
                                  struct rt_io_waiter *waiter,
                                  struct rt_context *cx, ssize_t *result);

#endif
