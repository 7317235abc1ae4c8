/*
 * Table: items found by their number, in one block of memory.
 *
 * Each item is a struct whose first member is its uint32_t id. Items stand in
 * the order in which they were added, until one is removed: then the last
 * takes its place. A pointer to an item holds until the next add or remove.
 *
 * table_init first, table_deinit last.
 */
#ifndef VISUALIZER_TABLE_H
#define VISUALIZER_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table {
    char *items;      /* owned */
    size_t item_size; /* bytes */
    size_t count;
    size_t capacity;    /* items */
    uint32_t *places;   /* owned; hash table of index + 1; 0: free */
    size_t place_count; /* a power of two, or 0 */
};

void table_init(struct table *table, size_t item_size);
void table_deinit(struct table *table);

/* Makes table (initialised, same item size) an equal of source. */
void table_copy(struct table *table, const struct table *source);

/* The item with this id, or NULL. */
void *table_find(const struct table *table, uint32_t id);

/* The item with this id; added, all zero but for its id, when missing. */
void *table_add(struct table *table, uint32_t id);

/* Removes the item with this id, if there is one. */
void table_remove(struct table *table, uint32_t id);

/* Item number index, below count. */
static inline void *table_at(const struct table *table, size_t index)
{
    return table->items + index * table->item_size;
}

/* The number of an item of this table. */
static inline size_t table_index(const struct table *table, const void *item)
{
    return (size_t)((const char *)item - table->items) / table->item_size;
}

/* Bytes that a copy takes, about. */
size_t table_size(const struct table *table);

#endif
