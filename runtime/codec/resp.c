/*
 * Decoding goes on a value at a time, as far as the bytes go. Values that are
 * complete stay known until the rest has come, so that a large frame in many
 * pieces is not read again and again: only the value that was cut is.
 */
#include "codec/resp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What decoding a part gives, if not a negative errno. */
enum { NEED_MORE = 0, DONE = 1 };

enum {
    NUMBER_MOST = 64,  /* bytes of a double */
    ELEMENT_LEAST = 3, /* bytes of any value: "_\r\n" */
};

/* The line that a value begins with. */
struct line {
    enum rt_resp_kind kind; /* its first byte */
    struct rt_slice rest;   /* between that and its end */
    size_t end;             /* index in the frame's bytes of what follows */
};

static struct rt_resp_value *values_of(const struct rt_resp *self)
{
    return (struct rt_resp_value *)(void *)self->values.memory;
}

static int push(struct rt_resp *self, struct rt_resp_value value)
{
    int error = rt_buffer_append(&self->values, &value, sizeof(value));

    return error ? error : DONE;
}

/* ---- parts of values ---- */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool has_sign(struct rt_slice text)
{
    return text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
}

static int parse_integer(struct rt_slice text, int64_t *integer)
{
    size_t i = has_sign(text);
    bool is_negative = i == 1 && text.data[0] == '-';

    if (i == text.size) {
        return -EBADMSG;
    }
    for (*integer = 0; i < text.size; i++) {
        int digit = text.data[i] - '0';

        if (!is_digit(text.data[i]) ||
            __builtin_mul_overflow(*integer, 10, integer) ||
            __builtin_add_overflow(*integer, is_negative ? -digit : digit,
                                   integer)) {
            return -EBADMSG;
        }
    }
    return DONE;
}

/* A length or a count up to most; or -1, for null, where that is allowed. */
static int parse_length(struct rt_slice text, size_t most, bool has_null,
                        int64_t *length)
{
    if (parse_integer(text, length) < 0 || *length < (has_null ? -1 : 0)) {
        return -EBADMSG;
    }
    return *length > 0 && (uint64_t)*length > most ? -EMSGSIZE : DONE;
}

/* strtod wants a string, and takes too much: " 1", "0x1", "nan(1)". */
static int parse_double(struct rt_slice text, double *number)
{
    char copy[NUMBER_MOST];
    char *end;

    if (text.size == 0 || text.size >= sizeof(copy)) {
        return -EBADMSG;
    }
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    if (strpbrk(copy, " \t\v\f\rxX(")) {
        return -EBADMSG;
    }
    *number = strtod(copy, &end);
    return end == copy + text.size ? DONE : -EBADMSG;
}

static int parse_bool(struct rt_slice text, int64_t *integer)
{
    if (text.size != 1 || (text.data[0] != 't' && text.data[0] != 'f')) {
        return -EBADMSG;
    }
    *integer = text.data[0] == 't';
    return DONE;
}

static int check_big_number(struct rt_slice text)
{
    size_t i = has_sign(text);

    if (i == text.size) {
        return -EBADMSG;
    }
    while (i < text.size && is_digit(text.data[i])) {
        i++;
    }
    return i == text.size ? DONE : -EBADMSG;
}

/* ---- values ---- */

/* The value of a line that says all. */
static int parse_scalar(struct line line, struct rt_resp_value *value)
{
    switch (line.kind) {
    case RT_RESP_SIMPLE:
    case RT_RESP_ERROR:
        value->text = line.rest;
        return DONE;
    case RT_RESP_BIG_NUMBER:
        value->text = line.rest;
        return check_big_number(line.rest);
    case RT_RESP_INTEGER:
        return parse_integer(line.rest, &value->integer);
    case RT_RESP_BOOL:
        return parse_bool(line.rest, &value->integer);
    case RT_RESP_DOUBLE:
        return parse_double(line.rest, &value->number);
    case RT_RESP_NULL:
        return line.rest.size == 0 ? DONE : -EBADMSG;
    default:
        return -EBADMSG;
    }
}

static int decode_scalar(struct rt_resp *self, struct line line)
{
    struct rt_resp_value value = {.kind = line.kind, .start = self->at + 1};
    int got = parse_scalar(line, &value);

    self->at = line.end;
    return got == DONE ? push(self, value) : got;
}

static int decode_null(struct rt_resp *self, struct line line)
{
    self->at = line.end;
    return push(self, rt_resp_null());
}

/* The line tells the length of the text behind it. */
static int decode_blob(struct rt_resp *self, struct line line,
                       struct rt_slice bytes)
{
    const char *text = bytes.data + line.end;
    struct rt_resp_value value;
    int64_t length;
    int got =
        parse_length(line.rest, self->most, line.kind == RT_RESP_BULK, &length);

    if (got < 0) {
        return got;
    }
    if (length < 0) {
        return decode_null(self, line);
    }
    value = rt_resp_text(line.kind, text, (size_t)length);
    value.start = line.end;
    if (bytes.size - line.end < value.text.size + 2) {
        return NEED_MORE;
    }
    if (memcmp(text + length, "\r\n", 2) != 0 ||
        (line.kind == RT_RESP_VERBATIM && (length < 4 || text[3] != ':'))) {
        return -EBADMSG;
    }
    self->at = line.end + value.text.size + 2;
    return push(self, value);
}

