/*
 * Each request: what the thread does, and behind it who asks for that.
 */
#include "fs/fs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NEW_FILE_MODE = 0666, MODE_BITS = 07777, READ_SIZE = 64 << 10 };

/* ---- names ---- */

static int64_t run_stat(struct rt_fs_operation *operation)
{
    return rt_fs_or_errno(stat(operation->request.path, &operation->stat));
}

struct rt_fs rt_fs_metadata(const char *path, struct stat *metadata)
{
    return rt_fs_make((struct rt_fs_request){.run = run_stat,
                                             .path = path,
                                             .deliver = rt_fs_deliver_stat,
                                             .into = metadata});
}

static int64_t run_remove(struct rt_fs_operation *operation)
{
    return rt_fs_or_errno(remove(operation->request.path));
}

struct rt_fs rt_fs_remove(const char *path)
{
    return rt_fs_make((struct rt_fs_request){.run = run_remove, .path = path});
}

static int64_t run_rename(struct rt_fs_operation *operation)
{
    return rt_fs_or_errno(rename(operation->request.path, operation->bytes));
}

struct rt_fs rt_fs_rename(const char *from, const char *to)
{
    return rt_fs_make((struct rt_fs_request){
        .run = run_rename, .path = from, .bytes = to, .size = strlen(to) + 1});
}

static int64_t run_mkdir(struct rt_fs_operation *operation)
{
    return rt_fs_or_errno(
        mkdir(operation->request.path, operation->request.mode));
}

struct rt_fs rt_fs_mkdir(const char *path, mode_t mode)
{
    return rt_fs_make(
        (struct rt_fs_request){.run = run_mkdir, .path = path, .mode = mode});
}

/* Makes the folder at bytes, unless there is one. 0 or a negative errno. */
static int64_t make_folder(struct rt_fs_operation *operation)
{
    const char *path = operation->bytes;
    int64_t error = rt_fs_or_errno(mkdir(path, operation->request.mode));

    if (error == -EEXIST) {
        error = rt_fs_or_errno(stat(path, &operation->stat));
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

struct rt_fs rt_fs_mkdir_all(const char *path, mode_t mode)
{
    return rt_fs_make((struct rt_fs_request){.run = run_mkdir_all,
                                             .bytes = path,
                                             .size = strlen(path) + 1,
                                             .mode = mode});
}

/* ---- whole files ---- */

/* Reads more into the buffer: how much, 0 at the end, or a negative errno. */
static int64_t fill(struct rt_buffer *buffer, int fd)
{
    int64_t got = rt_buffer_reserve(buffer, READ_SIZE);

    if (got == 0) {
        got = rt_fs_or_errno(read(fd, buffer->memory + buffer->end,
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

struct rt_fs rt_fs_read(const char *path, struct rt_buffer *content)
{
    return rt_fs_make((struct rt_fs_request){.run = run_read_all,
                                             .path = path,
                                             .deliver = rt_fs_deliver_content,
                                             .into = content});
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

struct rt_fs rt_fs_write(const char *path, const void *bytes, size_t size)
{
    return rt_fs_make((struct rt_fs_request){
        .run = run_write_all, .path = path, .bytes = bytes, .size = size});
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
    result = rt_fs_or_errno(fstat(from, &operation->stat));
    if (result == 0) {
        to = open_new(operation->bytes, operation->stat.st_mode & MODE_BITS);
        result =
            to < 0
                ? -errno
                : close_written(to, copy_bytes(&operation->content, from, to));
    }
    close(from);
    return result;
}

struct rt_fs rt_fs_copy(const char *from, const char *to)
{
    return rt_fs_make((struct rt_fs_request){
        .run = run_copy, .path = from, .bytes = to, .size = strlen(to) + 1});
}
