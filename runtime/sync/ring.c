#include "sync/ring.h"

#include <string.h>

#include "base/memory.h"

enum { FIRST_PLACES = 8 };

static char *place(const struct rt_ring *ring, size_t index)
{
    return ring->values +
           ((ring->first + index) & (ring->places - 1)) * ring->size;
}

void rt_ring_drain(struct rt_ring *ring, void (*drop)(void *value))
{
    for (size_t i = 0; drop && i < ring->length; i++) {
        drop(place(ring, i));
    }
    rt_free(ring->values, ring->places * ring->size);
    *ring = (struct rt_ring){.size = ring->size};
}

/* Makes one of twice the size, with the values from its start. */
static bool grow(struct rt_ring *ring)
{
    size_t places = ring->places ? 2 * ring->places : FIRST_PLACES;
    char *values = rt_alloc(places * ring->size);

    if (!values) {
        return false;
    }
    for (size_t i = 0; i < ring->length; i++) {
        memcpy(values + i * ring->size, place(ring, i), ring->size);
    }
    rt_free(ring->values, ring->places * ring->size);
    ring->values = values;
    ring->places = places;
    ring->first = 0;
    return true;
}

bool rt_ring_push(struct rt_ring *ring, const void *value)
{
    if (ring->length == ring->places && !grow(ring)) {
        return false;
    }
    memcpy(place(ring, ring->length), value, ring->size);
    ring->length++;
    return true;
}

void rt_ring_pop(struct rt_ring *ring, void *value)
{
    memcpy(value, place(ring, 0), ring->size);
    ring->first = (ring->first + 1) & (ring->places - 1);
    ring->length--;
}
