/*
 * Decoding goes on a value at a time, as far as the bytes go, and remembers
 * where it stands, so that a large frame in many pieces is not read again and
 * again: only the line of the value that was cut.
 */
#include "codec/resp.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    NUMBER_MOST = 64, /* bytes of a number */
    VALUE_LEAST = 3,  /* bytes of any value: "_\r\n" */
};

static bool is_one_of(enum rt_resp_kind kind, const char *kinds)
{
    return kind != 0 && strchr(kinds, (int)kind);
}

bool rt_resp_has_elements(enum rt_resp_kind kind)
{
    return is_one_of(kind, "*%~>|");
}

static bool has_pairs(enum rt_resp_kind kind)
{
    return is_one_of(kind, "%|");
}

bool rt_resp_has_text(enum rt_resp_kind kind)
{
    return is_one_of(kind, "+-$(!=");
}

/* A line tells how long the text is that is behind it. */
static bool is_blob(enum rt_resp_kind kind)
{
    return is_one_of(kind, "$!=");
}

/* ---- what a line says ---- */

/*
 * One byte or more, of these only? The \r behind the text ends the search, and
 * what the C library takes for a number, too. Without this it would take more
 * than is one: " 1", "0x1", "nan(1)".
 */
static bool is_made_of(struct rt_slice text, const char *bytes)
{
    return text.size > 0 && strspn(text.data, bytes) == text.size;
}

static int parse_integer(struct rt_slice text, int64_t *integer)
{
    char *end;

    if (!is_made_of(text, "+-0123456789")) {
        return -EBADMSG;
    }
    errno = 0;
    *integer = strtoll(text.data, &end, 10);
    return *end != '\r' || errno ? -EBADMSG : 0;
}

static int parse_double(struct rt_slice text, double *number)
{
    char *end;

    if (text.size > NUMBER_MOST || !is_made_of(text, "+-0123456789.eEinfa")) {
        return -EBADMSG;
    }
    *number = strtod(text.data, &end);
    return *end == '\r' ? 0 : -EBADMSG;
}

static int check_big_number(struct rt_slice text)
{
    size_t sign = text.size > 0 && strchr("+-", text.data[0]) ? 1 : 0;
    struct rt_slice digits = {text.data + sign, text.size - sign};

    return is_made_of(digits, "0123456789") ? 0 : -EBADMSG;
}

static int parse_bool(struct rt_slice text, int64_t *integer)
{
    *integer = text.data[0] == 't';
    return text.size == 1 && is_made_of(text, "tf") ? 0 : -EBADMSG;
}

/* A length or a count up to most. -1 makes the value null, as in version 2. */
static int parse_length(struct rt_slice text, size_t most,
                        struct rt_resp_value *value, size_t *length)
{
    int64_t integer;

    if (parse_integer(text, &integer) < 0) {
        return -EBADMSG;
    }
    if (integer == -1 &&
        (value->kind == RT_RESP_BULK || value->kind == RT_RESP_ARRAY)) {
        value->kind = RT_RESP_NULL;
        return 0;
    }
    *length = (size_t)integer;
    if (integer < 0) {
        return -EBADMSG;
    }
    return *length > most ? -EMSGSIZE : 0;
}

/* The line, without its kind and its end, tells how many elements follow. */
static int parse_elements(struct rt_slice line, size_t most,
                          struct rt_resp_value *value)
{
    int error = parse_length(line, most / VALUE_LEAST, value, &value->count);

    if (error == 0) {
        value->count *= has_pairs(value->kind) ? 2 : 1;
        value->count += value->kind == RT_RESP_ATTRIBUTE;
    }
    return error;
}

/* The value that the line says; of a blob only the size. 0 or an errno. */
static int parse_line(struct rt_slice line, size_t most,
                      struct rt_resp_value *value)
{
    switch (value->kind) {
    case RT_RESP_SIMPLE:
    case RT_RESP_ERROR:
        value->text = line;
        return 0;
    case RT_RESP_BIG_NUMBER:
        value->text = line;
        return check_big_number(line);
    case RT_RESP_INTEGER:
        return parse_integer(line, &value->integer);
    case RT_RESP_BOOL:
        return parse_bool(line, &value->integer);
    case RT_RESP_DOUBLE:
        return parse_double(line, &value->number);
    case RT_RESP_NULL:
        return line.size == 0 ? 0 : -EBADMSG;
    default:
        return is_blob(value->kind)
                   ? parse_length(line, most, value, &value->text.size)
                   : -EBADMSG;
    }
}

/* ---- values ---- */

/* The text of a blob, whose line is known, and the end of line behind it. */
static ssize_t parse_blob(struct rt_slice bytes, struct rt_resp_value *value)
{
    size_t size = value->text.size;

    value->text.data = bytes.data;
    if (bytes.size < size + 2) {
        return 0;
    }
    if (memcmp(bytes.data + size, "\r\n", 2) != 0 ||
        (value->kind == RT_RESP_VERBATIM &&
         (size < 4 || bytes.data[3] != ':'))) {
        return -EBADMSG;
    }
    return (ssize_t)size + 2;
}

