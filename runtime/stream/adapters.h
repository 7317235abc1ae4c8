/*
 * Adapters: streams that pick or change the items of another stream.
 *
 * Each borrows the memory of inner, which lies beside it in the same frame,
 * and drops it when it is dropped itself. The functions given to an adapter
 * get its argument (borrowed) each time; they may not wait, except in
 * rt_stream_then.
 */
#ifndef RT_STREAM_ADAPTERS_H
#define RT_STREAM_ADAPTERS_H

#include "stream/stream.h"

/* Writes *out, made of *in. */
typedef void rt_stream_map_fn(void *argument, const void *in, void *out);

struct rt_stream_map {
    struct rt_stream stream;
    rt_stream_map_fn *map;
    void *argument; /* borrowed */
};

/* What map makes of each item, item_size bytes. */
struct rt_stream_map rt_stream_map(struct rt_stream *inner, size_t item_size,
                                   rt_stream_map_fn *map, void *argument);

typedef bool rt_stream_test_fn(void *argument, const void *item);

struct rt_stream_test {
    struct rt_stream stream;
    rt_stream_test_fn *test;
    void *argument; /* borrowed */
};

/* The items that pass the test. */
struct rt_stream_test rt_stream_filter(struct rt_stream *inner,
                                       rt_stream_test_fn *test, void *argument);

/* The items before the first one that fails the test, which is lost. */
struct rt_stream_test rt_stream_take_while(struct rt_stream *inner,
                                           rt_stream_test_fn *test,
                                           void *argument);

struct rt_stream_count {
    struct rt_stream stream;
    size_t left; /* items still to be taken, or skipped */
};

/* The first count items. */
struct rt_stream_count rt_stream_take(struct rt_stream *inner, size_t count);

/* All but the first count items. */
struct rt_stream_count rt_stream_skip(struct rt_stream *inner, size_t count);

/* The async function that rt_stream_then runs for each item. */
struct rt_stream_work {
    /* Makes the future anew, for this item: rt_stream_then then polls it. */
    void (*begin)(struct rt_future *work, const void *in);
    /* It is ready and was dropped: writes *out, made of its result. */
    void (*end)(struct rt_future *work, void *out);
};

struct rt_stream_then {
    struct rt_stream stream;
    const struct rt_stream_work *how; /* borrowed */
    struct rt_future *work; /* borrowed: in the frame beside this one */
    bool is_working;
};

/*
 * What an async function makes of each item, item_size bytes; one at a time.
 * A started one is kept when the rt_next that started it is dropped.
 */
struct rt_stream_then rt_stream_then(struct rt_stream *inner, size_t item_size,
                                     const struct rt_stream_work *how,
                                     struct rt_future *work);

#endif
