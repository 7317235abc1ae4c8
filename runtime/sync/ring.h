/*
 * Ring: values of one size, first in, first out, in a ring that grows.
 *
 * Not locked. Zero bytes but for size are an empty ring.
 */
#ifndef RT_SYNC_RING_H
#define RT_SYNC_RING_H

#include <stdbool.h>
#include <stddef.h>

struct rt_ring {
    size_t size;   /* bytes of a value */
    char *values;  /* owned: places * size bytes */
    size_t places; /* a power of two, or 0 */
    size_t first;  /* the place of the oldest value */
    size_t length; /* values in it */
};

/* Calls drop (or NULL) on each value in it and frees the places. */
void rt_ring_drain(struct rt_ring *ring, void (*drop)(void *value));

/* Copies the value in behind the others. False: no memory. */
bool rt_ring_push(struct rt_ring *ring, const void *value);

/* Copies the oldest value out; there must be one. */
void rt_ring_pop(struct rt_ring *ring, void *value);

#endif
