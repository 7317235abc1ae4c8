/*
 * Pool: memory for tasks, a free list for each size.
 *
 * Each worker has one and uses it without a lock. Memory comes in chunks,
 * aligned to their size, so that the address of a block tells its chunk, and
 * the chunk tells its pool: what another thread frees goes back to where it
 * came from, through a list that only grows (Treiber, 1986) until the owner
 * takes it as a whole. Chunks stay with the pool until its end.
 */
#ifndef RT_SCHED_POOL_H
#define RT_SCHED_POOL_H

#include <stdatomic.h>
#include <stddef.h>

enum {
    RT_POOL_STEP = 16,        /* sizes are rounded up to a multiple of it */
    RT_POOL_SIZE_MOST = 1024, /* bytes; larger ones are not pooled */
    RT_POOL_CLASSES = RT_POOL_SIZE_MOST / RT_POOL_STEP + 1,
};

struct rt_pool_block; /* a free block: a link to the next one */
struct rt_pool_chunk;

/* All zero: an empty pool. */
struct rt_pool {
    struct rt_pool_block *free[RT_POOL_CLASSES];
    struct rt_pool_chunk *chunks[RT_POOL_CLASSES]; /* owned */
    _Atomic(struct rt_pool_block *) returned;      /* freed by other threads */
};

/*
 * Returns a block of size bytes (1 to RT_POOL_SIZE_MOST), not zeroed, or NULL.
 * Only the thread that owns the pool.
 */
void *rt_pool_alloc(struct rt_pool *pool, size_t size);

/* Frees a block; own is the pool of the calling thread, or NULL. */
void rt_pool_free(struct rt_pool *own, void *memory);

/* Frees all memory. No block is in use. */
void rt_pool_deinit(struct rt_pool *pool);

#endif
