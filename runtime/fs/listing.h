/*
 * Listing: what is in a folder, read some entries at a time.
 *
 * Entries are packed into the bytes of an operation: one byte for the kind
 * (enum rt_fs_kind) or the error, then the path and its NUL.
 */
#ifndef RT_FS_LISTING_H
#define RT_FS_LISTING_H

#include "fs/operation.h"

enum rt_fs_kind {
    RT_FS_FILE,
    RT_FS_FOLDER,
    RT_FS_LINK,  /* a symbolic link, which is not followed */
    RT_FS_OTHER, /* a device, a socket, a pipe */
};

/* For the folder; all below it too if is_deep. NULL: no memory. */
struct rt_fs_listing *rt_fs_listing_create(const char *path, bool is_deep);

/* NULL is allowed. */
void rt_fs_listing_destroy(struct rt_fs_listing *listing);

/*
 * RT_FS_LIST: fills the operation's bytes with what comes next. Gives how many
 * bytes that is, 0 at the end, or a negative errno for a folder that can't be
 * read, whose path is in bytes then; it can go on with the others.
 */
int64_t rt_fs_list(struct rt_fs_operation *operation);

#endif
