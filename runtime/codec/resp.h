/*
 * RESP: the protocol of Redis, versions 2 and 3.
 *
 * A frame is one value. A value may have elements, which may have elements;
 * the frame has them all in the order in which they are sent, each before its
 * elements. So the command SET k v, an array of three, is four values: the
 * array, and what is in it. rt_resp_skip steps over a whole one.
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
    size_t start; /* where the text is in the frame's bytes */
    union {
        struct rt_slice text; /* borrowed */
        int64_t integer;
        double number;
        size_t count; /* of its elements, which are the next values */
    };
};

struct rt_resp_frame {
    const struct rt_resp_value *values; /* borrowed */
    size_t count;                       /* of all, at least 1 */
};

enum { RT_RESP_DEPTH = 32 }; /* an array in an array in ...: at most */

struct rt_resp {
    struct rt_codec codec;
    size_t most; /* bytes of a frame */

    /* To be changed before the first use, if at all. */
    bool is_server; /* what doesn't begin with * is a command on one line, as
                       a person types it: an array of its words, as BULK, which
                       may be none: false */
    int version;    /* that encode writes: 2 */

    /* Decoding: how far the frame is known. */
    size_t at;                  /* bytes of complete values */
    size_t scanned;             /* bytes behind them without a line's end */
    int depth;                  /* levels that are open; 0: a new frame */
    size_t left[RT_RESP_DEPTH]; /* values that are missing in each level */
    struct rt_buffer values;    /* owned: of struct rt_resp_value */
};

/* A codec for frames, struct rt_resp_frame, of up to most bytes. */
struct rt_resp rt_resp(size_t most);

/*
 * The index of what follows the value at index and all that is in it, in a
 * frame that was decoded.
 */
size_t rt_resp_skip(const struct rt_resp_frame *frame, size_t index);

/* True for the kinds that have elements: in pairs; or those that have text. */
bool rt_resp_has_elements(enum rt_resp_kind kind);
bool rt_resp_has_pairs(enum rt_resp_kind kind);
bool rt_resp_has_text(enum rt_resp_kind kind);

/* True for text behind its length, which may have any bytes in it. */
bool rt_resp_is_blob(enum rt_resp_kind kind);

/*
 * Appends a value without its elements: they are written next. Version 2 gets
 * an array for a map, a set or a push, and $-1 for null. 0 or -ENOMEM; or
 * -EINVAL: a line with an end of line in it, or a kind that the version doesn't
 * have. On an error nothing is appended.
 */
int rt_resp_write(struct rt_buffer *out, struct rt_resp_value value,
                  int version);

#endif
