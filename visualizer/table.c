#include "table.h"

#include <string.h>

#include "memory.h"

enum { FIRST_PLACES = 32 };

void table_init(struct table *table, size_t item_size)
{
    *table = (struct table){.item_size = item_size};
}

void table_deinit(struct table *table)
{
    memory_destroy(table->items);
    memory_destroy(table->places);
    *table = (struct table){.item_size = table->item_size};
}

void table_copy(struct table *table, const struct table *source)
{
    table->items = memory_grow(table->items, &table->capacity, source->count,
                               table->item_size);
    if (source->count) {
        memcpy(table->items, source->items, source->count * table->item_size);
    }
    table->count = source->count;
    if (table->place_count != source->place_count) {
        memory_destroy(table->places);
        table->places =
            memory_create(source->place_count, sizeof(*table->places));
        table->place_count = source->place_count;
    }
    if (source->place_count) {
        memcpy(table->places, source->places,
               source->place_count * sizeof(*table->places));
    }
}

static uint32_t id_at(const struct table *table, size_t index)
{
    uint32_t id;

    memcpy(&id, table_at(table, index), sizeof(id));
    return id;
}

/* Where to look first: Fibonacci hashing, so that 1, 2, 3... spread out. */
static size_t home_of(const struct table *table, uint32_t id)
{
    return (id * 2654435769U >> 7) & (table->place_count - 1);
}

/* The place that holds id, or the free one where it would go. */
static size_t find_place(const struct table *table, uint32_t id)
{
    size_t place = home_of(table, id);

    while (table->places[place] &&
           id_at(table, table->places[place] - 1) != id) {
        place = (place + 1) & (table->place_count - 1);
    }
    return place;
}

void *table_find(const struct table *table, uint32_t id)
{
    uint32_t found;

    if (!table->place_count) {
        return NULL;
    }
    found = table->places[find_place(table, id)];
    return found ? table_at(table, found - 1) : NULL;
}

static void make_places(struct table *table)
{
    size_t larger = table->place_count ? table->place_count * 2 : FIRST_PLACES;

    memory_destroy(table->places);
    table->places = memory_create(larger, sizeof(*table->places));
    table->place_count = larger;
    for (size_t i = 0; i < table->count; i++) {
        table->places[find_place(table, id_at(table, i))] = (uint32_t)(i + 1);
    }
}

void *table_add(struct table *table, uint32_t id)
{
    void *item = table_find(table, id);

    if (item) {
        return item;
    }
    if ((table->count + 1) * 2 > table->place_count) {
        make_places(table);
    }
    table->items = memory_grow(table->items, &table->capacity, table->count + 1,
                               table->item_size);
    item = table_at(table, table->count);
    table->places[find_place(table, id)] = (uint32_t)(table->count + 1);
    table->count++;
    memset(item, 0, table->item_size);
    memcpy(item, &id, sizeof(id));
    return item;
}

/* Frees a place, and moves up those behind it that were pushed off by it. */
static void free_place(struct table *table, size_t hole)
{
    size_t mask = table->place_count - 1;
    size_t next = hole;

    for (;;) {
        size_t home;

        table->places[hole] = 0;
        do {
            next = (next + 1) & mask;
            if (!table->places[next]) {
                return;
            }
            home = home_of(table, id_at(table, table->places[next] - 1));
        } while (((next - home) & mask) < ((next - hole) & mask));
        table->places[hole] = table->places[next];
        hole = next;
    }
}

void table_remove(struct table *table, uint32_t id)
{
    void *item = table_find(table, id);
    size_t index;
    size_t last = table->count - 1;

    if (!item) {
        return;
    }
    index = table_index(table, item);
    free_place(table, find_place(table, id));
    if (index != last) {
        table->places[find_place(table, id_at(table, last))] =
            (uint32_t)(index + 1);
        memcpy(item, table_at(table, last), table->item_size);
    }
    table->count--;
}

size_t table_size(const struct table *table)
{
    return table->count * table->item_size +
           table->place_count * sizeof(*table->places);
}
