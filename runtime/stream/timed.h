/*
 * Timed: streams that are slowed down, limited, or gathered by time.
 *
 * As with the other adapters, inner lies beside it in the same frame and is
 * dropped with it. To be made inside a runtime, whose clock they use.
 */
#ifndef RT_STREAM_TIMED_H
#define RT_STREAM_TIMED_H

#include "stream/stream.h"
#include "time/sleep.h"

struct rt_stream_timed {
    struct rt_stream stream;
    uint64_t duration; /* ns */
    struct rt_sleep sleep;
    void *items; /* chunks: borrowed, room for most items */
    size_t most;
    size_t count;
    int error; /* came behind the items of the last chunk; 0: none */
};

/* The items, duration ns apart from each other or more. */
struct rt_stream_timed rt_stream_throttle(struct rt_stream *inner,
                                          uint64_t duration);

/*
 * The items, and -ETIMEDOUT when duration ns have passed without one since
 * the last (or since now). inner isn't dropped then: a late item still comes,
 * and only then the time counts again.
 */
struct rt_stream_timed rt_stream_timeout(struct rt_stream *inner,
                                         uint64_t duration);

/* Several items in a row. */
struct rt_chunk {
    void *items; /* borrowed: valid until the next poll of the stream */
    size_t count;
};

/*
 * The items in chunks (struct rt_chunk) of most, at least 1; the last may
 * have fewer. So may one whose first item is duration ns old (RT_NEVER: that
 * doesn't matter; 0: it has what is there). items (borrowed) has room for
 * most items of inner.
 */
struct rt_stream_timed rt_stream_chunks(struct rt_stream *inner, void *items,
                                        size_t most, uint64_t duration);

#endif
