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
