/*
 * Stream kit: a stream that plays a script, and asking streams by hand.
 */
#ifndef STREAM_KIT_H
#define STREAM_KIT_H

#include "kit.h"
#include "stream/stream.h"

/* What stream_get says when there is no item. Items are positive numbers. */
enum { PEND = -10000, END = -10001 };

extern struct kit_waker stream_waker; /* of the last stream_get */

/* The next item of a stream of int, PEND, END or an error. */
int stream_get(struct rt_stream *stream);

/* The next ones are these. */
#define EXPECT(from, ...)                                                      \
    do {                                                                       \
        const int expected_[] = {__VA_ARGS__};                                 \
        for (size_t i_ = 0; i_ < sizeof(expected_) / sizeof(int); i_++) {      \
            ck_assert_int_eq(stream_get(&(from).stream), expected_[i_]);       \
        }                                                                      \
    } while (0)

/* A stream that plays a script of items, PEND, and errors; then it ends. */
struct script {
    struct rt_stream stream;
    const int *steps;
    size_t left;
    int polls;
    int drops;
};

extern const struct rt_stream_ops script_ops;

#define SCRIPT(...)                                                            \
    ((struct script){                                                          \
        .stream = rt_stream_make(&script_ops, sizeof(int), NULL),              \
        .steps = (const int[]){__VA_ARGS__},                                   \
        .left = sizeof((const int[]){__VA_ARGS__}) / sizeof(int),              \
    })

#endif
