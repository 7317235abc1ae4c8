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
 * Each request is one future, struct rt_fs. It begins at the first poll, and
 * somebody waits for it who may block. Strings and bytes to write are copied
 * when the future is made; the place for what comes back is borrowed until it
 * is ready or dropped. A request that is dropped while it runs is carried out
 * to its end, and what it brought is thrown away.
 *
 * An open file is an io: rt_read, rt_write and all that is made of them work
 * at its position. Unlike Tokio's, a write is over when its future is ready:
 * the system has the bytes, and nothing is left to be flushed. When a read or
 * write is dropped while it runs, the position stays where it was; the next
 * one waits until it is over. One task at a time uses the position; what goes
 * to an offset may run side by side.
 */
#ifndef RT_FS_FS_H
#define RT_FS_FS_H

#include <fcntl.h>

#include "fs/operation.h"
#include "io/io.h"

enum { RT_FILE_MOST = 2 << 20 }; /* bytes that one request moves */

/* May be moved while nothing runs at its position. */
struct rt_file {
    struct rt_io io;
    struct rt_fs_handle *handle; /* owned; NULL: closed */
    struct rt_fs last; /* the last read or write, if it is not done with */
    int64_t position;  /* bytes from the start; -1: it has none (a pipe) */
};

/* ---- open files ---- */

/*
 * Opens a file, with the flags of open(2), and for O_CREAT the mode (0666 if
 * in doubt). When the result is 0, *file is open, and owned by the awaiter.
 */
struct rt_fs rt_file_open(struct rt_file *file, const char *path, int flags,
                          mode_t mode);

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

/*
 * Reads up to size bytes at the offset; result is how many: fewer at the end
 * of the file, and at most RT_FILE_MOST.
 */
struct rt_fs rt_file_read_at(struct rt_file *file, void *buffer, size_t size,
                             int64_t offset);

/* Writes bytes at the offset, RT_FILE_MOST at most; result is how many. */
struct rt_fs rt_file_write_at(struct rt_file *file, const void *buffer,
                              size_t size, int64_t offset);

/* Waits until the file is on the disk, with its metadata or without. */
struct rt_fs rt_file_sync_all(struct rt_file *file);
struct rt_fs rt_file_sync_data(struct rt_file *file);

/* Cuts the file to so many bytes, or fills it up with zeros. */
struct rt_fs rt_file_truncate(struct rt_file *file, int64_t size);

/* Asks for size, times, permissions, ... of the file. */
struct rt_fs rt_file_metadata(struct rt_file *file, struct stat *metadata);

/* ---- names ---- */

/* Asks for the same of the file with this name; follows a link. */
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
