/*
 * Decoding goes on a value at a time, as far as the bytes go. Values that are
 * complete stay known until the rest has come, so that a large frame in many
 * pieces is not read again and again: only the line of the value that was cut.
 */
#include "codec/resp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What decoding a value gives, if not a negative errno. */
enum { NEED_MORE = 0, DONE = 1 };

enum {
    NUMBER_MOST = 64, /* bytes of an integer or a double, with a NUL */
    VALUE_LEAST = 3,  /* bytes of any value: "_\r\n" */
};

/* ---- what a line says ---- */

/*
 * The C library reads numbers out of strings, and takes too much: " 1", "0x1",
 * "nan(1)". So all bytes must be of an alphabet.
 */
static bool copy_number(struct rt_slice text, const char *alphabet,
                        char copy[NUMBER_MOST])
{
    if (text.size == 0 || text.size >= NUMBER_MOST) {
        return false;
    }
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return strspn(copy, alphabet) == text.size;
}

static int parse_integer(struct rt_slice text, int64_t *integer)
{
    char copy[NUMBER_MOST];
    char *end;

    if (!copy_number(text, "+-0123456789", copy)) {
        return -EBADMSG;
    }
    errno = 0;
    *integer = strtoll(copy, &end, 10);
    return *end || errno ? -EBADMSG : DONE;
}

static int parse_double(struct rt_slice text, double *number)
{
    char copy[NUMBER_MOST];
    char *end;

    if (!copy_number(text, "+-0123456789.eEinfa", copy)) {
        return -EBADMSG;
    }
    *number = strtod(copy, &end);
    return *end ? -EBADMSG : DONE;
}

static int parse_big_number(struct rt_slice text)
{
    size_t i = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
    bool is_good = i < text.size;

    for (; i < text.size; i++) {
        is_good = is_good && text.data[i] >= '0' && text.data[i] <= '9';
    }
    return is_good ? DONE : -EBADMSG;
}

static int parse_bool(struct rt_slice text, int64_t *integer)
{
    *integer = text.size == 1 && text.data[0] == 't';
    return *integer || (text.size == 1 && text.data[0] == 'f') ? DONE
                                                               : -EBADMSG;
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
        return DONE;
    }
    *length = (size_t)integer;
    if (integer < 0) {
        return -EBADMSG;
    }
    return *length > most ? -EMSGSIZE : DONE;
}

/* The value of its first line, rest, that is: of a blob only the size. */
static int parse_line(const struct rt_resp *self, struct rt_slice rest,
                      struct rt_resp_value *value)
{
    switch (value->kind) {
    case RT_RESP_SIMPLE:
    case RT_RESP_ERROR:
        value->text = rest;
        return DONE;
    case RT_RESP_BIG_NUMBER:
        value->text = rest;
        return parse_big_number(rest);
    case RT_RESP_INTEGER:
        return parse_integer(rest, &value->integer);
    case RT_RESP_BOOL:
        return parse_bool(rest, &value->integer);
    case RT_RESP_DOUBLE:
        return parse_double(rest, &value->number);
    case RT_RESP_NULL:
        return rest.size == 0 ? DONE : -EBADMSG;
    default:
        return rt_resp_is_blob(value->kind)
                   ? parse_length(rest, self->most, value, &value->text.size)
                   : -EBADMSG;
    }
}

/* ---- values ---- */

static struct rt_resp_value *values_of(const struct rt_resp *self)
{
    return (struct rt_resp_value *)(void *)self->values.memory;
}

static int push(struct rt_resp *self, struct rt_resp_value value)
{
    int error = rt_buffer_append(&self->values, &value, sizeof(value));

    return error ? error : DONE;
}

