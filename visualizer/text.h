/*
 * Text: a string that grows, and the ways to put foreign bytes into it.
 *
 * Names and output in a trace come from somebody else's program. They may
 * hold anything: control characters that would move the cursor, half a UTF-8
 * character, quotes. So they are added through a function that knows where
 * the text goes: to a terminal, or into JSON.
 *
 * text_init or a zeroed struct first, text_deinit last.
 */
#ifndef VISUALIZER_TEXT_H
#define VISUALIZER_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
    char *data;      /* owned; NUL-terminated once something was added */
    size_t length;   /* bytes, without the NUL */
    size_t capacity; /* bytes */
};

void text_init(struct text *text);
void text_deinit(struct text *text);

/* Empties it and keeps the memory. */
void text_clear(struct text *text);

/* The characters, "" when there are none. Borrowed until the next change. */
const char *text_get(const struct text *text);

void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Adds foreign bytes for people: a line feed becomes "\n", other control
 * characters and broken UTF-8 become "?", so nothing reaches the terminal
 * but what can be seen.
 */
void text_add_visible(struct text *text, const char *bytes, size_t length);

/* Adds foreign bytes as a JSON string, with its quotes. */
void text_add_json(struct text *text, const char *bytes, size_t length);

/* Adds a time in seconds, "1.500 s", with as many digits as it needs. */
void text_add_time(struct text *text, uint64_t ns);

/* Adds a line, folded between words into lines of so many columns. */
void text_add_folded(struct text *text, const char *line, size_t columns);

/*
 * Length in bytes of the UTF-8 character at bytes, of which left remain; 0
 * when it is none. *code gets its code point.
 */
size_t text_decode(const char *bytes, size_t left, uint32_t *code);

#endif
