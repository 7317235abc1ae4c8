/*
 * Files: opening, reading, writing, and what else is done with names.
 *
 *     self->work = rt_file_open(&self->file, "notes.txt", O_RDONLY, 0);
 *     RT_AWAIT(self->work);
 *     if (self->work.result < 0) { ... }
 *     self->read = rt_read(&self->file.io, self->buffer, SIZE);
 *     RT_AWAIT(self->read);
 *     ...
 *     rt_file_close(&self->file);
 *
 * Each request is one future, struct rt_fs. It begins at the first poll and
 * runs on a thread that may block. Strings and bytes to write are copied when
 * the future is made; the place for what comes back is borrowed until it is
 * ready or dropped. A request that is dropped while it runs is carried out to
 * its end, and what it brought is thrown away.
 */
#ifndef RT_FS_FS_H
#define RT_FS_FS_H

#include <fcntl.h>

#include "fs/file.h"
#include "future/future.h"

struct rt_fs {
    struct rt_future future;
    struct rt_fs_operation *operation; /* owned; NULL: could not be made */
    void *into;                        /* borrowed: for what comes back */
    int64_t result; /* when ready: 0 or more, or a negative errno */
};

/*
 * Opens a file, with the flags of open(2), and for O_CREAT the mode (0666 if
 * in doubt). When the result is 0, *file is open, and owned by the awaiter.
 */
struct rt_fs rt_file_open(struct rt_file *file, const char *path, int flags,
                          mode_t mode);

/*
 * Reads up to size bytes at the offset; result is how many: fewer at the end
 * of the file, and at most 2 MiB.
 */
struct rt_fs rt_file_read_at(struct rt_file *file, void *buffer, size_t size,
                             int64_t offset);

/* Writes bytes at the offset (2 MiB at most); result is how many. */
struct rt_fs rt_file_write_at(struct rt_file *file, const void *buffer,
                              size_t size, int64_t offset);

/* Waits until the file is on the disk, with its metadata or without. */
struct rt_fs rt_file_sync_all(struct rt_file *file);
struct rt_fs rt_file_sync_data(struct rt_file *file);

/* Cuts the file to so many bytes, or fills it up with zeros. */
struct rt_fs rt_file_truncate(struct rt_file *file, int64_t size);

/* Asks for size, times, permissions, ... */
struct rt_fs rt_file_metadata(struct rt_file *file, struct stat *metadata);
struct rt_fs rt_fs_metadata(const char *path, struct stat *metadata);

/*
 * Reads the whole file; result is its size. *content is made anew, and the
 * awaiter's then: rt_buffer_deinit.
 */
struct rt_fs rt_fs_read(const char *path, struct rt_buffer *content);

/* Makes the file, or empties it, and writes these bytes. */
struct rt_fs rt_fs_write(const char *path, const void *bytes, size_t size);

/* Copies bytes and permissions to a file, made or emptied; result: bytes. */
struct rt_fs rt_fs_copy(const char *from, const char *to);

/* Removes a file, or a folder that is empty. */
struct rt_fs rt_fs_remove(const char *path);
struct rt_fs rt_fs_rename(const char *from, const char *to);

/* Makes a folder; all: also those above it, and it may be there already. */
struct rt_fs rt_fs_mkdir(const char *path, mode_t mode);
struct rt_fs rt_fs_mkdir_all(const char *path, mode_t mode);

#endif
