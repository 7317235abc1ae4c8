/*
 * Walk: what is in a folder, one entry after the other.
 *
 *     self->walk = rt_walk("src", true);
 *     for (;;) {
 *         self->next = rt_walk_next(&self->walk);
 *         RT_AWAIT(self->next);
 *         if (self->next.result <= 0) { break; }
 *         puts(self->next.path);
 *     }
 *     rt_walk_close(&self->walk);
 *
 * The entries come in the order of the file system, without "." and "..". A
 * deep walk gives a folder before what is in it, and follows no links.
 */
#ifndef RT_FS_WALK_H
#define RT_FS_WALK_H

#include "fs/listing.h"
#include "fs/operation.h"
#include "future/future.h"

struct rt_walk {
    struct rt_fs_operation *operation; /* owned: reads the next entries, or
                                          holds them; NULL: over */
    size_t used;                       /* bytes of them that were given out */
    bool is_begun;                     /* operation was handed over */
    int error;                         /* it could not be made: -ENOMEM */
};

struct rt_walk_next {
    struct rt_future future;
    struct rt_walk *walk; /* borrowed */
    enum rt_fs_kind kind;
    const char *path; /* the folder's and the name; until the next call */
    int result;       /* when ready: 1, an entry; 0, the end; or a negative
                         errno: the folder at path can't be read. The walk may
                         go on with the others. */
};

/* A walk through the folder; deep: all below it too. */
struct rt_walk rt_walk(const char *path, bool is_deep);

/* Ends it; harmless when it was closed before. */
void rt_walk_close(struct rt_walk *walk);

/* Waits for the next entry. When it is dropped, none is lost. */
struct rt_walk_next rt_walk_next(struct rt_walk *walk);

#endif
