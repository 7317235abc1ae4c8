/*
 * File: an open file as an io.
 *
 * rt_read, rt_write and all that is made of them work at its position. Unlike
 * Tokio's, a write is over when its future is ready: the system has the bytes,
 * and nothing is left to be flushed. When a read or write is dropped while it
 * runs, the position stays where it was; the next one waits until it is over.
 *
 * One task at a time uses the position. What goes to an offset (fs/fs.h) may
 * run side by side.
 */
#ifndef RT_FS_FILE_H
#define RT_FS_FILE_H

#include "fs/operation.h"
#include "io/io.h"

enum { RT_FILE_MOST = 2 << 20 }; /* bytes that one request moves */

struct rt_file {
    struct rt_io io;
    struct rt_fs_handle *handle;       /* owned; NULL: closed */
    struct rt_fs_operation *operation; /* owned: the last read or write, if it
                                          is not done with; or NULL */
    int64_t position; /* bytes from the start; -1: it has none (a pipe) */
};

/*
 * An io of an fd that may block, such as STDIN_FILENO; a pipe or a terminal
 * too. It gets a number of its own, and its flags stay as they are, for other
 * processes share them; so somebody must wait for it, as for a file. It has no
 * position. A read that is dropped holds its thread until something comes, and
 * what comes then goes to the next read. 0; or -ENOMEM, or another errno.
 */
int rt_file_of_fd(struct rt_file *file, int fd);

/*
 * Closes it; harmless when closed before, or never opened (zeroed). What still
 * runs on the file holds it open until then.
 */
void rt_file_close(struct rt_file *file);

/*
 * Moves the position to so many bytes from the start. 0; or -ESPIPE: it has
 * none; -EINVAL: before the start.
 */
int rt_file_seek(struct rt_file *file, int64_t position);

/* For rt_file_open: makes a file of what RT_FS_OPEN gave. */
void rt_file_take(struct rt_file *file, struct rt_fs_operation *opened);

/*
 * An operation on the file's handle, with room for size bytes (at most
 * RT_FILE_MOST). NULL: no memory.
 */
struct rt_fs_operation *rt_file_operation(const struct rt_file *file,
                                          enum rt_fs_code code, size_t size,
                                          int64_t offset);

#endif