/* The line tells how many elements follow: one more level. */
static int decode_elements(struct rt_resp *self, struct line line)
{
    bool has_pairs = line.kind == RT_RESP_MAP || line.kind == RT_RESP_ATTRIBUTE;
    struct rt_resp_value value;
    int64_t count;
    int got = parse_length(line.rest, self->most / ELEMENT_LEAST,
                           line.kind == RT_RESP_ARRAY, &count);

    if (got < 0) {
        return got;
    }
    if (count < 0) {
        return decode_null(self, line);
    }
    if (self->depth == RT_RESP_DEPTH) {
        return -EMSGSIZE;
    }
    value = rt_resp_elements(line.kind, (size_t)count * (has_pairs ? 2 : 1));
    value.count += line.kind == RT_RESP_ATTRIBUTE;
    self->left[self->depth++] = value.count;
    self->at = line.end;
    return push(self, value);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* A command as a person types it: from self->at to the line's end. */
static int decode_words(struct rt_resp *self, struct rt_slice bytes, size_t end)
{
    size_t start = self->at;
    int got = push(self, rt_resp_elements(RT_RESP_ARRAY, 0));

    self->at = end + 1;
    for (size_t i = start; got == DONE && i <= end; i++) {
        struct rt_resp_value word = rt_resp_text(RT_RESP_BULK, NULL, i - start);

        if (!is_blank(bytes.data[i])) {
            continue;
        }
        word.start = start;
        start = i + 1;
        if (word.text.size > 0) {
            got = push(self, word);
            values_of(self)->count++;
        }
    }
    return got;
}

/* ---- frames ---- */

/* The value whose line goes from first to its \n at last. */
static int decode_line(struct rt_resp *self, struct rt_slice bytes,
                       const char *first, const char *last)
{
    struct line line = {
        .kind = (enum rt_resp_kind) * first,
        .end = (size_t)(last + 1 - bytes.data),
    };

    /* There is just one carriage return, and it stands before the \n. */
    if (last - first < 2 ||
        memchr(first, '\r', (size_t)(last - first)) != last - 1) {
        return -EBADMSG;
    }
    line.rest = (struct rt_slice){first + 1, (size_t)(last - first) - 2};
    if (rt_resp_has_elements(line.kind)) {
        return decode_elements(self, line);
    }
    return line.kind == RT_RESP_BULK || line.kind == RT_RESP_BLOB_ERROR ||
                   line.kind == RT_RESP_VERBATIM
               ? decode_blob(self, line, bytes)
               : decode_scalar(self, line);
}

static int decode_value(struct rt_resp *self, struct rt_slice bytes)
{
    size_t known = self->at + self->scanned;
    const char *first = bytes.data + self->at;
    const char *last = memchr(bytes.data + known, '\n', bytes.size - known);

    if (!last) {
        self->scanned = bytes.size - self->at;
        return NEED_MORE;
    }
    if (self->is_server && self->depth == 1 && *first != RT_RESP_ARRAY) {
        return decode_words(self, bytes, (size_t)(last - bytes.data));
    }
    return decode_line(self, bytes, first, last);
}

/* The next value of the innermost level; or that level is complete. */
static int decode_step(struct rt_resp *self, struct rt_slice bytes)
{
    int level = self->depth - 1;
    int got;

    if (self->left[level] == 0) {
        self->depth--;
        return DONE;
    }
    got = decode_value(self, bytes);
    if (got == DONE) {
        self->left[level]--;
        self->scanned = 0;
    }
    return got;
}

/* Now that no byte will move, the texts get their addresses. */
static struct rt_resp_frame finish(struct rt_resp *self, struct rt_slice bytes)
{
    struct rt_resp_value *values = values_of(self);
    size_t count = rt_buffer_length(&self->values) / sizeof(*values);

    for (size_t i = 0; i < count; i++) {
        if (rt_resp_has_text(values[i].kind)) {
            values[i].text.data = bytes.data + values[i].start;
        }
    }
    return (struct rt_resp_frame){values, count};
}

static ssize_t resp_decode(struct rt_codec *codec, struct rt_slice bytes,
                           bool is_last, void *frame)
{
    struct rt_resp *self = RT_CONTAINER_OF(codec, struct rt_resp, codec);
    int got = DONE;

    (void)is_last;
    if (self->depth == 0) {
        self->at = 0;
        self->depth = 1;
        self->left[0] = 1;
        rt_buffer_truncate(&self->values, 0);
    }
    while (got == DONE && self->depth > 0) {
        got = decode_step(self, bytes);
    }
    if (got < 0) {
        return got;
    }
    if (got == NEED_MORE) {
        return bytes.size >= self->most ? -EMSGSIZE : 0;
    }
    if (self->at > self->most) {
        return -EMSGSIZE;
    }
    *(struct rt_resp_frame *)frame = finish(self, bytes);
    return (ssize_t)self->at;
}

static int resp_encode(const struct rt_codec *codec, const void *frame,
                       struct rt_buffer *out)
{
    const struct rt_resp *self = (const void *)codec;
    const struct rt_resp_frame *all = frame;
    int error = 0;

    for (size_t i = 0; i < all->count && error == 0; i++) {
        error = rt_resp_write(out, all->values[i], self->version);
    }
    return error;
}

static void resp_drop(struct rt_codec *codec)
{
    rt_buffer_deinit(&RT_CONTAINER_OF(codec, struct rt_resp, codec)->values);
}

static const struct rt_codec_ops resp_ops = {
    .decode = resp_decode,
    .encode = resp_encode,
    .drop = resp_drop,
    .frame_size = sizeof(struct rt_resp_frame),
    .name = "resp",
};

struct rt_resp rt_resp(size_t most)
{
    return (struct rt_resp){
        .codec = {&resp_ops},
        .most = most,
        .version = 2,
    };
}
