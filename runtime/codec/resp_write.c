/*
 * Values: made, stepped over, and written.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "codec/resp.h"

enum { NUMBER_MOST = 32 }; /* bytes of any number that is written here */

static bool is_one_of(enum rt_resp_kind kind, const char *kinds)
{
    return kind != 0 && strchr(kinds, (int)kind);
}

bool rt_resp_has_elements(enum rt_resp_kind kind)
{
    return is_one_of(kind, "*%~>|");
}

bool rt_resp_has_text(enum rt_resp_kind kind)
{
    return is_one_of(kind, "+-$(!=");
}

size_t rt_resp_skip(const struct rt_resp_frame *frame, size_t index)
{
    for (size_t left = 1; left > 0; left--, index++) {
        const struct rt_resp_value *value = &frame->values[index];

        left += rt_resp_has_elements(value->kind) ? value->count : 0;
    }
    return index;
}

/* ---- making ---- */

struct rt_resp_value rt_resp_text(enum rt_resp_kind kind, const char *text,
                                  size_t size)
{
    return (struct rt_resp_value){.kind = kind, .text = {text, size}};
}

struct rt_resp_value rt_resp_integer(int64_t integer)
{
    return (struct rt_resp_value){.kind = RT_RESP_INTEGER, .integer = integer};
}

struct rt_resp_value rt_resp_elements(enum rt_resp_kind kind, size_t count)
{
    return (struct rt_resp_value){.kind = kind, .count = count};
}

struct rt_resp_value rt_resp_null(void)
{
    return (struct rt_resp_value){.kind = RT_RESP_NULL};
}

/* ---- writing ---- */

static bool has_line_end(struct rt_slice text)
{
    return text.size > 0 && (memchr(text.data, '\r', text.size) ||
                             memchr(text.data, '\n', text.size));
}

/* The kind, what is behind it in the line, and the line's end. */
static int put_line(struct rt_buffer *out, enum rt_resp_kind kind,
                    struct rt_slice rest)
{
    char first = (char)kind;
    int error;

    if (has_line_end(rest)) {
        return -EINVAL; /* or a value could pretend to be two */
    }
    error = rt_buffer_append(out, &first, 1);
    if (error == 0) {
        error = rt_buffer_append(out, rest.data, rest.size);
    }
    return error ? error : rt_buffer_append(out, "\r\n", 2);
}

static int put_number(struct rt_buffer *out, enum rt_resp_kind kind,
                      int64_t number)
{
    char text[NUMBER_MOST];
    int size = snprintf(text, sizeof(text), "%" PRId64, number);

    return put_line(out, kind, (struct rt_slice){text, (size_t)size});
}

static int put_blob(struct rt_buffer *out, enum rt_resp_kind kind,
                    struct rt_slice text)
{
    int error = put_number(out, kind, (int64_t)text.size);

    if (error == 0) {
        error = rt_buffer_append(out, text.data, text.size);
    }
    return error ? error : rt_buffer_append(out, "\r\n", 2);
}

static int put_text(struct rt_buffer *out, enum rt_resp_kind kind,
                    struct rt_slice text)
{
    return is_one_of(kind, "$!=") ? put_blob(out, kind, text)
                                  : put_line(out, kind, text);
}

/* The digits give the same number again when they are read. */
static int put_double(struct rt_buffer *out, enum rt_resp_kind kind,
                      double number)
{
    char text[NUMBER_MOST];
    int size = isnan(number) ? snprintf(text, sizeof(text), "nan")
                             : snprintf(text, sizeof(text), "%.17g", number);

    return put_text(out, kind, (struct rt_slice){text, (size_t)size});
}

static int put_value(struct rt_buffer *out, const struct rt_resp_value *value)
{
    bool has_pairs = is_one_of(value->kind, "%|");

    if (rt_resp_has_elements(value->kind)) {
        return put_number(out, value->kind,
                          (int64_t)(value->count / (has_pairs ? 2 : 1)));
    }
    if (rt_resp_has_text(value->kind)) {
        return put_text(out, value->kind, value->text);
    }
    switch (value->kind) {
    case RT_RESP_INTEGER:
        return put_number(out, value->kind, value->integer);
    case RT_RESP_DOUBLE:
        return put_double(out, value->kind, value->number);
    case RT_RESP_BOOL:
        return put_line(out, value->kind,
                        (struct rt_slice){value->integer ? "t" : "f", 1});
    case RT_RESP_NULL:
        return put_line(out, value->kind, (struct rt_slice){"", 0});
    default:
        return -EINVAL;
    }
}

/* The nearest thing that version 2 has. */
static int put_value_2(struct rt_buffer *out, const struct rt_resp_value *value)
{
    struct rt_slice text = value->text;

    switch (value->kind) {
    case RT_RESP_MAP:
    case RT_RESP_SET:
    case RT_RESP_PUSH:
        return put_number(out, RT_RESP_ARRAY, (int64_t)value->count);
    case RT_RESP_BIG_NUMBER:
        return put_blob(out, RT_RESP_BULK, text);
    case RT_RESP_VERBATIM: /* without its format */
        text = (struct rt_slice){text.data + 4, text.size - 4};
        return put_blob(out, RT_RESP_BULK, text);
    case RT_RESP_BLOB_ERROR:
        return put_line(out, RT_RESP_ERROR, text);
    case RT_RESP_BOOL:
        return put_number(out, RT_RESP_INTEGER, value->integer);
    case RT_RESP_DOUBLE:
        return put_double(out, RT_RESP_BULK, value->number);
    case RT_RESP_NULL:
        return put_number(out, RT_RESP_BULK, -1);
    case RT_RESP_ATTRIBUTE:
        return -EINVAL;
    default:
        return put_value(out, value);
    }
}

int rt_resp_write(struct rt_buffer *out, struct rt_resp_value value,
                  int version)
{
    size_t length = rt_buffer_length(out);
    int error =
        version == 2 ? put_value_2(out, &value) : put_value(out, &value);

    if (error) {
        rt_buffer_truncate(out, length);
    }
    return error;
}
