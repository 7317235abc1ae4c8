/*
 * Collect: futures that use up a whole stream.
 *
 * They borrow the memory of the stream and drop it when they are dropped
 * (which RT_AWAIT does once they are ready).
 */
#ifndef RT_STREAM_COLLECT_H
#define RT_STREAM_COLLECT_H

#include "io/buffer.h"
#include "stream/stream.h"

/*
 * What to do with an item. 0: go on; anything else ends the fold, which has
 * it as its result.
 */
typedef int rt_fold_fn(void *argument, const void *item);

struct rt_fold {
    struct rt_future future;
    struct rt_stream *stream; /* borrowed; dropped with it */
    rt_fold_fn *fold;
    void *argument; /* borrowed */
    int result;     /* when ready: 0 at the end of the stream, what fold gave,
                       or the stream's error */
};

/* Calls fold for each item; argument is where it keeps what it makes. */
struct rt_fold rt_fold(struct rt_stream *stream, rt_fold_fn *fold,
                       void *argument);

struct rt_collect {
    struct rt_future future;
    struct rt_stream *stream; /* borrowed; dropped with it */
    struct rt_buffer items;   /* one behind the other; when ready: owned by the
                                 awaiter, who calls rt_buffer_deinit */
    size_t count;             /* of items */
    int result; /* -EINPROGRESS until ready; then 0, -ENOMEM or the stream's
                   error; items has what came before it */
};

/* All the items in an array that grows. */
struct rt_collect rt_collect(struct rt_stream *stream);

#endif
