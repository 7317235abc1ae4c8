/*
 * Stream: a sequence of items that come one at a time.
 *
 * A future is ready once; a stream can be ready again and again, each time
 * with an item, until it ends. The usual loop in an async function:
 *
 *     self->even = rt_stream_filter(&self->numbers.stream, is_even, NULL);
 *     for (;;) {
 *         self->next = RT_NEXT(self->even, self->number);
 *         RT_AWAIT(self->next);
 *         if (self->next.result != RT_STREAM_ITEM) {
 *             break;
 *         }
 *         ... self->number ...
 *     }
 *
 * The first member of every stream is a struct rt_stream. Items are bytes of
 * one size, which are copied to where the caller says. An error comes in
 * place of an item and ends nothing by itself: it passes through all the
 * adapters, and what happens next is the matter of the stream it came from.
 * After the end there is nothing more: a stream may be asked again, and says
 * again that it has ended.
 *
 * A stream that works on another one (an adapter) has that one beside it in
 * the same frame, borrows its memory, and answers for its drop: only the
 * outermost stream is used and dropped by the frame's author. Like a future, a
 * stream may be moved until it is polled or given to an adapter, and belongs
 * to one thread at a time.
 */
#ifndef RT_STREAM_STREAM_H
#define RT_STREAM_STREAM_H

#include "future/async.h"
#include "io/buffer.h"

/* What a poll for the next item gives: one of these, or a negative errno. */
enum {
    RT_STREAM_END = 0,     /* no more items will come */
    RT_STREAM_ITEM = 1,    /* here is one */
    RT_STREAM_PENDING = 2, /* the waker was left where one will come from */
};

enum { RT_STREAM_ITEM_MOST = 128 }; /* bytes; larger things go by pointer */

struct rt_stream;

/* The behaviour of one kind of stream. */
struct rt_stream_ops {
    /*
     * Gives the next item by writing *item, which is borrowed for this call
     * only: the next call may bring another one.
     */
    int (*poll_next)(struct rt_stream *stream, struct rt_context *cx,
                     void *item);
    void (*drop)(struct rt_stream *stream); /* releases what it holds, but not
                                               inner; runs once; may be NULL */
    const char *name;
};

struct rt_stream {
    const struct rt_stream_ops *ops; /* NULL: dropped */
    struct rt_stream *inner; /* borrowed: the one that it works on, or NULL;
                                dropped with it */
    size_t item_size;
    bool is_ended; /* rt_stream_poll says so without asking */
};

/* Place for an item of any stream. */
struct rt_stream_item {
    char bytes[RT_STREAM_ITEM_MOST] __attribute__((aligned(16)));
};

/* ---- for those who write a stream ---- */

/* A stream not yet polled. */
struct rt_stream rt_stream_make(const struct rt_stream_ops *ops,
                                size_t item_size, struct rt_stream *inner);

/* The stream of this type whose member stream is at the pointer. */
#define RT_STREAM_SELF(pointer, type) RT_CONTAINER_OF(pointer, type, stream)

/* Polls for an item through the ops; once ended, says so without a poll. */
int rt_stream_poll(struct rt_stream *stream, struct rt_context *cx, void *item);

/* ---- for those who use one ---- */

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

/*
 * Drops a stream and those that it works on. Harmless when it was dropped
 * before, and on zero bytes.
 */
void rt_stream_drop(struct rt_stream *stream);

struct rt_next {
    struct rt_future future;
    struct rt_stream *stream; /* borrowed */
    void *item;               /* borrowed: where the item goes */
    int result; /* when ready: RT_STREAM_ITEM, RT_STREAM_END or -errno */
};

/*
 * The next item of a stream, copied to item, which is of size bytes. Dropping
 * it loses no item: the stream goes on with the next rt_next, and may wake
 * this task until it is dropped itself.
 */
struct rt_next rt_next(struct rt_stream *stream, void *item, size_t size);

/* RT_NEXT(self->lines, self->line): both by name. */
#define RT_NEXT(from, item) rt_next(&(from).stream, &(item), sizeof(item))

/*
 * What to do with an item of size bytes. 0: go on; anything else ends the
 * fold, which has it as its result.
 */
typedef int rt_fold_fn(void *argument, const void *item, size_t size);

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

/*
 * Appends all the items to a buffer (borrowed), where they lie one behind the
 * other. The result is 0, -ENOMEM or the stream's error; what came before an
 * error is in the buffer.
 */
struct rt_fold rt_collect(struct rt_stream *stream, struct rt_buffer *items);

#endif
