/*
 * Walk: what is in a folder, as a stream of struct rt_walk_entry.
 *
 *     self->walk = rt_walk("src", true);
 *     for (;;) {
 *         self->next = RT_NEXT(self->walk, self->entry);
 *         RT_AWAIT(self->next);
 *         if (self->next.result <= 0) { break; }
 *         puts(self->entry.path);
 *     }
 *     rt_stream_drop(&self->walk.stream);
 *
 * The entries come in the order of the file system, without "." and "..". A
 * deep walk gives a folder before what is in it, and follows no links. An
 * error is that of a folder which can't be read: walk.folder is its path. The
 * walk may go on with the others.
 */
#ifndef RT_FS_WALK_H
#define RT_FS_WALK_H

#include "fs/fs.h"
#include "stream/stream.h"

struct rt_walk_entry {
    mode_t type;      /* S_ISDIR(type), S_ISREG(type), ...; 0: not known */
    const char *path; /* the folder's and the name; until the next is asked
                         for */
};

struct rt_walk {
    struct rt_stream stream;
    bool is_deep;
    struct rt_buffer folders; /* owned: paths that are to be read, with NULs */
    const char *folder;       /* the one that is read, or was last */
    struct rt_fs list;        /* reads it */
    struct rt_buffer entries; /* owned: what is in it */
    int error;                /* it could not be made: -ENOMEM */
};

/* A walk through the folder; deep: all below it too. */
struct rt_walk rt_walk(const char *path, bool is_deep);

#endif
