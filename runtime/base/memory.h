/*
 * Memory: the one door through which the runtime allocates.
 *
 * Everything that allocates can fail, and says so to its caller. Freed
 * memory is poisoned in debug builds, so that a use after free shows at once
 * even without a sanitizer.
 */
#ifndef RT_BASE_MEMORY_H
#define RT_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/atomic.h"

/* Returns zeroed memory of size bytes, owned by the caller, or NULL. */
void *rt_alloc(size_t size);

/* Frees what rt_alloc gave. size is the size asked for; NULL is allowed. */
void rt_free(void *memory, size_t size);

/*
 * Makes the n-th rt_alloc from now fail (1 is the next), and only that one.
 * Zero turns it off. For tests of running out of memory.
 */
void rt_alloc_fail_after(unsigned long n);

/* How many more until the one that fails, or 0: for the function below. */
extern RT_ATOMIC(unsigned long) rt_alloc_countdown;
bool rt_alloc_count_down(void);

/* Counts as an rt_alloc: is this one to fail? For who allocates otherwise. */
static inline bool rt_alloc_is_to_fail(void)
{
    /* Off is the usual case: one relaxed load, no write. */
    return atomic_load_explicit(&rt_alloc_countdown, memory_order_relaxed) &&
           rt_alloc_count_down();
}

/* The struct of the given type that has this pointer as its member. */
#define RT_CONTAINER_OF(pointer, type, member)                                 \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