/* Behind the line of a blob at end: its text, and one more end of line. */
static int check_blob(const struct rt_resp_value *value, struct rt_slice bytes,
                      size_t end)
{
    const char *text = bytes.data + end;
    size_t size = value->text.size;

    if (bytes.size - end < size + 2) {
        return NEED_MORE;
    }
    if (memcmp(text + size, "\r\n", 2) != 0 ||
        (value->kind == RT_RESP_VERBATIM && (size < 4 || text[3] != ':'))) {
        return -EBADMSG;
    }
    return DONE;
}

/* The line tells how many elements follow: one more level. */
static int begin_elements(struct rt_resp *self, struct rt_slice rest,
                          struct rt_resp_value *value)
{
    int got =
        parse_length(rest, self->most / VALUE_LEAST, value, &value->count);

    if (got < 0 || value->kind == RT_RESP_NULL) {
        return got;
    }
    if (self->depth == RT_RESP_DEPTH) {
        return -EMSGSIZE;
    }
    value->count *= rt_resp_has_pairs(value->kind) ? 2 : 1;
    value->count += value->kind == RT_RESP_ATTRIBUTE;
    self->left[self->depth++] = value->count;
    return DONE;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* A command as a person types it: from self->at to the line's end. */
static int decode_words(struct rt_resp *self, struct rt_slice bytes, size_t end)
{
    size_t start = self->at;
    int got = push(self, (struct rt_resp_value){.kind = RT_RESP_ARRAY});

    self->at = end + 1;
    for (size_t i = start; got == DONE && i <= end; i++) {
        struct rt_resp_value word = {
            .kind = RT_RESP_BULK, .start = start, .text = {.size = i - start}};

        if (!is_blank(bytes.data[i])) {
            continue;
        }
        start = i + 1;
        if (word.text.size > 0) {
            got = push(self, word);
            values_of(self)->count++;
        }
    }
    return got;
}

/* The value whose line goes from first to its \n at last. */
static int decode_line(struct rt_resp *self, struct rt_slice bytes,
                       const char *first, const char *last)
{
    struct rt_resp_value value = {
        .kind = (enum rt_resp_kind) * first,
        .start = self->at + 1,
    };
    size_t end = (size_t)(last + 1 - bytes.data);
    struct rt_slice rest = {first + 1, (size_t)(last - first) - 2};
    int got;

    /* There is just one carriage return, and it stands before the \n. */
    if (last - first < 2 ||
        memchr(first, '\r', (size_t)(last - first)) != last - 1) {
        return -EBADMSG;
    }
    got = rt_resp_has_elements(value.kind) ? begin_elements(self, rest, &value)
                                           : parse_line(self, rest, &value);
    if (got == DONE && rt_resp_is_blob(value.kind)) {
        got = check_blob(&value, bytes, end);
        value.start = end;
        end += value.text.size + 2;
    }
    if (got != DONE) {
        return got;
    }
    self->at = end;
    return push(self, value);
}

static int decode_value(struct rt_resp *self, struct rt_slice bytes)
{
    size_t known = self->at + self->scanned;
    const char *first = bytes.data + self->at;
    const char *last = memchr(bytes.data + known, '\n', bytes.size - known);
    int level = self->depth - 1;
    int got;

    if (!last) {
        self->scanned = bytes.size - self->at;
        return NEED_MORE;
    }
    got = self->is_server && level == 0 && *first != RT_RESP_ARRAY
              ? decode_words(self, bytes, (size_t)(last - bytes.data))
              : decode_line(self, bytes, first, last);
    if (got == DONE) {
        self->left[level]--;
        self->scanned = 0;
    }
    return got;
}

/* ---- frames ---- */

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
        if (self->left[self->depth - 1] == 0) {
            self->depth--; /* this level is complete */
        } else {
            got = decode_value(self, bytes);
        }
    }
    if (got < 0) {
        return got;
    }
    if (self->at > self->most ||
        (got == NEED_MORE && bytes.size >= self->most)) {
        return -EMSGSIZE;
    }
    if (got == NEED_MORE) {
        return 0;
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
