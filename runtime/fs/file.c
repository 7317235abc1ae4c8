#include <errno.h>
#include <string.h>

#include "fs/fs.h"
#include "future/async.h"

/* The request on this file, of RT_FILE_MOST bytes at most. */
static struct rt_fs on_file(const struct rt_file *file,
                            struct rt_fs_request request, void *into)
{
    request.handle = file->handle;
    request.fd = file->handle ? file->handle->fd : -1;
    if (request.size > RT_FILE_MOST) {
        request.size = RT_FILE_MOST;
    }
    return rt_fs_make(request, into);
}

/* ---- at an offset ---- */

struct rt_fs rt_file_read_at(struct rt_file *file, void *buffer, size_t size,
                             int64_t offset)
{
    struct rt_fs_request request = {
        .code = RT_FS_READ, .size = size, .offset = offset};

    return on_file(file, request, buffer);
}

struct rt_fs rt_file_write_at(struct rt_file *file, const void *buffer,
                              size_t size, int64_t offset)
{
    struct rt_fs_request request = {
        .code = RT_FS_WRITE, .bytes = buffer, .size = size, .offset = offset};

    return on_file(file, request, NULL);
}

struct rt_fs rt_file_sync_all(struct rt_file *file)
{
    return on_file(file, (struct rt_fs_request){.code = RT_FS_SYNC}, NULL);
}

struct rt_fs rt_file_sync_data(struct rt_file *file)
{
    struct rt_fs_request request = {.code = RT_FS_SYNC, .flags = 1};

    return on_file(file, request, NULL);
}

struct rt_fs rt_file_truncate(struct rt_file *file, int64_t size)
{
    struct rt_fs_request request = {.code = RT_FS_TRUNCATE, .offset = size};

    return on_file(file, request, NULL);
}

struct rt_fs rt_file_metadata(struct rt_file *file, struct stat *metadata)
{
    return on_file(file, (struct rt_fs_request){.code = RT_FS_STAT_OPEN},
                   metadata);
}

/* ---- at the position, as an io ---- */

/* The position goes on by what was moved, if the file has one. */
static void advance(struct rt_file *file, int64_t moved)
{
    if (file->position >= 0 && moved > 0) {
        file->position += moved;
    }
}

/*
 * Is this what ran last: a read at the position, also one that was dropped; or
 * the write of the future with this waiter, and not of one that was dropped?
 * The waiter has no other use here: it is marked when its request begins.
 */
static bool is_last(const struct rt_file *file, enum rt_fs_code code,
                    const struct rt_io_waiter *waiter)
{
    const struct rt_fs_operation *operation = file->last.operation;

    return operation && operation->request.code == code &&
           operation->request.offset == file->position &&
           (code == RT_FS_READ || waiter->interest == RT_WRITABLE);
}

/* Waits for what runs at the position, if anything does. */
static enum rt_poll poll_last(struct rt_file *file, struct rt_context *cx)
{
    struct rt_future *last = &file->last.future;

    return !last->ops || rt_future_is_finished(last) ? RT_READY
                                                     : rt_future_poll(last, cx);
}

/* Waits until the request is what ran last. */
static enum rt_poll poll_request(struct rt_file *file,
                                 struct rt_io_waiter *waiter,
                                 struct rt_fs_request request,
                                 struct rt_context *cx)
{
    if (!rt_budget_spend(cx) || poll_last(file, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    if (is_last(file, request.code, waiter)) {
        return RT_READY;
    }
    rt_future_drop(&file->last.future);
    request.offset = file->position;
    file->last = on_file(file, request, NULL);
    waiter->interest = RT_WRITABLE;
    return poll_last(file, cx);
}

/*
 * Of a pipe bytes come only once, so those that don't fit into the buffer of
 * this read, but did into that of one that was dropped, stay for the next one.
 */
static enum rt_poll file_read(struct rt_io *io, struct rt_io_request *asked,
                              struct rt_context *cx)
{
    struct rt_file *file = RT_CONTAINER_OF(io, struct rt_file, io);
    size_t size = asked->pieces->iov_len;
    struct rt_fs_request request = {.code = RT_FS_READ, .size = size};
    struct rt_fs *last = &file->last;

    if (poll_request(file, asked->waiter, request, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    asked->result =
        last->result < (int64_t)size ? (ssize_t)last->result : (ssize_t)size;
    if (asked->result > 0) {
        memcpy(asked->pieces->iov_base, last->operation->bytes,
               (size_t)asked->result);
        last->operation->bytes += asked->result;
        last->result -= asked->result;
        advance(file, asked->result);
    }
    if (last->result <= 0 || file->position >= 0) {
        rt_future_drop(&last->future);
    }
    return RT_READY;
}

static enum rt_poll file_write(struct rt_io *io, struct rt_io_request *asked,
                               struct rt_context *cx)
{
    struct rt_file *file = RT_CONTAINER_OF(io, struct rt_file, io);
    struct rt_fs_request request = {.code = RT_FS_WRITE,
                                    .bytes = asked->pieces->iov_base,
                                    .size = asked->pieces->iov_len};

    if (poll_request(file, asked->waiter, request, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    asked->result = (ssize_t)file->last.result;
    advance(file, asked->result);
    rt_future_drop(&file->last.future);
    return RT_READY;
}

static void file_close(struct rt_io *io)
{
    rt_file_close(RT_CONTAINER_OF(io, struct rt_file, io));
}

static const struct rt_io_ops file_io_ops = {
    .poll = {[RT_IO_READ] = file_read, [RT_IO_WRITE] = file_write},
    .close = file_close,
};

/* ---- opening and closing ---- */

struct rt_fs rt_file_open(struct rt_file *file, const char *path, int flags,
                          mode_t mode)
{
    struct rt_fs_request request = {
        .code = RT_FS_OPEN, .path = path, .flags = flags, .mode = mode};

    *file = (struct rt_file){.io = {&file_io_ops}};
    return rt_fs_make(request, file);
}

int rt_file_of_fd(struct rt_file *file, int fd)
{
    *file = (struct rt_file){.io = {&file_io_ops}, .position = -1};
    return rt_fs_handle_create(&file->handle, fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

void rt_file_close(struct rt_file *file)
{
    rt_future_drop(&file->last.future);
    rt_fs_handle_unref(file->handle);
    file->handle = NULL;
}

int rt_file_seek(struct rt_file *file, int64_t position)
{
    if (file->position < 0) {
        return -ESPIPE;
    }
    if (position < 0) {
        return -EINVAL;
    }
    file->position = position;
    return 0;
}
