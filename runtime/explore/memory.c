/*
 * Memory of a run. What is freed is kept, poisoned, until the run is over: so
 * nobody else gets it, and a late use shows.
 */
#include <string.h>

#include "explore/explore.h"
#include "explore/threads.h"

#undef calloc
#undef free

enum { BLOCKS_MOST = 4096, POISON = 0xdb };

struct block {
    unsigned char *memory; /* owned */
    size_t size;
    bool is_freed;
};

static struct block blocks[BLOCKS_MOST];
static uint32_t block_count;

static struct block *find(const volatile void *address)
{
    uintptr_t place = (uintptr_t)address;

    for (uint32_t i = 0; i < block_count; i++) {
        uintptr_t begin = (uintptr_t)blocks[i].memory;

        if (place >= begin && place - begin < blocks[i].size) {
            return &blocks[i];
        }
    }
    return NULL;
}

void explore_check_use(const volatile void *address)
{
    const struct block *block = find(address);

    if (block && block->is_freed) {
        rt_explore_fail("thread %u used memory that was freed (%zu bytes)",
                        explore_number(), block->size);
    }
}

void *explore_calloc(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (explore_is_running() && memory) {
        if (block_count == BLOCKS_MOST) {
            rt_explore_fail("more than %d allocations", BLOCKS_MOST);
        }
        blocks[block_count++] = (struct block){memory, count * size, false};
    }
    return memory;
}

void explore_free(void *memory)
{
    struct block *block = explore_is_running() ? find(memory) : NULL;

    if (!block) {
        free(memory);
        return;
    }
    if (block->is_freed) {
        rt_explore_fail("memory was freed twice (%zu bytes)", block->size);
    }
    memset(block->memory, POISON, block->size);
    block->is_freed = true;
}

static void check_block(const struct block *block)
{
    if (!block->is_freed) {
        rt_explore_fail("leak: %zu bytes were never freed", block->size);
    }
    for (size_t i = 0; i < block->size; i++) {
        if (block->memory[i] != POISON) {
            rt_explore_fail("memory was written after it was freed "
                            "(byte %zu of %zu)",
                            i, block->size);
        }
    }
}

void explore_check_memory(void)
{
    for (uint32_t i = 0; i < block_count; i++) {
        check_block(&blocks[i]);
        free(blocks[i].memory);
    }
    block_count = 0;
}
