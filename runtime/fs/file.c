/*
 * Open files. Each request: what the thread does, and who asks for that.
 */
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "fs/fs.h"

/* Where the system knows no difference, as on macOS. */
#if !defined(_POSIX_SYNCHRONIZED_IO) || _POSIX_SYNCHRONIZED_IO <= 0
#define fdatasync fsync
#endif

/* The rest of a request on this file: of RT_FILE_MOST bytes at most. */
static struct rt_fs_request on_file(const struct rt_file *file,
                                    struct rt_fs_request request)
{
    request.handle = file->handle;
    request.fd = file->handle ? file->handle->fd : -1;
    if (request.size > RT_FILE_MOST) {
        request.size = RT_FILE_MOST;
    }
    return request;
}

/* ---- at an offset ---- */

static int64_t run_read(struct rt_fs_operation *operation)
{
    const struct rt_fs_request *request = &operation->request;

    return rt_fs_or_errno(
        request->offset < 0 ? read(request->fd, operation->bytes, request->size)
                            : pread(request->fd, operation->bytes,
                                    request->size, request->offset));
}

static int64_t run_write(struct rt_fs_operation *operation)
{
    const struct rt_fs_request *request = &operation->request;

    return rt_fs_or_errno(
        request->offset < 0
            ? write(request->fd, operation->bytes, request->size)
            : pwrite(request->fd, operation->bytes, request->size,
                     request->offset));
}

static struct rt_fs_request read_or_write(const struct rt_file *file,
                                          enum rt_io_what what,
                                          const void *bytes, size_t size,
                                          int64_t offset)
{
    bool is_read = what == RT_IO_READ;
    struct rt_fs_request request = {
        .run = is_read ? run_read : run_write,
        .kernel_code = is_read ? RT_OPERATION_READ : RT_OPERATION_WRITE,
        .bytes = is_read ? NULL : bytes,
        .size = size,
        .offset = offset,
    };

    return on_file(file, request);
}

static void deliver_bytes(struct rt_fs_operation *operation, void *into)
{
    memcpy(into, operation->bytes, (size_t)operation->result);
}

struct rt_fs rt_file_read_at(struct rt_file *file, void *buffer, size_t size,
                             int64_t offset)
{
    struct rt_fs_request request =
        read_or_write(file, RT_IO_READ, NULL, size, offset);

    request.deliver = deliver_bytes;
    request.into = buffer;
    return rt_fs_make(request);
}

struct rt_fs rt_file_write_at(struct rt_file *file, const void *buffer,
                              size_t size, int64_t offset)
{
    return rt_fs_make(read_or_write(file, RT_IO_WRITE, buffer, size, offset));
}

static int64_t run_sync(struct rt_fs_operation *operation)
{
    int fd = operation->request.fd;

    return rt_fs_or_errno(operation->request.flags ? fdatasync(fd) : fsync(fd));
}

static struct rt_fs sync_with(const struct rt_file *file, int flags)
{
    struct rt_fs_request request = {
        .run = run_sync, .kernel_code = RT_OPERATION_FSYNC, .flags = flags};

    return rt_fs_make(on_file(file, request));
}

struct rt_fs rt_file_sync_all(struct rt_file *file)
{
    return sync_with(file, 0);
}

struct rt_fs rt_file_sync_data(struct rt_file *file)
{
    return sync_with(file, 1);
}

static int64_t run_truncate(struct rt_fs_operation *operation)
{
    return rt_fs_or_errno(
        ftruncate(operation->request.fd, operation->request.offset));
}

struct rt_fs rt_file_truncate(struct rt_file *file, int64_t size)
{
    struct rt_fs_request request = {.run = run_truncate, .offset = size};

    return rt_fs_make(on_file(file, request));
}

static int64_t run_stat_open(struct rt_fs_operation *operation)
{
    return rt_fs_or_errno(fstat(operation->request.fd, &operation->stat));
}

struct rt_fs rt_file_metadata(struct rt_file *file, struct stat *metadata)
{
    struct rt_fs_request request = {
        .run = run_stat_open, .deliver = rt_fs_deliver_stat, .into = metadata};

    return rt_fs_make(on_file(file, request));
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
           operation->request.run == (is_read ? run_read : run_write) &&
           (asked->waiter->interest == RT_WRITABLE ||
            (is_read && file->position < 0));
}

static void begin(struct rt_file *file, const struct rt_io_request *asked)
{
    const struct iovec *piece = asked->pieces;

    rt_future_drop(&file->last.future);
    file->last = rt_fs_make(read_or_write(file, asked->what, piece->iov_base,
                                          piece->iov_len, file->position));
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

/*
 * Makes a handle, and takes the fd; if that is negative, errno says why. 0 or a
 * negative errno.
 */
static int make_handle(struct rt_fs_handle **handle, int fd)
{
    if (fd < 0) {
        return -errno;
    }
    *handle = rt_alloc(sizeof(**handle));
    if (!*handle) {
        close(fd);
        return -ENOMEM;
    }
    atomic_init(&(*handle)->references, 1);
    (*handle)->fd = fd;
    return 0;
}

static int64_t run_open(struct rt_fs_operation *operation)
{
    struct rt_fs_request *request = &operation->request;
    int error = make_handle(
        &request->handle,
        open(request->path, request->flags | O_CLOEXEC, request->mode));

    if (error == 0) {
        request->offset = lseek(request->handle->fd, 0, SEEK_CUR);
    }
    return error;
}

static void deliver_open(struct rt_fs_operation *operation, void *into)
{
    struct rt_file *file = into;

    file->handle = operation->request.handle;
    file->position = operation->request.offset;
    operation->request.handle = NULL;
}

struct rt_fs rt_file_open(struct rt_file *file, const char *path, int flags,
                          mode_t mode)
{
    *file = (struct rt_file){.io = {&file_io_ops}};
    return rt_fs_make((struct rt_fs_request){.run = run_open,
                                             .path = path,
                                             .flags = flags,
                                             .mode = mode,
                                             .deliver = deliver_open,
                                             .into = file});
}

int rt_file_of_fd(struct rt_file *file, int fd)
{
    *file = (struct rt_file){.io = {&file_io_ops}, .position = -1};
    return make_handle(&file->handle, fcntl(fd, F_DUPFD_CLOEXEC, 0));
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
