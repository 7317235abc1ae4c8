/*
 * The kinds of values, and how they are written.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "codec/resp.h"

enum { HEAD_MOST = 32 }; /* bytes of a kind, a number and an end of line */

static bool is_one_of(enum rt_resp_kind kind, const char *kinds)
{
    return kind != 0 && strchr(kinds, (int)kind);
}

bool rt_resp_has_elements(enum rt_resp_kind kind)
{
    return is_one_of(kind, "*%~>|");
}

bool rt_resp_has_pairs(enum rt_resp_kind kind)
{
    return is_one_of(kind, "%|");
}

bool rt_resp_has_text(enum rt_resp_kind kind)
{
    return is_one_of(kind, "+-$(!=");
}

bool rt_resp_is_blob(enum rt_resp_kind kind)
{
    return is_one_of(kind, "$!=");
}

size_t rt_resp_skip(const struct rt_resp_frame *frame, size_t index)
{
    for (size_t left = 1; left > 0; left--, index++) {
        const struct rt_resp_value *value = &frame->values[index];

        left += rt_resp_has_elements(value->kind) ? value->count : 0;
    }
    return index;
}

/* Appends what printf makes of it, HEAD_MOST bytes at most. */
__attribute__((format(printf, 2, 3))) static int put(struct rt_buffer *out,
                                                     const char *format, ...)
{
    char text[HEAD_MOST];
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return rt_buffer_append(out, text, (size_t)size);
}

/* The kind, or behind it the length and an end of line; text, end of line. */
static int put_text(struct rt_buffer *out, enum rt_resp_kind kind,
                    struct rt_slice text)
{
    bool is_blob = rt_resp_is_blob(kind);
    int error = is_blob ? put(out, "%c%zu\r\n", (int)kind, text.size)
                        : put(out, "%c", (int)kind);

    for (size_t i = 0; i < text.size && !is_blob; i++) {
        if (text.data[i] == '\r' || text.data[i] == '\n') {
            return -EINVAL; /* or a value could pretend to be two */
        }
    }
    if (error == 0) {
        error = rt_buffer_append(out, text.data, text.size);
    }
    return error ? error : put(out, "\r\n");
}

static int put_value(struct rt_buffer *out, const struct rt_resp_value *value)
{
    int kind = (int)value->kind;
    size_t in_one = rt_resp_has_pairs(value->kind) ? 2 : 1;

    if (rt_resp_has_elements(value->kind)) {
        return put(out, "%c%zu\r\n", kind, value->count / in_one);
    }
    if (rt_resp_has_text(value->kind)) {
        return put_text(out, value->kind, value->text);
    }
    switch (value->kind) {
    case RT_RESP_INTEGER:
        return put(out, "%c%" PRId64 "\r\n", kind, value->integer);
    case RT_RESP_DOUBLE:
        /* So many digits give the same number again; nan has no sign. */
        return isnan(value->number)
                   ? put(out, ",nan\r\n")
                   : put(out, "%c%.17g\r\n", kind, value->number);
    case RT_RESP_BOOL:
        return put(out, "%c%c\r\n", kind, value->integer ? 't' : 'f');
    case RT_RESP_NULL:
        return put(out, "%c\r\n", kind);
    default:
        return -EINVAL;
    }
}

/* What version 2 has, too. */
static int put_value_2(struct rt_buffer *out, struct rt_resp_value value)
{
    if (value.kind == RT_RESP_NULL) {
        return put(out, "$-1\r\n");
    }
    if (is_one_of(value.kind, "%~>")) {
        value.kind = RT_RESP_ARRAY;
    }
    return is_one_of(value.kind, "+-:$*") ? put_value(out, &value) : -EINVAL;
}

int rt_resp_write(struct rt_buffer *out, struct rt_resp_value value,
                  int version)
{
    size_t length = rt_buffer_length(out);
    int error = version == 2 ? put_value_2(out, value) : put_value(out, &value);

    if (error) {
        rt_buffer_truncate(out, length);
    }
    return error;
}
