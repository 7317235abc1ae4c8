/*
 * Memory: the one door through which the visualizer allocates.
 *
 * It is a program for a person at a terminal: without memory there is nothing
 * sensible left to do, so these functions end the program with one line and
 * status 1 instead of returning NULL.
 */
#ifndef VISUALIZER_MEMORY_H
#define VISUALIZER_MEMORY_H

#include <stddef.h>

/* Returns zeroed memory for count items of size bytes, owned by the caller. */
void *memory_create(size_t count, size_t size);

/*
 * Makes room for at least need items of size bytes: returns the memory,
 * moved perhaps, and raises *capacity. What is new in it is not zeroed.
 */
void *memory_grow(void *memory, size_t *capacity, size_t need, size_t size);

void memory_destroy(void *memory);

#endif
