#include "sched/pool.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"

/* Address space; only the pages that are used become memory. */
enum { CHUNK_SIZE = 1024 * 1024, POISON = 0xdb };

struct rt_pool_block {
    struct rt_pool_block *next;
};

struct rt_pool_chunk {
    struct rt_pool *pool; /* borrowed: who owns it */
    struct rt_pool_chunk *next;
    size_t class; /* of all its blocks: their size in steps */
    size_t used;  /* bytes, from the start; behind that, nothing was cut */
};

_Static_assert(sizeof(struct rt_pool_chunk) % RT_POOL_STEP == 0,
               "the first block is aligned");

static struct rt_pool_chunk *chunk_of(void *memory)
{
    return (void *)((char *)memory - (uintptr_t)memory % CHUNK_SIZE);
}

static void push(struct rt_pool *pool, size_t class,
                 struct rt_pool_block *block)
{
    block->next = pool->free[class];
    pool->free[class] = block;
}

/* Takes a block that was freed, or NULL. */
static struct rt_pool_block *pop(struct rt_pool *pool, size_t class)
{
    struct rt_pool_block *block = pool->free[class];

    if (block) {
        pool->free[class] = block->next;
    }
    return block;
}

/* Sorts what others have freed into our lists. */
static void take_returned(struct rt_pool *pool)
{
    struct rt_pool_block *block =
        atomic_exchange_explicit(&pool->returned, NULL, memory_order_acquire);

    while (block) {
        struct rt_pool_block *next = block->next;

        push(pool, chunk_of(block)->class, block);
        block = next;
    }
}

/* Address space of CHUNK_SIZE, aligned to it, or NULL. */
static void *map_chunk(void)
{
    size_t size = 2 * (size_t)CHUNK_SIZE;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t before;

    if (memory == MAP_FAILED) {
        return NULL;
    }
    before = -(uintptr_t)memory % CHUNK_SIZE;
    if (before > 0) {
        munmap(memory, before);
    }
    munmap(memory + before + CHUNK_SIZE, CHUNK_SIZE - before);
    return memory + before;
}

static void add_chunk(struct rt_pool *pool, size_t class)
{
    struct rt_pool_chunk *chunk = map_chunk();

    if (chunk) {
        chunk->pool = pool;
        chunk->class = class;
        chunk->used = sizeof(*chunk);
        chunk->next = pool->chunks[class];
        pool->chunks[class] = chunk;
    }
}

/* A block that was never used; NULL: the chunk, if there is one, is full. */
static struct rt_pool_block *cut(struct rt_pool_chunk *chunk, size_t size)
{
    struct rt_pool_block *block;

    if (!chunk || chunk->used + size > CHUNK_SIZE) {
        return NULL;
    }
    block = (void *)((char *)chunk + chunk->used);
    chunk->used += size;
    return block;
}

/* The slow path of an allocation: no block of this class was freed here. */
static __attribute__((noinline)) struct rt_pool_block *
find_block(struct rt_pool *pool, size_t class)
{
    struct rt_pool_block *block;

    if (atomic_load_explicit(&pool->returned, memory_order_relaxed)) {
        take_returned(pool);
        block = pop(pool, class);
        if (block) {
            return block;
        }
    }
    block = cut(pool->chunks[class], class * RT_POOL_STEP);
    if (!block) {
        add_chunk(pool, class);
        block = cut(pool->chunks[class], class * RT_POOL_STEP);
    }
    return block;
}

void *rt_pool_alloc(struct rt_pool *pool, size_t size)
{
    size_t class = (size + RT_POOL_STEP - 1) / RT_POOL_STEP;
    struct rt_pool_block *block;

    if (rt_alloc_is_to_fail()) {
        return NULL;
    }
    block = pop(pool, class);
    return block ? block : find_block(pool, class);
}

static void give_back(struct rt_pool *owner, struct rt_pool_block *block)
{
    block->next = atomic_load_explicit(&owner->returned, memory_order_relaxed);
    /* Release: the owner sees the link, and all that was done before. */
    while (!atomic_compare_exchange_weak_explicit(
        &owner->returned, &block->next, block, memory_order_release,
        memory_order_relaxed)) {
    }
}

void rt_pool_free(struct rt_pool *own, void *memory)
{
    struct rt_pool_chunk *chunk = chunk_of(memory);

#ifdef RT_DEBUG
    memset(memory, POISON, chunk->class * RT_POOL_STEP);
#endif
    if (chunk->pool == own) {
        push(own, chunk->class, memory);
    } else {
        give_back(chunk->pool, memory);
    }
}

void rt_pool_deinit(struct rt_pool *pool)
{
    for (size_t class = 0; class < RT_POOL_CLASSES; class ++) {
        while (pool->chunks[class]) {
            struct rt_pool_chunk *chunk = pool->chunks[class];

            pool->chunks[class] = chunk->next;
            munmap(chunk, CHUNK_SIZE);
        }
    }
}
