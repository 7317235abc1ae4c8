#include "fs/fs.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "sched/runtime.h"

enum { COPY_SIZE = 1 << 16 };

static struct rt_fs *fs_of(struct rt_future *future)
{
    return (struct rt_fs *)(void *)future;
}

/* Gives what came back to who asked for it. */
static void deliver(struct rt_fs_operation *operation, void *into)
{
    switch (operation->code) {
    case RT_FS_OPEN:
        rt_file_take(into, operation);
        break;
    case RT_FS_READ:
        memcpy(into, operation->bytes, (size_t)operation->result);
        break;
    case RT_FS_STAT:
        *(struct stat *)into = operation->stat;
        break;
    case RT_FS_READ_ALL:
        *(struct rt_buffer *)into = operation->content;
        operation->content = (struct rt_buffer){0};
        break;
    default:
        break;
    }
}

static enum rt_poll fs_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_fs *fs = fs_of(future);

    if (!fs->operation) {
        return RT_READY; /* it could not be made, and result says why */
    }
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    if (fs->result == -EINPROGRESS) {
        fs->result =
            rt_fs_operation_submit(fs->operation, rt_context_runtime(cx));
        if (fs->result) {
            return RT_READY;
        }
    }
    if (!rt_fs_operation_poll(fs->operation, cx->waker)) {
        return RT_PENDING;
    }
    fs->result = fs->operation->result;
    if (fs->result >= 0) {
        deliver(fs->operation, fs->into);
    }
    return RT_READY;
}

static void fs_drop(struct rt_future *future)
{
    struct rt_fs *fs = fs_of(future);

    if (fs->operation) {
        rt_job_detach(&fs->operation->job);
        fs->operation = NULL;
    }
}

static const struct rt_future_ops fs_ops = {
    .poll = fs_poll,
    .drop = fs_drop,
    .name = "file operation",
};

static struct rt_fs make(struct rt_fs_operation *operation, void *into)
{
    return (struct rt_fs){
        .future = RT_FUTURE(&fs_ops),
        .operation = operation,
        .into = into,
        .result = operation ? -EINPROGRESS : -ENOMEM,
    };
}

/* For a request that needs no more than names and a mode. */
static struct rt_fs make_of_names(enum rt_fs_code code, const char *path,
                                  const char *other, mode_t mode, size_t size)
{
    struct rt_fs_operation *operation =
        rt_fs_operation_create(code, path, other, size);

    if (operation) {
        operation->mode = mode;
    }
    return make(operation, NULL);
}

static struct rt_fs make_of_file(enum rt_fs_code code,
                                 const struct rt_file *file, size_t size,
                                 int64_t offset, void *into)
{
    struct rt_fs fs;

    if (file->handle) {
        return make(rt_file_operation(file, code, size, offset), into);
    }
    fs = make(NULL, NULL);
    fs.result = -EBADF;
    return fs;
}

/* ---- on an open file ---- */

struct rt_fs rt_file_open(struct rt_file *file, const char *path, int flags,
                          mode_t mode)
{
    struct rt_fs fs = make_of_names(RT_FS_OPEN, path, NULL, mode, 0);

    *file = (struct rt_file){0};
    fs.into = file;
    if (fs.operation) {
        fs.operation->flags = flags;
    }
    return fs;
}

struct rt_fs rt_file_read_at(struct rt_file *file, void *buffer, size_t size,
                             int64_t offset)
{
    return make_of_file(RT_FS_READ, file, size, offset, buffer);
}

struct rt_fs rt_file_write_at(struct rt_file *file, const void *buffer,
                              size_t size, int64_t offset)
{
    struct rt_fs fs = make_of_file(RT_FS_WRITE, file, size, offset, NULL);

    if (fs.operation) {
        memcpy(fs.operation->bytes, buffer, fs.operation->size);
    }
    return fs;
}

struct rt_fs rt_file_sync_all(struct rt_file *file)
{
    return make_of_file(RT_FS_SYNC, file, 0, 0, NULL);
}

struct rt_fs rt_file_sync_data(struct rt_file *file)
{
    struct rt_fs fs = make_of_file(RT_FS_SYNC, file, 0, 0, NULL);

    if (fs.operation) {
        fs.operation->flags = 1;
    }
    return fs;
}

struct rt_fs rt_file_truncate(struct rt_file *file, int64_t size)
{
    return make_of_file(RT_FS_TRUNCATE, file, 0, size, NULL);
}

struct rt_fs rt_file_metadata(struct rt_file *file, struct stat *metadata)
{
    return make_of_file(RT_FS_STAT, file, 0, 0, metadata);
}

/* ---- on names ---- */

struct rt_fs rt_fs_metadata(const char *path, struct stat *metadata)
{
    struct rt_fs fs = make_of_names(RT_FS_STAT, path, NULL, 0, 0);

    fs.into = metadata;
    return fs;
}

struct rt_fs rt_fs_read(const char *path, struct rt_buffer *content)
{
    struct rt_fs fs = make_of_names(RT_FS_READ_ALL, path, NULL, 0, 0);

    fs.into = content;
    return fs;
}

struct rt_fs rt_fs_write(const char *path, const void *bytes, size_t size)
{
    struct rt_fs fs = make_of_names(RT_FS_WRITE_ALL, path, NULL, 0, size);

    if (fs.operation) {
        memcpy(fs.operation->bytes, bytes, size);
    }
    return fs;
}

struct rt_fs rt_fs_copy(const char *from, const char *to)
{
    return make_of_names(RT_FS_COPY, from, to, 0, COPY_SIZE);
}

struct rt_fs rt_fs_remove(const char *path)
{
    return make_of_names(RT_FS_REMOVE, path, NULL, 0, 0);
}

struct rt_fs rt_fs_rename(const char *from, const char *to)
{
    return make_of_names(RT_FS_RENAME, from, to, 0, 0);
}

struct rt_fs rt_fs_mkdir(const char *path, mode_t mode)
{
    return make_of_names(RT_FS_MKDIR, path, NULL, mode, 0);
}

struct rt_fs rt_fs_mkdir_all(const char *path, mode_t mode)
{
    return make_of_names(RT_FS_MKDIR_ALL, path, NULL, mode, 0);
}
