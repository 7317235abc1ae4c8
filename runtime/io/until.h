/*
 * Until: reading up to a delimiter, line by line, or to the end.
 *
 * What was read is put into a buffer (borrowed) behind what is there already,
 * until that holds so many bytes: most. It is kept on an error, and when the
 * future is dropped halfway: to go on, read again into the same buffer.
 */
#ifndef RT_IO_UNTIL_H
#define RT_IO_UNTIL_H

#include "io/buffered.h"

struct rt_read_until {
    struct rt_future future;
    struct rt_buffered *from; /* borrowed */
    struct rt_buffer *into;   /* borrowed */
    size_t most;              /* that it may hold */
    struct rt_peek peek;
    char delimiter;
    size_t done;    /* bytes put in so far */
    ssize_t result; /* when ready: the same, or a negative errno */
};

/*
 * Reads to the first delimiter, which is put in too, or to the end of the
 * stream. -EMSGSIZE when that is more than the buffer may hold; or -ENOMEM.
 */
struct rt_read_until rt_read_until(struct rt_buffered *from, char delimiter,
                                   struct rt_buffer *into, size_t most);

/* Lines out of a buffered io, one at a time. It may be moved. */
struct rt_lines {
    struct rt_buffered *from; /* borrowed */
    struct rt_buffer buffer;
    size_t longest;
    size_t used;          /* bytes of the line that was handed out */
    struct rt_slice line; /* in buffer; without its end, \n or \r\n */
};

struct rt_next_line {
    struct rt_future future;
    struct rt_lines *lines; /* borrowed */
    struct rt_read_until until;
    int result; /* when ready: 1: lines->line is the next one; 0: there is no
                   more; or a negative errno */
};

/*
 * Lines of up to longest bytes with their ends; a longer one gives -EMSGSIZE,
 * again and again. rt_lines_deinit frees the last line.
 */
struct rt_lines rt_lines(struct rt_buffered *from, size_t longest);
void rt_lines_deinit(struct rt_lines *lines);

/* The next line, valid until this is called again; the last needs no end. */
struct rt_next_line rt_lines_next(struct rt_lines *lines);

struct rt_read_to_end {
    struct rt_future future;
    struct rt_io *from;     /* borrowed */
    struct rt_buffer *into; /* borrowed */
    size_t most;            /* that it may hold */
    struct rt_read read;
    size_t done;    /* bytes put in so far */
    ssize_t result; /* when ready: the same, or a negative errno */
};

/*
 * Reads all there is. -EMSGSIZE when that is more than the buffer may hold; or
 * -ENOMEM.
 */
struct rt_read_to_end rt_read_to_end(struct rt_io *from, struct rt_buffer *into,
                                     size_t most);

#endif
