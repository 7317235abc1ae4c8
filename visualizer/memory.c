#include "memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 16 };

static void *require(void *memory)
{
    if (!memory) {
        fputs("polliwog-viz: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

void *memory_create(size_t count, size_t size)
{
    return require(calloc(count ? count : 1, size));
}

void *memory_grow(void *memory, size_t *capacity, size_t need, size_t size)
{
    size_t larger = *capacity ? *capacity : FIRST_CAPACITY;

    if (need <= *capacity) {
        return memory;
    }
    while (larger < need) {
        larger *= 2;
    }
    if (larger > SIZE_MAX / size) {
        return require(NULL);
    }
    *capacity = larger;
    return require(realloc(memory, larger * size));
}

void memory_destroy(void *memory)
{
    free(memory);
}
