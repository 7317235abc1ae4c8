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

/*
 * Is what ran last what is asked for, and not what one who was dropped has
 * asked for? The waiter tells, which has no other use here: it is marked at the
 * begin. But of a pipe bytes come only once: any read will do.
 */
static bool is_last(const struct rt_file *file,
                    const struct rt_io_request *asked)
{
    const struct rt_fs_operation *operation = file->last.operation;
    bool is_read = asked->what == RT_IO_READ;

    return operation && operation->request.offset == file->position &&
           operation->request.code == (is_read ? RT_FS_READ : RT_FS_WRITE) &&
           (asked->waiter->interest == RT_WRITABLE ||
            (is_read && file->position < 0));
}

static void begin(struct rt_file *file, const struct rt_io_request *asked)
{
    bool is_read = asked->what == RT_IO_READ;
    struct rt_fs_request request = {
        .code = is_read ? RT_FS_READ : RT_FS_WRITE,
        .bytes = is_read ? NULL : asked->pieces->iov_base,
        .size = asked->pieces->iov_len,
        .offset = file->position,
    };

    rt_future_drop(&file->last.future);
    file->last = on_file(file, request, NULL);
    asked->waiter->interest = RT_WRITABLE;
}

/*
 * Takes what the last one has brought. Bytes of a pipe that don't fit, since
 * they were read for one who wanted more and was dropped, stay for the next.
 */
static ssize_t take_last(struct rt_file *file, const struct iovec *piece,
                         bool is_read)
{
    struct rt_fs *last = &file->last;
    int64_t result = last->result;

    if (result > (int64_t)piece->iov_len) {
        result = (int64_t)piece->iov_len;
    }
    if (result > 0) {
        if (is_read) {
            memcpy(piece->iov_base, last->operation->bytes, (size_t)result);
        }
        last->operation->bytes += result;
        last->result -= result;
        file->position += file->position >= 0 ? result : 0;
    }
    if (last->result <= 0 || file->position >= 0) {
        rt_future_drop(&last->future);
    }
    return (ssize_t)result;
}

/* Waits for what runs at the position, if anything does. */
static enum rt_poll poll_last(struct rt_file *file, struct rt_context *cx)
{
    struct rt_future *last = &file->last.future;

    return !last->ops || rt_future_is_finished(last) ? RT_READY
                                                     : rt_future_poll(last, cx);
}

static enum rt_poll file_poll(struct rt_io *io, struct rt_io_request *asked,
                              struct rt_context *cx)
{
    struct rt_file *file = RT_CONTAINER_OF(io, struct rt_file, io);

    if (!rt_budget_spend(cx) || poll_last(file, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    if (!is_last(file, asked)) {
        begin(file, asked);
        if (poll_last(file, cx) == RT_PENDING) {
            return RT_PENDING;
        }
    }
    asked->result = take_last(file, asked->pieces, asked->what == RT_IO_READ);
    return RT_READY;
}

static void file_close(struct rt_io *io)
{
    rt_file_close(RT_CONTAINER_OF(io, struct rt_file, io));
}

static const struct rt_io_ops file_io_ops = {
    .poll = {[RT_IO_READ] = file_poll, [RT_IO_WRITE] = file_poll},
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
