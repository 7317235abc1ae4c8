/*
 * How each request is carried out, on a thread that may wait.
 */
#include "fs/operation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where the system knows no difference, as on macOS. */
#if !defined(_POSIX_SYNCHRONIZED_IO) || _POSIX_SYNCHRONIZED_IO <= 0
#define fdatasync fsync
#endif

enum { NEW_FILE_MODE = 0666, MODE_BITS = 07777, READ_SIZE = 64 << 10 };

static int64_t or_errno(int64_t result)
{
    return result < 0 ? -errno : result;
}

static int64_t run_open(struct rt_fs_operation *operation)
{
    struct rt_fs_request *request = &operation->request;
    int error = rt_fs_handle_create(
        &request->handle,
        open(request->path, request->flags | O_CLOEXEC, request->mode));

    if (error == 0) {
        request->offset = lseek(request->handle->fd, 0, SEEK_CUR);
    }
    return error;
}

static int64_t run_read(struct rt_fs_operation *operation)
{
    const struct rt_fs_request *request = &operation->request;

    return or_errno(request->offset < 0
                        ? read(request->fd, operation->bytes, request->size)
                        : pread(request->fd, operation->bytes, request->size,
                                request->offset));
}

static int64_t run_write(struct rt_fs_operation *operation)
{
    const struct rt_fs_request *request = &operation->request;

    return or_errno(request->offset < 0
                        ? write(request->fd, operation->bytes, request->size)
                        : pwrite(request->fd, operation->bytes, request->size,
                                 request->offset));
}

static int64_t run_sync(struct rt_fs_operation *operation)
{
    int fd = operation->request.fd;

    return or_errno(operation->request.flags ? fdatasync(fd) : fsync(fd));
}

static int64_t run_truncate(struct rt_fs_operation *operation)
{
    return or_errno(
        ftruncate(operation->request.fd, operation->request.offset));
}

static int64_t run_stat_open(struct rt_fs_operation *operation)
{
    return or_errno(fstat(operation->request.fd, &operation->stat));
}

static int64_t run_stat(struct rt_fs_operation *operation)
{
    return or_errno(stat(operation->request.path, &operation->stat));
}

/* Reads more into the buffer: how much, 0 at the end, or a negative errno. */
static int64_t fill(struct rt_buffer *buffer, int fd)
{
    int64_t got = rt_buffer_reserve(buffer, READ_SIZE);

    if (got == 0) {
        got = or_errno(read(fd, buffer->memory + buffer->end,
                            buffer->capacity - buffer->end));
    }
    buffer->end += got > 0 ? (size_t)got : 0;
    return got;
}

/* Whatever the size is said to be: some files of the system say 0. */
static int64_t run_read_all(struct rt_fs_operation *operation)
{
    int fd = open(operation->request.path, O_RDONLY | O_CLOEXEC);
    int64_t got = 1;

    if (fd < 0) {
        return -errno;
    }
    rt_buffer_truncate(&operation->content, 0); /* of an attempt before */
    while (got > 0) {
        got = fill(&operation->content, fd);
    }
    close(fd);
    return got < 0 ? got : (int64_t)rt_buffer_length(&operation->content);
}

static int open_new(const char *path, mode_t mode)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
}

/* 0 or a negative errno. */
static int64_t write_bytes(int fd, const char *bytes, size_t size)
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

/* A full disk across the network may be told only now. The result then is. */
static int64_t close_written(int fd, int64_t result)
{
    return close(fd) < 0 && result >= 0 ? -errno : result;
}

static int64_t run_write_all(struct rt_fs_operation *operation)
{
    int fd = open_new(operation->request.path, NEW_FILE_MODE);

    if (fd < 0) {
        return -errno;
    }
    return close_written(
        fd, write_bytes(fd, operation->bytes, operation->request.size));
}

static int64_t copy_bytes(struct rt_buffer *buffer, int from, int to)
{
    int64_t copied = 0;
    int64_t error = 0;
    int64_t got = 1;

    while (error == 0 && got > 0) {
        rt_buffer_truncate(buffer, 0);
        got = fill(buffer, from);
        error = got < 0 ? got : write_bytes(to, buffer->memory, (size_t)got);
        copied += got;
    }
    return error ? error : copied;
}

