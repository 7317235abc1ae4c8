/*
 * Combine: one stream made of several.
 *
 * Each borrows the memory of the streams that it is given, and drops them
 * when it is dropped itself.
 */
#ifndef RT_STREAM_COMBINE_H
#define RT_STREAM_COMBINE_H

#include "base/list.h"
#include "stream/stream.h"

struct rt_stream_pair {
    struct rt_stream stream;
    struct rt_stream_side {
        struct rt_stream *stream;   /* borrowed; dropped with this one */
        struct rt_stream_item item; /* zip: waits for one of the other side */
        bool has_item;
    } sides[2];
    int turn; /* merge: which side is asked first */
};

/* The items of first, and then those of second; of the same size. */
struct rt_stream_pair rt_stream_chain(struct rt_stream *first,
                                      struct rt_stream *second);

/*
 * The items of both, of the same size, as they come; it ends when both have.
 * When both always have one they take turns.
 */
struct rt_stream_pair rt_stream_merge(struct rt_stream *one,
                                      struct rt_stream *other);

/* An item of a zip: one from each side, valid until the next poll. */
struct rt_zipped {
    const void *left;  /* borrowed */
    const void *right; /* borrowed */
};

/*
 * The first items of both (a struct rt_zipped), then the second ones, and so
 * on. It ends when either ends; an item of the other, taken already, is lost
 * then.
 */
struct rt_stream_pair rt_stream_zip(struct rt_stream *left,
                                    struct rt_stream *right);

/*
 * A set of streams, each under a key, that come and go. An item comes from
 * any of them, in turns; key tells from which. One that ends is dropped and
 * leaves the set. An empty set has ended, until a stream is put in. It can't
 * be moved.
 */
struct rt_stream_set {
    struct rt_stream stream;
    struct rt_list entries; /* of struct rt_stream_entry; who gave an item goes
                               to the back */
    uint64_t key;           /* whose item (or error) was the last one */
};

/* A place in a set; in the memory of whoever put the stream in. */
struct rt_stream_entry {
    struct rt_list node;
    struct rt_stream *stream; /* borrowed; dropped with the set */
    uint64_t key;
};

/* An empty set, for streams with items of item_size bytes. */
void rt_stream_set_init(struct rt_stream_set *set, size_t item_size);

/*
 * Puts a stream in; one with the same key is dropped. entry is borrowed until
 * the stream has ended or is taken out.
 */
void rt_stream_set_insert(struct rt_stream_set *set,
                          struct rt_stream_entry *entry, uint64_t key,
                          struct rt_stream *stream);

/* Takes a stream out without dropping it; NULL when the key isn't there. */
struct rt_stream *rt_stream_set_remove(struct rt_stream_set *set, uint64_t key);

#endif