/*
 * The value at the start of bytes, whose line ends with the \n at last: how
 * many bytes it takes; 0, more are needed; or a negative errno.
 */
static ssize_t parse_value(struct rt_slice bytes, const char *last, size_t most,
                           struct rt_resp_value *value)
{
    size_t size = (size_t)(last + 1 - bytes.data);
    struct rt_slice line = {bytes.data + 1, size - 3};
    struct rt_slice rest = {last + 1, bytes.size - size};
    ssize_t used;

    /* There is just one carriage return, and it stands before the \n. */
    if (size < 3 || memchr(bytes.data, '\r', size) != last - 1) {
        return -EBADMSG;
    }
    *value = (struct rt_resp_value){.kind = (enum rt_resp_kind) * bytes.data};
    used = rt_resp_has_elements(value->kind) ? parse_elements(line, most, value)
                                             : parse_line(line, most, value);
    if (used == 0 && is_blob(value->kind)) {
        used = parse_blob(rest, value);
        if (used == 0) {
            return 0;
        }
    }
    return used < 0 ? used : used + (ssize_t)size;
}

bool rt_resp_next(struct rt_slice *rest, struct rt_resp_value *value)
{
    const char *last =
        rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;
    ssize_t used = last ? parse_value(*rest, last, rest->size, value) : 0;

    if (used <= 0) {
        return false;
    }
    *rest = (struct rt_slice){rest->data + used, rest->size - (size_t)used};
    return true;
}

bool rt_resp_skip(struct rt_slice *rest)
{
    struct rt_resp_value value;
    size_t left = 1;

    while (left > 0 && rt_resp_next(rest, &value)) {
        left += rt_resp_has_elements(value.kind) ? value.count : 0;
        left--;
    }
    return left == 0;
}

/* ---- frames ---- */

/* The value at self->at: how many bytes; 0: more are needed; or -errno. */
static ssize_t decode_value(struct rt_resp *self, struct rt_slice bytes)
{
    const char *last =
        memchr(bytes.data + self->scanned, '\n', bytes.size - self->scanned);
    struct rt_resp_value value;
    ssize_t used = 0;

    if (!last) {
        self->scanned = bytes.size;
    } else {
        used = parse_value(bytes, last, self->most, &value);
    }
    if (used <= 0) {
        return used;
    }
    self->at += (size_t)used;
    self->scanned = 0;
    self->left[self->depth - 1]--;
    if (rt_resp_has_elements(value.kind)) {
        if (self->depth == RT_RESP_DEPTH) {
            return -EMSGSIZE;
        }
        self->left[self->depth++] = value.count;
    }
    while (self->depth > 0 && self->left[self->depth - 1] == 0) {
        self->depth--; /* this level is complete */
    }
    return self->at > self->most ? -EMSGSIZE : used;
}

static ssize_t resp_decode(struct rt_codec *codec, struct rt_slice bytes,
                           bool is_last, struct rt_slice *frame)
{
    struct rt_resp *self = RT_CONTAINER_OF(codec, struct rt_resp, codec);
    ssize_t used = 1;

    (void)is_last;
    if (self->depth == 0) {
        self->at = 0;
        self->depth = 1;
        self->left[0] = 1;
    }
    while (used > 0 && self->depth > 0) {
        used = decode_value(self, (struct rt_slice){bytes.data + self->at,
                                                    bytes.size - self->at});
    }
    if (used <= 0) {
        return used == 0 && bytes.size >= self->most ? -EMSGSIZE : used;
    }
    *frame = (struct rt_slice){bytes.data, self->at};
    return (ssize_t)self->at;
}

static int resp_encode(const struct rt_codec *codec, struct rt_slice frame,
                       struct rt_buffer *out)
{
    (void)codec;
    return rt_buffer_append(out, frame.data, frame.size);
}

static const struct rt_codec_ops resp_ops = {resp_decode, resp_encode};

struct rt_resp rt_resp(size_t most)
{
    return (struct rt_resp){.codec = {&resp_ops}, .most = most};
}

/* ---- writing ---- */

/* Appends what printf makes of it, NUMBER_MOST bytes at most. */
__attribute__((format(printf, 2, 3))) static int put(struct rt_buffer *out,
                                                     const char *format, ...)
{
    char text[NUMBER_MOST];
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
    bool has_size = is_blob(kind);
    int error = has_size ? put(out, "%c%zu\r\n", (int)kind, text.size)
                         : put(out, "%c", (int)kind);

    for (size_t i = 0; i < text.size && !has_size; i++) {
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
    size_t in_one = has_pairs(value->kind) ? 2 : 1;

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
