#include "fs/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>

#include "base/memory.h"
#include "sched/runtime.h"

static struct rt_file *file_of(struct rt_io *io)
{
    return (struct rt_file *)(void *)io;
}

struct rt_fs_operation *rt_file_operation(const struct rt_file *file,
                                          enum rt_fs_code code, size_t size,
                                          int64_t offset)
{
    struct rt_fs_operation *operation = rt_fs_operation_create(
        code, NULL, NULL, size < RT_FILE_MOST ? size : RT_FILE_MOST);

    if (operation) {
        rt_fs_handle_ref(file->handle);
        operation->handle = file->handle;
        operation->offset = offset;
    }
    return operation;
}

/* Gives up the operation; if it runs, it goes on by itself. */
static void forget(struct rt_file *file)
{
    if (file->operation) {
        rt_job_detach(&file->operation->job);
        file->operation = NULL;
    }
}

/* Waits for what runs on the file. True: nothing does. */
static bool is_quiet(struct rt_file *file, const struct rt_context *cx)
{
    return !file->operation || rt_fs_operation_poll(file->operation, cx->waker);
}

/*
 * Begins the operation (taken; NULL: there was no memory for it) in place of
 * one that is over. 0 or a negative errno.
 */
static int begin(struct rt_file *file, struct rt_fs_operation *operation,
                 const struct rt_context *cx)
{
    int error = -ENOMEM;

    forget(file);
    file->operation = operation;
    if (operation) {
        error = rt_fs_operation_submit(operation, rt_context_runtime(cx));
    }
    if (error) {
        forget(file);
    }
    return error;
}

/* The position goes on by what was moved. */
static void advance(struct rt_file *file, int64_t moved)
{
    if (file->position >= 0 && moved > 0) {
        file->position += moved;
    }
}

/* ---- reading ---- */

/* What was read, also by a read that was dropped, at the position? */
static bool is_for_reader(const struct rt_file *file)
{
    return file->operation && file->operation->code == RT_FS_READ &&
           file->operation->offset == file->position;
}

/*
 * Takes what was read. Of a pipe it is read once only, so what is more than
 * size stays for the next one.
 */
static ssize_t take_bytes(struct rt_file *file, void *buffer, size_t size)
{
    struct rt_fs_operation *operation = file->operation;
    int64_t result = operation->result;

    if (result > (int64_t)size) {
        result = (int64_t)size;
    }
    if (result > 0) {
        memcpy(buffer, operation->bytes, (size_t)result);
        operation->bytes += result;
        operation->result -= result;
        advance(file, result);
    }
    if (operation->result <= 0 || file->position >= 0) {
        forget(file);
    }
    return (ssize_t)result;
}

static enum rt_poll file_poll_read(struct rt_io *io,
                                   struct rt_io_waiter *waiter,
                                   struct rt_context *cx, void *buffer,
                                   size_t size, ssize_t *result)
{
    struct rt_file *file = file_of(io);

    (void)waiter;
    if (!file->handle) {
        *result = -EBADF;
        return RT_READY;
    }
    if (!rt_budget_spend(cx) || !is_quiet(file, cx)) {
        return RT_PENDING;
    }
    if (!is_for_reader(file)) {
        *result = begin(
            file, rt_file_operation(file, RT_FS_READ, size, file->position),
            cx);
        if (*result) {
            return RT_READY;
        }
        if (!is_quiet(file, cx)) {
            return RT_PENDING;
        }
    }
    *result = take_bytes(file, buffer, size);
    return RT_READY;
}

/* ---- writing ---- */

/*
 * Is the write on the file that of the future with this waiter, or of one that
 * was dropped? The waiter has no other use here, and is zero at first.
 */
static bool is_of_writer(const struct rt_file *file,
                         const struct rt_io_waiter *waiter)
{
    return waiter->interest == RT_WRITABLE && file->operation &&
           file->operation->code == RT_FS_WRITE;
}

static int begin_write(struct rt_file *file, struct rt_io_waiter *waiter,
                       struct rt_context *cx, const void *bytes, size_t size)
{
    struct rt_fs_operation *operation =
        rt_file_operation(file, RT_FS_WRITE, size, file->position);

    if (operation) {
        memcpy(operation->bytes, bytes, operation->size);
    }
    waiter->interest = RT_WRITABLE;
    return begin(file, operation, cx);
}

static enum rt_poll file_poll_write(struct rt_io *io,
                                    struct rt_io_waiter *waiter,
                                    struct rt_context *cx, const void *buffer,
                                    size_t size, ssize_t *result)
{
    struct rt_file *file = file_of(io);

    if (!file->handle) {
        *result = -EBADF;
        return RT_READY;
    }
    if (!rt_budget_spend(cx) || !is_quiet(file, cx)) {
        return RT_PENDING;
    }
    if (!is_of_writer(file, waiter)) {
        *result = begin_write(file, waiter, cx, buffer, size);
        if (*result) {
            return RT_READY;
        }
        if (!is_quiet(file, cx)) {
            return RT_PENDING;
        }
    }
    *result = (ssize_t)file->operation->result;
    advance(file, *result);
    forget(file);
    waiter->interest = 0;
    return RT_READY;
}

/* ---- opening and closing ---- */

static void file_close(struct rt_io *io)
{
    rt_file_close(file_of(io));
}

static const struct rt_io_ops file_io_ops = {
    .poll_read = file_poll_read,
    .poll_write = file_poll_write,
    .close = file_close,
};

void rt_file_take(struct rt_file *file, struct rt_fs_operation *opened)
{
    *file = (struct rt_file){
        .io = {&file_io_ops},
        .handle = opened->handle,
        .position = opened->offset,
    };
    opened->handle = NULL;
}

int rt_file_of_fd(struct rt_file *file, int fd)
{
    struct rt_fs_handle *handle = rt_alloc(sizeof(*handle));
    int error;

    *file = (struct rt_file){.io = {&file_io_ops}, .position = -1};
    if (!handle) {
        return -ENOMEM;
    }
    handle->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (handle->fd < 0) {
        error = -errno;
        rt_free(handle, sizeof(*handle));
        return error;
    }
    atomic_init(&handle->references, 1);
    file->handle = handle;
    return 0;
}

void rt_file_close(struct rt_file *file)
{
    forget(file);
    if (file->handle) {
        rt_fs_handle_unref(file->handle);
        file->handle = NULL;
    }
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
