#include "io/until.h"

#include <errno.h>
#include <string.h>

#include "future/async.h"

enum { CHUNK = 4095 }; /* bytes that rt_read_to_end wants at once */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many more bytes a buffer may hold. */
static size_t room_in(const struct rt_buffer *buffer, size_t most)
{
    return most - smaller(most, rt_buffer_length(buffer));
}

/* ---- up to a delimiter ---- */

/*
 * Moves what was read ahead, up to the delimiter, as far as there is room.
 * Returns 1 when that was all, 0 when more is to be read, or an error.
 */
static int take_until(struct rt_read_until *self)
{
    struct rt_slice ahead = rt_buffer_slice(&self->from->in);
    const char *found = memchr(ahead.data, self->delimiter, ahead.size);
    size_t wanted = found ? (size_t)(found - ahead.data) + 1 : ahead.size;
    size_t count = smaller(wanted, room_in(self->into, self->most));
    int error = rt_buffer_append(self->into, ahead.data, count);

    if (error) {
        return error;
    }
    rt_buffer_consume(&self->from->in, count);
    self->done += count;
    return count < wanted ? -EMSGSIZE : found != NULL;
}

static enum rt_poll until_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_read_until *self = RT_SELF(future, struct rt_read_until);

    RT_BEGIN(self);
    do {
        self->peek = rt_peek(self->from);
        RT_AWAIT(self->peek);
        self->result =
            self->peek.result > 0 ? take_until(self) : self->peek.result;
    } while (self->peek.result > 0 && self->result == 0);
    if (self->result >= 0) {
        self->result = (ssize_t)self->done;
    }
    RT_END(self);
}

static const struct rt_future_ops until_ops = {
    .poll = until_poll,
    .name = "read until",
};

struct rt_read_until rt_read_until(struct rt_buffered *from, char delimiter,
                                   struct rt_buffer *into, size_t most)
{
    return (struct rt_read_until){
        .future = RT_FUTURE(&until_ops),
        .from = from,
        .into = into,
        .most = most,
        .delimiter = delimiter,
    };
}

/* ---- lines ---- */

static struct rt_slice without_end(struct rt_slice line)
{
    if (line.data[line.size - 1] == '\n') {
        line.size--;
        line.size -= line.size > 0 && line.data[line.size - 1] == '\r';
    }
    return line;
}

static enum rt_poll next_line_poll(struct rt_future *future,
                                   struct rt_context *cx)
{
    struct rt_next_line *self = RT_SELF(future, struct rt_next_line);
    struct rt_lines *lines = self->lines;

    RT_BEGIN(self);
    rt_buffer_consume(&lines->buffer, lines->used);
    lines->used = 0;
    self->until =
        rt_read_until(lines->from, '\n', &lines->buffer, lines->longest);
    RT_AWAIT(self->until);
    if (self->until.result < 0) {
        self->result = (int)self->until.result;
        RT_RETURN();
    }
    lines->used = rt_buffer_length(&lines->buffer);
    if (lines->used > 0) {
        lines->line = without_end(rt_buffer_slice(&lines->buffer));
        self->result = 1;
    }
    RT_END(self);
}

static const struct rt_future_ops next_line_ops = {
    .poll = next_line_poll,
    .name = "next line",
};

struct rt_lines rt_lines(struct rt_buffered *from, size_t longest)
{
    return (struct rt_lines){.from = from, .longest = longest};
}

void rt_lines_deinit(struct rt_lines *lines)
{
    rt_buffer_deinit(&lines->buffer);
    lines->used = 0;
}

struct rt_next_line rt_lines_next(struct rt_lines *lines)
{
    return (struct rt_next_line){
        .future = RT_FUTURE(&next_line_ops),
        .lines = lines,
    };
}

/* ---- to the end ---- */

/*
 * Begins a read of one byte more than there is room for: so what just fits is
 * told from what does not. 0 or -ENOMEM.
 */
static int begin_read(struct rt_read_to_end *self)
{
    struct rt_buffer *into = self->into;
    size_t size = smaller(room_in(into, self->most), CHUNK) + 1;
    int error = rt_buffer_reserve(into, size);

    if (!error) {
        self->read = rt_read(self->from, into->memory + into->end, size);
    }
    return error;
}

/* Keeps what came, as far as there is room: 0, or an error. */
static int end_read(struct rt_read_to_end *self)
{
    size_t count = self->read.result > 0 ? (size_t)self->read.result : 0;
    size_t kept = smaller(count, room_in(self->into, self->most));

    self->into->end += kept;
    self->done += kept;
    return self->read.result < 0 ? (int)self->read.result
           : kept < count        ? -EMSGSIZE
                                 : 0;
}

static enum rt_poll to_end_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_read_to_end *self = RT_SELF(future, struct rt_read_to_end);

    RT_BEGIN(self);
    do {
        self->result = begin_read(self);
        if (self->result < 0) {
            RT_RETURN();
        }
        RT_AWAIT(self->read);
        self->result = end_read(self);
    } while (self->read.result > 0 && self->result == 0);
    if (self->result == 0) {
        self->result = (ssize_t)self->done;
    }
    RT_END(self);
}

static const struct rt_future_ops to_end_ops = {
    .poll = to_end_poll,
    .name = "read to end",
};

struct rt_read_to_end rt_read_to_end(struct rt_io *from, struct rt_buffer *into,
                                     size_t most)
{
    return (struct rt_read_to_end){
        .future = RT_FUTURE(&to_end_ops),
        .from = from,
        .into = into,
        .most = most,
    };
}