/* To a file with the permissions of the first. */
static int64_t run_copy(struct rt_fs_operation *operation)
{
    int from = open(operation->request.path, O_RDONLY | O_CLOEXEC);
    int64_t result;
    int to;

    if (from < 0) {
        return -errno;
    }
    result = or_errno(fstat(from, &operation->stat));
    if (result == 0) {
        to = open_new(operation->request.other,
                      operation->stat.st_mode & MODE_BITS);
        result =
            to < 0
                ? -errno
                : close_written(to, copy_bytes(&operation->content, from, to));
    }
    close(from);
    return result;
}

static int64_t run_remove(struct rt_fs_operation *operation)
{
    return or_errno(remove(operation->request.path));
}

static int64_t run_rename(struct rt_fs_operation *operation)
{
    return or_errno(rename(operation->request.path, operation->request.other));
}

static int64_t run_mkdir(struct rt_fs_operation *operation)
{
    return or_errno(mkdir(operation->request.path, operation->request.mode));
}

/* Makes the folder at bytes, unless there is one. 0 or a negative errno. */
static int64_t make_folder(struct rt_fs_operation *operation)
{
    const char *path = operation->bytes;
    int64_t error = or_errno(mkdir(path, operation->request.mode));

    if (error == -EEXIST) {
        error = or_errno(stat(path, &operation->stat));
        if (error == 0 && !S_ISDIR(operation->stat.st_mode)) {
            error = -EEXIST;
        }
    }
    return error;
}

/* Cuts the path at each slash in turn, to make those above the last one. */
static int64_t run_mkdir_all(struct rt_fs_operation *operation)
{
    char *slash = operation->bytes;
    int64_t error = 0;

    while (!error && *slash && (slash = strchr(slash + 1, '/'))) {
        *slash = '\0';
        error = make_folder(operation);
        *slash = '/';
    }
    return error ? error : make_folder(operation);
}

/* Packs kind, path and name behind the others. 0 or -ENOMEM. */
static int add_entry(struct rt_fs_operation *operation, DIR *folder,
                     const struct dirent *entry)
{
    const char *path = operation->request.path;
    const char *name = entry->d_name;
    struct rt_buffer *content = &operation->content;
    size_t size = 1 + strlen(path) + 1 + strlen(name) + 1;
    char kind = (char)entry->d_type;
    int error;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return 0;
    }
    /* Not every file system tells the kind together with the name. */
    if (entry->d_type == DT_UNKNOWN &&
        fstatat(dirfd(folder), name, &operation->stat, AT_SYMLINK_NOFOLLOW) ==
            0) {
        kind = (char)IFTODT(operation->stat.st_mode);
    }
    error = rt_buffer_reserve(content, size);
    if (error == 0) {
        snprintf(content->memory + content->end, size, "%c%s/%s", kind, path,
                 name);
        content->end += size;
    }
    return error;
}

static int64_t run_list(struct rt_fs_operation *operation)
{
    DIR *folder = opendir(operation->request.path);
    struct dirent *entry;
    int error;

    if (!folder) {
        return -errno;
    }
    rt_buffer_truncate(&operation->content, 0);
    do {
        errno = 0;
        entry = readdir(folder);
        error = entry ? add_entry(operation, folder, entry) : -errno;
    } while (entry && error == 0);
    closedir(folder);
    return error;
}

const struct rt_fs_call rt_fs_calls[] = {
    [RT_FS_OPEN] = {.run = run_open},
    [RT_FS_READ] = {run_read, true, RT_OPERATION_READ},
    [RT_FS_WRITE] = {run_write, true, RT_OPERATION_WRITE},
    [RT_FS_SYNC] = {run_sync, true, RT_OPERATION_FSYNC},
    [RT_FS_TRUNCATE] = {.run = run_truncate},
    [RT_FS_STAT_OPEN] = {.run = run_stat_open},
    [RT_FS_STAT] = {.run = run_stat},
    [RT_FS_READ_ALL] = {.run = run_read_all},
    [RT_FS_WRITE_ALL] = {.run = run_write_all},
    [RT_FS_COPY] = {.run = run_copy},
    [RT_FS_REMOVE] = {.run = run_remove},
    [RT_FS_RENAME] = {.run = run_rename},
    [RT_FS_MKDIR] = {.run = run_mkdir},
    [RT_FS_MKDIR_ALL] = {.run = run_mkdir_all},
    [RT_FS_LIST] = {.run = run_list},
};
