#include "io/until.h"

#include <errno.h>
#include <string.h>

enum { CHUNK = 4096 };

/* ---- up to a delimiter ---- */

static struct rt_read_until *until_of(struct rt_future *future)
{
    return (struct rt_read_until *)(void *)future;
}

/* How many more bytes a buffer may hold. */
static size_t room_in(const struct rt_buffer *buffer, size_t most)
{
    size_t length = rt_buffer_length(buffer);

    return length < most ? most - length : 0;
}

/*
 * Moves what was read ahead, up to the delimiter, as far as there is room.
 * Returns 1 when that was all, 0 when more is to be read, or an error.
 */
static int take_until(struct rt_buffered *from, char delimiter,
                      struct rt_buffer *into, size_t most)
{
    size_t ahead = rt_peeked_size(from);
    const char *start = rt_peeked(from);
    const char *found = memchr(start, delimiter, ahead);
    size_t wanted = found ? (size_t)(found - start) + 1 : ahead;
    size_t room = room_in(into, most);
    size_t count = wanted < room ? wanted : room;
    int error = rt_buffer_append(into, start, count);

    if (error) {
        return error;
    }
    rt_consume(from, count);
    if (count < wanted) {
        return -EMSGSIZE;
    }
    return found != NULL;
}

/* Ready: *result is 0 when the delimiter or the end was met, or an error. */
static enum rt_poll poll_until(struct rt_read_until *until,
                               struct rt_context *cx, ssize_t *result)
{
    struct rt_buffered *from = until->from;
    int taken = 0;

    while (taken == 0) {
        if (rt_buffered_poll_peek(from, &until->waiter, cx, 1, result) ==
            RT_PENDING) {
            return RT_PENDING;
        }
        if (*result <= 0) {
            return RT_READY;
        }
        taken = take_until(from, until->delimiter, until->into, until->most);
    }
    *result = taken < 0 ? taken : 0;
    return RT_READY;
}

static enum rt_poll until_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_read_until *until = until_of(future);
    size_t before = rt_buffer_length(until->into);
    enum rt_poll poll = poll_until(until, cx, &until->result);

    until->done += rt_buffer_length(until->into) - before;
    if (poll == RT_READY && until->result == 0) {
        until->result = (ssize_t)until->done;
    }
    return poll;
}

static void until_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&until_of(future)->waiter);
}

static const struct rt_future_ops until_ops = {
    .poll = until_poll,
    .drop = until_drop,
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

static struct rt_next_line *next_line_of(struct rt_future *future)
{
    return (struct rt_next_line *)(void *)future;
}

struct rt_lines rt_lines(struct rt_buffered *from, size_t longest)
{
    return (struct rt_lines){.from = from, .longest = longest};
}

void rt_lines_deinit(struct rt_lines *lines)
{
    rt_buffer_deinit(&lines->buffer);
    lines->line = (struct rt_slice){0};
    lines->is_whole = false;
}

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
    struct rt_next_line *next = next_line_of(future);
    struct rt_lines *lines = next->lines;
    struct rt_buffer *buffer = &lines->buffer;

    if (lines->is_whole) {
        rt_buffer_consume(buffer, rt_buffer_length(buffer));
        lines->is_whole = false;
    }
    if (rt_future_poll(&next->until.future, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    next->result = next->until.result < 0 ? (int)next->until.result : 0;
    if (next->result == 0 && rt_buffer_length(buffer) > 0) {
        lines->line = without_end(rt_buffer_slice(buffer));
        lines->is_whole = true;
        next->result = 1;
    }
    return RT_READY;
}

static void next_line_drop(struct rt_future *future)
{
    rt_future_drop(&next_line_of(future)->until.future);
}

static const struct rt_future_ops next_line_ops = {
    .poll = next_line_poll,
    .drop = next_line_drop,
    .name = "next line",
};

struct rt_next_line rt_lines_next(struct rt_lines *lines)
{
    return (struct rt_next_line){
        .future = RT_FUTURE(&next_line_ops),
        .lines = lines,
        .until =
            rt_read_until(lines->from, '\n', &lines->buffer, lines->longest),
    };
}

/* ---- to the end ---- */

static struct rt_read_to_end *to_end_of(struct rt_future *future)
{
    return (struct rt_read_to_end *)(void *)future;
}

/*
 * One read, behind what is there. When there is no room left, a byte beside
 * it tells whether that was the end.
 */
static enum rt_poll read_some(struct rt_read_to_end *all, struct rt_context *cx)
{
    struct rt_buffer *into = all->into;
    size_t room = room_in(into, all->most);
    size_t size = room < CHUNK ? room : CHUNK;
    char *place = &all->beside;

    all->result = rt_buffer_reserve(into, size);
    if (all->result < 0) {
        return RT_READY;
    }
    if (room > 0) {
        place = into->memory + into->end;
    }
    if (rt_io_poll_read(all->from, &all->waiter, cx, place, room > 0 ? size : 1,
                        &all->result) == RT_PENDING) {
        return RT_PENDING;
    }
    if (all->result > 0 && room == 0) {
        all->result = -EMSGSIZE;
    }
    return RT_READY;
}

static enum rt_poll to_end_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_read_to_end *all = to_end_of(future);

    do {
        if (read_some(all, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        if (all->result > 0) {
            all->into->end += (size_t)all->result;
            all->done += (size_t)all->result;
        }
    } while (all->result > 0);
    if (all->result == 0) {
        all->result = (ssize_t)all->done;
    }
    return RT_READY;
}

static void to_end_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&to_end_of(future)->waiter);
}

static const struct rt_future_ops to_end_ops = {
    .poll = to_end_poll,
    .drop = to_end_drop,
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
