#include "fs/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "fs/listing.h"

enum { NEW_FILE_MODE = 0666, MODE_BITS = 07777 };

static int64_t or_errno(int64_t result)
{
    return result < 0 ? -errno : result;
}

/* ---- on an open file ---- */

static int64_t run_open(struct rt_fs_operation *operation)
{
    struct rt_fs_handle *handle = rt_alloc(sizeof(*handle));

    if (!handle) {
        return -ENOMEM;
    }
    handle->fd =
        open(operation->path, operation->flags | O_CLOEXEC, operation->mode);
    if (handle->fd < 0) {
        rt_free(handle, sizeof(*handle));
        return -errno;
    }
    atomic_init(&handle->references, 1);
    operation->handle = handle;
    operation->offset = lseek(handle->fd, 0, SEEK_CUR);
    return 0;
}

static int64_t run_read(struct rt_fs_operation *operation)
{
    int fd = operation->handle->fd;

    return or_errno(
        operation->offset < 0
            ? read(fd, operation->bytes, operation->size)
            : pread(fd, operation->bytes, operation->size, operation->offset));
}

static int64_t run_write(struct rt_fs_operation *operation)
{
    int fd = operation->handle->fd;

    return or_errno(
        operation->offset < 0
            ? write(fd, operation->bytes, operation->size)
            : pwrite(fd, operation->bytes, operation->size, operation->offset));
}

static int64_t run_sync(struct rt_fs_operation *operation)
{
    int fd = operation->handle->fd;

    return or_errno(operation->flags ? fdatasync(fd) : fsync(fd));
}

static int64_t run_truncate(struct rt_fs_operation *operation)
{
    return or_errno(ftruncate(operation->handle->fd, operation->offset));
}

static int64_t run_stat(struct rt_fs_operation *operation)
{
    return or_errno(operation->handle
                        ? fstat(operation->handle->fd, &operation->stat)
                        : stat(operation->path, &operation->stat));
}

/* ---- whole files ---- */

/*
 * Reads to the end, whatever the size was said to be: some files of the system
 * say 0. 0 or a negative errno.
 */
static int64_t read_to_end(struct rt_buffer *content, int fd, size_t size)
{
    /* One more, so that the end is seen without more room. */
    int error = rt_buffer_reserve(content, size + 1);
    ssize_t count = 1;

    while (!error && count > 0) {
        count = read(fd, content->memory + content->end,
                     content->capacity - content->end);
        if (count < 0) {
            return -errno;
        }
        content->end += (size_t)count;
        error = rt_buffer_reserve(content, 1);
    }
    return error;
}

static int64_t run_read_all(struct rt_fs_operation *operation)
{
    struct rt_buffer *content = &operation->content;
    int fd = open(operation->path, O_RDONLY | O_CLOEXEC);
    int64_t result;

    if (fd < 0) {
        return -errno;
    }
    rt_buffer_deinit(content); /* of an attempt that was interrupted */
    result = or_errno(fstat(fd, &operation->stat));
    if (!result) {
        result = read_to_end(content, fd, (size_t)operation->stat.st_size);
    }
    close(fd);
    return result ? result : (int64_t)rt_buffer_length(content);
}

/* Writes all of it. 0 or a negative errno. */
static int64_t write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t count = write(fd, bytes, size);

        if (count < 0) {
            return -errno;
        }
        bytes += count;
        size -= (size_t)count;
    }
    return 0;
}

static int64_t run_write_all(struct rt_fs_operation *operation)
{
    int fd = open(operation->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                  NEW_FILE_MODE);
    int64_t result;

    if (fd < 0) {
        return -errno;
    }
    result = write_all(fd, operation->bytes, operation->size);
    /* A full disk across the network may be told only now. */
    if (close(fd) < 0 && !result) {
        result = -errno;
    }
    return result;
}

static int64_t copy_bytes(struct rt_fs_operation *operation, int from, int to)
{
    int64_t copied = 0;
    int64_t error = 0;
    ssize_t count;

    while ((count = read(from, operation->bytes, operation->size)) > 0) {
        error = write_all(to, operation->bytes, (size_t)count);
        if (error) {
            return error;
        }
        copied += count;
    }
    return count < 0 ? -errno : copied;
}

/* To a file with the permissions of the first. The fd, or -errno. */
static int create_like(const char *path, const struct stat *original)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                  original->st_mode & MODE_BITS);

    return fd < 0 ? -errno : fd;
}

static int64_t run_copy(struct rt_fs_operation *operation)
{
    int from = open(operation->path, O_RDONLY | O_CLOEXEC);
    int to = -1;
    int64_t result;

    if (from < 0) {
        return -errno;
    }
    result = or_errno(fstat(from, &operation->stat));
    if (!result) {
        to = create_like(operation->other, &operation->stat);
        result = to < 0 ? to : copy_bytes(operation, from, to);
    }
    if (to >= 0 && close(to) < 0 && result >= 0) {
        result = -errno;
    }
    close(from);
    return result;
}

/* ---- names ---- */

static int64_t run_remove(struct rt_fs_operation *operation)
{
    return or_errno(remove(operation->path));
}

static int64_t run_rename(struct rt_fs_operation *operation)
{
    return or_errno(rename(operation->path, operation->other));
}

static int64_t run_mkdir(struct rt_fs_operation *operation)
{
    return or_errno(mkdir(operation->path, operation->mode));
}

/*
 * Makes what is missing above the last folder; cuts the path at each slash in
 * turn. 0, or why one could not be made.
 */
static int make_those_above(struct rt_fs_operation *operation)
{
    char *slash = operation->path;
    int error = 0;

    while (*slash && (slash = strchr(slash + 1, '/'))) {
        *slash = '\0';
        if (mkdir(operation->path, operation->mode) < 0 && errno != EEXIST) {
            error = -errno;
        }
        *slash = '/';
    }
    return error;
}

static int64_t run_mkdir_all(struct rt_fs_operation *operation)
{
    int above = make_those_above(operation);

    if (mkdir(operation->path, operation->mode) == 0) {
        return 0;
    }
    if (errno == EEXIST && stat(operation->path, &operation->stat) == 0 &&
        S_ISDIR(operation->stat.st_mode)) {
        return 0;
    }
    return errno == ENOENT && above ? above : -errno;
}

/* ---- all of them ---- */

static int64_t (*const runs[])(struct rt_fs_operation *operation) = {
    [RT_FS_OPEN] = run_open,           [RT_FS_READ] = run_read,
    [RT_FS_WRITE] = run_write,         [RT_FS_SYNC] = run_sync,
    [RT_FS_TRUNCATE] = run_truncate,   [RT_FS_STAT] = run_stat,
    [RT_FS_READ_ALL] = run_read_all,   [RT_FS_WRITE_ALL] = run_write_all,
    [RT_FS_COPY] = run_copy,           [RT_FS_REMOVE] = run_remove,
    [RT_FS_RENAME] = run_rename,       [RT_FS_MKDIR] = run_mkdir,
    [RT_FS_MKDIR_ALL] = run_mkdir_all, [RT_FS_LIST] = rt_fs_list,
};

void rt_fs_run(struct rt_fs_operation *operation)
{
    do {
        operation->result = runs[operation->code](operation);
    } while (operation->result == -EINTR);
}
