/*
 * RESP: the protocol of Redis, versions 2 and 3.
 *
 * A frame is one value, as it was sent. A value may have elements, which may
 * have elements; rt_resp_next gives them all in the order in which they are
 * sent, each before its elements. So the command SET k v, an array of three, is
 * four values: the array, and what is in it.
 *
 *     while (rt_resp_next(&self->frame, &value)) { ... }
 *
 * To send, values are written to a buffer one after the other, and that is a
 * frame; or right into the buffer of a struct rt_framed_write.
 *
 * Not here: the streamed values of version 3 (of unknown length), which Redis
 * doesn't send.
 */
#ifndef RT_CODEC_RESP_H
#define RT_CODEC_RESP_H

#include <stdint.h>

#include "codec/codec.h"

/* Each kind is the byte that announces it. */
enum rt_resp_kind {
    RT_RESP_SIMPLE = '+',  /* text: a line */
    RT_RESP_ERROR = '-',   /* text: a line */
    RT_RESP_INTEGER = ':', /* integer */
    RT_RESP_BULK = '$',    /* text: any bytes */
    RT_RESP_ARRAY = '*',   /* count */
    /* version 3 */
    RT_RESP_NULL = '_',       /* nothing; also $-1 and *-1 of version 2 */
    RT_RESP_BOOL = '#',       /* integer: 0 or 1 */
    RT_RESP_DOUBLE = ',',     /* number */
    RT_RESP_BIG_NUMBER = '(', /* text: a sign and digits */
    RT_RESP_BLOB_ERROR = '!', /* text: any bytes */
    RT_RESP_VERBATIM = '=',   /* text: three bytes of format, a colon, bytes */
    RT_RESP_MAP = '%',        /* count: two for each pair */
    RT_RESP_SET = '~',        /* count */
    RT_RESP_PUSH = '>',       /* count: what nobody has asked for */
    RT_RESP_ATTRIBUTE = '|',  /* count: two for each pair, and one more, the
                                 value that the pairs are about */
};

struct rt_resp_value {
    enum rt_resp_kind kind;
    union {
        struct rt_slice text; /* borrowed */
        int64_t integer;
        double number;
        size_t count; /* of its elements, which are the next values */
    };
};

enum { RT_RESP_DEPTH = 32 }; /* an array in an array in ...: at most */

struct rt_resp {
    struct rt_codec codec;
    size_t most; /* bytes of a frame */

    /* How far the frame is known. */
    size_t at;                  /* bytes of complete values */
    size_t scanned;             /* bytes behind them without a line's end */
    int depth;                  /* levels that are open; 0: a new frame */
    size_t left[RT_RESP_DEPTH]; /* values that are missing in each level */
};

/* A codec for frames of up to most bytes. */
struct rt_resp rt_resp(size_t most);

/*
 * Takes the next value off the start of rest, which is a frame or was one; text
 * points into that. False: there is none.
 */
bool rt_resp_next(struct rt_slice *rest, struct rt_resp_value *value);

/* The same with a value and all that is in it. */
bool rt_resp_skip(struct rt_slice *rest);

/* True for the kinds that have elements; and for those that have text. */
bool rt_resp_has_elements(enum rt_resp_kind kind);
bool rt_resp_has_text(enum rt_resp_kind kind);

/*
 * Appends a value without its elements: they are written next. Version 2 gets
 * an array for a map, a set or a push, and $-1 for null. 0 or -ENOMEM; or
 * -EINVAL: a line with an end of line in it, or a kind that the version doesn't
 * have. On an error nothing is appended.
 */
int rt_resp_write(struct rt_buffer *out, struct rt_resp_value value,
                  int version);

#endif
