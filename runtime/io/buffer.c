#include "io/buffer.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"

enum { FIRST_CAPACITY = 64 };

void rt_buffer_deinit(struct rt_buffer *buffer)
{
    rt_free(buffer->memory, buffer->capacity);
    *buffer = (struct rt_buffer){0};
}

/* Moves the bytes to memory of so many bytes, or within what there is. */
static int move_to_front(struct rt_buffer *buffer, size_t capacity)
{
    size_t length = rt_buffer_length(buffer);
    char *memory = buffer->memory;

    if (capacity != buffer->capacity) {
        memory = rt_alloc(capacity);
        if (!memory) {
            return -ENOMEM;
        }
    }
    if (length > 0) {
        memmove(memory, buffer->memory + buffer->start, length);
    }
    if (memory != buffer->memory) {
        rt_free(buffer->memory, buffer->capacity);
    }
    *buffer = (struct rt_buffer){memory, capacity, 0, length};
    return 0;
}

int rt_buffer_reserve(struct rt_buffer *buffer, size_t size)
{
    size_t length = rt_buffer_length(buffer);
    size_t capacity = buffer->capacity;

    if (size <= capacity - buffer->end) {
        return 0;
    }
    if (size > SIZE_MAX / 4 - length) {
        return -ENOMEM;
    }
    /*
     * Within the same memory only when fewer bytes move than were used up: so
     * all moves together cost no more than the bytes that went through.
     */
    if (buffer->start < length || capacity < length + size) {
        capacity = capacity ? 2 * capacity : FIRST_CAPACITY;
    }
    while (capacity < length + size) {
        capacity *= 2;
    }
    return move_to_front(buffer, capacity);
}

int rt_buffer_append(struct rt_buffer *buffer, const void *data, size_t size)
{
    int error = rt_buffer_reserve(buffer, size);

    if (error) {
        return error;
    }
    if (size > 0) {
        memcpy(buffer->memory + buffer->end, data, size);
        buffer->end += size;
    }
    return 0;
}

size_t rt_buffer_take(struct rt_buffer *buffer, void *data, size_t size)
{
    struct rt_slice bytes = rt_buffer_slice(buffer);
    size_t count = size < bytes.size ? size : bytes.size;

    if (count > 0) {
        memcpy(data, bytes.data, count);
        rt_buffer_consume(buffer, count);
    }
    return count;
}

enum rt_poll rt_buffer_poll_fill(struct rt_buffer *buffer, size_t most,
                                 struct rt_io *io, struct rt_io_waiter *waiter,
                                 struct rt_context *cx, ssize_t *result)
{
    struct iovec room = {NULL, most};
    struct rt_io_request request = {RT_IO_READ, waiter, &room, 1, 0};

    *result = rt_buffer_reserve(buffer, most);
    if (*result < 0) {
        return RT_READY;
    }
    room.iov_base = buffer->memory + buffer->end;
    if (rt_io_poll(io, &request, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    buffer->end += request.result > 0 ? (size_t)request.result : 0;
    *result = request.result;
    return RT_READY;
}

enum rt_poll rt_buffer_poll_drain(struct rt_buffer *buffer, struct rt_io *io,
                                  struct rt_io_waiter *waiter,
                                  struct rt_context *cx, ssize_t *result)
{
    *result = 0;
    while (rt_buffer_length(buffer) > 0) {
        struct iovec rest = {buffer->memory + buffer->start,
                             rt_buffer_length(buffer)};
        struct rt_io_request request = {RT_IO_WRITE, waiter, &rest, 1, 0};

        if (rt_io_poll(io, &request, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        if (request.result < 0) {
            *result = request.result;
            return RT_READY;
        }
        rt_buffer_consume(buffer, (size_t)request.result);
    }
    return RT_READY;
}
