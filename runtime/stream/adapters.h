/*
 * Adapters: streams that pick or change the items of another stream.
 *
 * Each borrows the memory of inner, which lies beside it in the same frame,
 * and drops it when it is dropped itself. The functions given to an adapter
 * get its argument (borrowed) each time and may not wait. Where something is
 * to be awaited for an item, there is rt_stream_then.
 */
#ifndef RT_STREAM_ADAPTERS_H
#define RT_STREAM_ADAPTERS_H

#include "stream/stream.h"

/* Writes *out, made of *in. */
typedef void rt_stream_map_fn(void *argument, const void *in, void *out);

typedef bool rt_stream_test_fn(void *argument, const void *item);

struct rt_stream_adapter {
    struct rt_stream stream;
    /* Sees each item of inner; false: it has written nothing to *out. */
    bool (*step)(struct rt_stream_adapter *self, const void *in, void *out);
    rt_stream_map_fn *map;
    rt_stream_test_fn *test;
    void *argument; /* borrowed */
    size_t left;    /* items still to be taken, or skipped */
};

/* What map makes of each item, item_size bytes. */
struct rt_stream_adapter rt_stream_map(struct rt_stream *inner,
                                       size_t item_size, rt_stream_map_fn *map,
                                       void *argument);

/* The items that pass the test. */
struct rt_stream_adapter rt_stream_filter(struct rt_stream *inner,
                                          rt_stream_test_fn *test,
                                          void *argument);

/* The first count items; doesn't ask for more: there might never be more. */
struct rt_stream_adapter rt_stream_take(struct rt_stream *inner, size_t count);

/* All but the first count items. */
struct rt_stream_adapter rt_stream_skip(struct rt_stream *inner, size_t count);

/* The async function that makes the items of the two that follow. */
struct rt_stream_work {
    /* Makes the future, which is then polled until it is ready. */
    void (*begin)(struct rt_future *work, const void *in);
    /*
     * It is ready and was dropped. RT_STREAM_ITEM, when *out was written from
     * its result; RT_STREAM_END; or a negative errno.
     */
    int (*end)(struct rt_future *work, void *out);
};

struct rt_stream_works {
    struct rt_stream stream;
    const struct rt_stream_work *how; /* borrowed */
    struct rt_future *work; /* borrowed: in the frame beside this one */
    bool is_working;
};

/*
 * What an async function makes of each item, item_size bytes; one at a time.
 * A started one is kept when the rt_next that started it is dropped.
 */
struct rt_stream_works rt_stream_then(struct rt_stream *inner, size_t item_size,
                                      const struct rt_stream_work *how,
                                      struct rt_future *work);

/*
 * What an async function makes, again and again, of nothing (in is NULL). So
 * whatever can be awaited can be a stream: a channel's values, an interval's
 * ticks, a listener's clients.
 */
struct rt_stream_works rt_stream_repeat(size_t item_size,
                                        const struct rt_stream_work *how,
                                        struct rt_future *work);

#endif
