#include "text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"

enum {
    FOLD_INDENT = 4, /* columns before the second and later parts of a line */
    FOLD_LEAST = 20, /* columns; who asks for fewer gets this */
};

void text_init(struct text *text)
{
    *text = (struct text){0};
}

void text_deinit(struct text *text)
{
    memory_destroy(text->data);
    *text = (struct text){0};
}

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->data) {
        text->data[0] = '\0';
    }
}

const char *text_get(const struct text *text)
{
    return text->data ? text->data : "";
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    text->data =
        memory_grow(text->data, &text->capacity, text->length + length + 1, 1);
    if (length) { /* else bytes may be NULL */
        memcpy(text->data + text->length, bytes, length);
    }
    text->length += length;
    text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_format(struct text *text, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    text->data = memory_grow(text->data, &text->capacity,
                             text->length + (size_t)length + 1, 1);
    va_start(arguments, format);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

/* The smallest code point that needs so many bytes; less is overlong. */
static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};

static size_t length_from_first(unsigned char first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first < 0xe0) {
        return 2;
    }
    if (first >= 0xe0 && first < 0xf0) {
        return 3;
    }
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

static bool is_code_point(uint32_t value, size_t length)
{
    bool is_surrogate = value >= 0xd800 && value < 0xe000;

    return value >= smallest[length] && value <= 0x10ffff && !is_surrogate;
}

size_t text_decode(const char *bytes, size_t left, uint32_t *code)
{
    unsigned char first = left ? (unsigned char)bytes[0] : 0xff;
    size_t length = length_from_first(first);
    uint32_t value = first;

    if (length == 0 || length > left) {
        return 0;
    }
    if (length > 1) {
        value = first & (0xffU >> (length + 1));
    }
    for (size_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)bytes[i];

        if ((next & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (next & 0x3fU);
    }
    *code = value;
    return is_code_point(value, length) ? length : 0;
}

/* C0 and C1 controls, DEL, and the marks that turn the writing around. */
static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
           (code >= 0x200e && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

void text_add_visible(struct text *text, const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t code = 0;
        size_t size = text_decode(bytes + at, length - at, &code);

        if (size && code == '\n') {
            text_add(text, "\\n");
        } else if (!size || is_control(code)) {
            text_add(text, "?");
        } else {
            text_add_bytes(text, bytes + at, size);
        }
        at += size ? size : 1;
    }
}

static void add_json_character(struct text *text, const char *bytes,
                               size_t size, uint32_t code)
{
    if (code == '"' || code == '\\') {
        text_format(text, "\\%c", (char)code);
    } else if (code == '\n') {
        text_add(text, "\\n");
    } else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
        text_format(text, "\\u%04" PRIx32, code);
    } else {
        text_add_bytes(text, bytes, size);
    }
}

void text_add_json(struct text *text, const char *bytes, size_t length)
{
    text_add(text, "\"");
    for (size_t at = 0; at < length;) {
        uint32_t code = 0;
        size_t size = text_decode(bytes + at, length - at, &code);

        if (size) {
            add_json_character(text, bytes + at, size, code);
        } else {
            text_add(text, "\\ufffd");
        }
        at += size ? size : 1;
    }
    text_add(text, "\"");
}

void text_add_time(struct text *text, uint64_t ns)
{
    uint64_t seconds = ns / 1000000000;
    uint64_t rest = ns % 1000000000;

    if (rest % 1000000 == 0) {
        text_format(text, "%" PRIu64 ".%03" PRIu64 " s", seconds,
                    rest / 1000000);
    } else if (rest % 1000 == 0) {
        text_format(text, "%" PRIu64 ".%06" PRIu64 " s", seconds, rest / 1000);
    } else {
        text_format(text, "%" PRIu64 ".%09" PRIu64 " s", seconds, rest);
    }
}

/* Bytes of line that fit into columns, cut behind a word if there is one. */
static size_t fold_at(const char *line, size_t columns)
{
    size_t used = 0;
    size_t at = 0;
    size_t blank = 0;

    while (line[at] && used < columns) {
        uint32_t code;
        size_t size = text_decode(line + at, strlen(line + at), &code);

        at += size ? size : 1;
        used++;
        if (line[at] == ' ') {
            blank = at;
        }
    }
    return line[at] && blank ? blank : at;
}

void text_add_folded(struct text *text, const char *line, size_t columns)
{
    size_t indent = 0;

    columns = columns < FOLD_LEAST ? FOLD_LEAST : columns;
    do {
        size_t size = fold_at(line, columns - indent);

        text_format(text, "%*s%.*s\n", (int)indent, "", (int)size, line);
        line += size + (line[size] == ' ');
        indent = FOLD_INDENT;
    } while (*line);
}
