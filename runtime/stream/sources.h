/*
 * Sources: streams of what arrays, channels, intervals and listeners give.
 *
 * A source takes what it reads from: the original is empty afterwards, and
 * the drop of the stream drops (or closes) it.
 */
#ifndef RT_STREAM_SOURCES_H
#define RT_STREAM_SOURCES_H

#include "net/tcp.h"
#include "stream/stream.h"
#include "sync/broadcast.h"
#include "sync/mpsc.h"
#include "sync/watch.h"
#include "time/interval.h"

struct rt_stream_iter {
    struct rt_stream stream;
    const char *next; /* borrowed */
    size_t left;      /* items */
};

/* The count items of an array (borrowed), item_size bytes each. */
struct rt_stream_iter rt_stream_iter(const void *items, size_t count,
                                     size_t item_size);

/* RT_STREAM_ITER(numbers): an array by name. */
#define RT_STREAM_ITER(array)                                                  \
    rt_stream_iter((array), sizeof(array) / sizeof((array)[0]),                \
                   sizeof((array)[0]))

struct rt_stream_mpsc {
    struct rt_stream stream;
    struct rt_mpsc_receiver receiver; /* owned */
    struct rt_mpsc_receive receive;
};

/* Values of a channel that was made for item_size bytes; takes receiver. */
struct rt_stream_mpsc rt_stream_mpsc(struct rt_mpsc_receiver *receiver,
                                     size_t item_size);

struct rt_stream_broadcast {
    struct rt_stream stream;
    struct rt_broadcast_receiver receiver; /* owned */
    struct rt_broadcast_receive receive;   /* missed: with -EOVERFLOW */
};

/*
 * Values of a channel that was made for item_size bytes; takes receiver. An
 * -EOVERFLOW in between: some were missed; the stream goes on.
 */
struct rt_stream_broadcast
rt_stream_broadcast(struct rt_broadcast_receiver *receiver, size_t item_size);

struct rt_stream_watch {
    struct rt_stream stream;
    struct rt_watch_receiver receiver; /* owned */
    struct rt_watch_changed changed;
    bool has_begun;
};

/*
 * The value that a watch channel, made for item_size bytes, has at the first
 * poll, and then each newer one that is seen; takes receiver.
 */
struct rt_stream_watch rt_stream_watch(struct rt_watch_receiver *receiver,
                                       size_t item_size);

struct rt_stream_interval {
    struct rt_stream stream;
    struct rt_interval interval;
    struct rt_interval_tick tick;
};

/* The ticks of an interval, as the time (uint64_t, ns) of each; no end. */
struct rt_stream_interval rt_stream_interval(struct rt_interval interval);

struct rt_stream_incoming {
    struct rt_stream stream;
    struct rt_tcp_listener listener; /* owned */
    struct rt_tcp_accept accept;
};

/*
 * Clients, as struct rt_tcp_stream, owned by who gets them; takes listener.
 * It never ends; errors are those of rt_tcp_accept.
 */
struct rt_stream_incoming rt_stream_incoming(struct rt_tcp_listener *listener);

#endif
