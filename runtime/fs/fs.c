#include "fs/fs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "future/async.h"
#include "sched/runtime.h"

int rt_fs_handle_create(struct rt_fs_handle **handle, int fd)
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

void rt_fs_handle_unref(struct rt_fs_handle *handle)
{
    if (handle && atomic_fetch_sub(&handle->references, 1) == 1) {
        close(handle->fd);
        rt_free(handle, sizeof(*handle));
    }
}

/* ---- the life of an operation ---- */

static struct rt_fs_operation *operation_of(struct rt_job *job)
{
    return RT_CONTAINER_OF(job, struct rt_fs_operation, job);
}

static void operation_run(struct rt_job *job)
{
    struct rt_fs_operation *operation = operation_of(job);

    do {
        operation->result = rt_fs_calls[operation->request.code].run(operation);
    } while (operation->result == -EINTR);
}

/* What nobody took is freed with it. */
static void operation_destroy(struct rt_job *job)
{
    struct rt_fs_operation *operation = operation_of(job);

    rt_fs_handle_unref(operation->request.handle);
    rt_buffer_deinit(&operation->content);
    rt_free(operation, operation->block_size);
}

static const struct rt_job_ops operation_ops = {operation_run,
                                                operation_destroy};

static size_t size_of(const char *string)
{
    return string ? strlen(string) + 1 : 0;
}

/* Copies size bytes to *place, and moves that behind them. NULL stays NULL. */
static char *put(char **place, const char *bytes, size_t size)
{
    char *copy = *place;

    if (bytes) {
        memcpy(copy, bytes, size);
    }
    *place += size;
    return bytes ? copy : NULL;
}

static struct rt_fs_operation *create(const struct rt_fs_request *request)
{
    size_t path_size = size_of(request->path);
    size_t other_size = size_of(request->other);
    size_t block_size =
        sizeof(struct rt_fs_operation) + path_size + other_size + request->size;
    struct rt_fs_operation *operation = rt_alloc(block_size);
    char *place;

    if (!operation) {
        return NULL;
    }
    place = (char *)(operation + 1);
    rt_job_init(&operation->job, &operation_ops);
    operation->block_size = block_size;
    operation->request = *request;
    operation->request.path = put(&place, request->path, path_size);
    operation->request.other = put(&place, request->other, other_size);
    operation->bytes = place;
    put(&place, request->bytes, request->size);
    if (request->handle) {
        atomic_fetch_add(&request->handle->references, 1);
    }
    return operation;
}

static void kernel_completed(struct rt_operation *kernel)
{
    struct rt_fs_operation *operation =
        RT_CONTAINER_OF(kernel, struct rt_fs_operation, kernel);

    operation->result = kernel->result;
    rt_job_finish(&operation->job, RT_JOB_DONE);
}

/* 0; or a negative errno, and the operation won't be carried out. */
static int submit(struct rt_fs_operation *operation, struct rt_runtime *runtime)
{
    const struct rt_fs_request *request = &operation->request;
    const struct rt_fs_call *call = &rt_fs_calls[request->code];
    struct rt_blocking_pool *pool = rt_runtime_blocking(runtime);
    struct rt_driver *driver = rt_runtime_driver(runtime);
    int error;

    if (!call->has_kernel_code || !rt_driver_has_operations(driver)) {
        return rt_blocking_pool_submit(pool, &operation->job);
    }
    rt_blocking_pool_lend(pool, &operation->job);
    operation->kernel = (struct rt_operation){
        .code = call->kernel_code,
        .fd = request->fd,
        .buffer = operation->bytes,
        .size = request->size,
        .offset = request->offset,
        .flags = request->flags,
        .complete = kernel_completed,
    };
    error = rt_driver_submit(driver, &operation->kernel);
    if (error) {
        operation->kernel.result = error;
        kernel_completed(&operation->kernel);
    }
    return 0;
}

/* ---- the future of one ---- */

/* Gives what came back to who asked for it. */
static void deliver(struct rt_fs_operation *operation, void *into)
{
    struct rt_file *file = into;

    switch (operation->request.code) {
    case RT_FS_OPEN:
        file->handle = operation->request.handle;
        file->position = operation->request.offset;
        operation->request.handle = NULL;
        break;
    case RT_FS_READ:
        memcpy(into, operation->bytes, (size_t)operation->result);
        break;
    case RT_FS_STAT:
    case RT_FS_STAT_OPEN:
        *(struct stat *)into = operation->stat;
        break;
    case RT_FS_READ_ALL:
    case RT_FS_LIST:
        *(struct rt_buffer *)into = operation->content;
        operation->content = (struct rt_buffer){0};
        break;
    default:
        break;
    }
}

static enum rt_poll fs_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_fs *fs = RT_SELF(future, struct rt_fs);
    enum rt_job_state state;

    if (!fs->operation) {
        return RT_READY; /* it could not be made, and result says why */
    }
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    if (fs->result == -EINPROGRESS) {
        fs->result = submit(fs->operation, rt_context_runtime(cx));
        if (fs->result) {
            return RT_READY;
        }
    }
    state = rt_job_poll(&fs->operation->job, cx->waker);
    if (state == RT_JOB_OUT) {
        return RT_PENDING;
    }
    fs->result =
        state == RT_JOB_DONE ? fs->operation->result : (int64_t)-ECANCELED;
    if (fs->result >= 0 && fs->into) {
        deliver(fs->operation, fs->into);
    }
    return RT_READY;
}

static void fs_drop(struct rt_future *future)
{
    struct rt_fs *fs = RT_SELF(future, struct rt_fs);

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

struct rt_fs rt_fs_make(struct rt_fs_request request, void *into)
{
    struct rt_fs_operation *operation = create(&request);

    return (struct rt_fs){
        .future = RT_FUTURE(&fs_ops),
        .operation = operation,
        .into = into,
        .result = operation ? -EINPROGRESS : -ENOMEM,
    };
}

/* ---- what is done with names ---- */

/* A request that needs no more than names and a mode. */
static struct rt_fs of_names(enum rt_fs_code code, const char *path,
                             const char *other, mode_t mode)
{
    struct rt_fs_request request = {
        .code = code, .path = path, .other = other, .mode = mode};

    return rt_fs_make(request, NULL);
}

/* A request that needs no more than one name, and brings something. */
static struct rt_fs of_name(enum rt_fs_code code, const char *path, void *into)
{
    return rt_fs_make((struct rt_fs_request){.code = code, .path = path}, into);
}

struct rt_fs rt_fs_metadata(const char *path, struct stat *metadata)
{
    return of_name(RT_FS_STAT, path, metadata);
}

struct rt_fs rt_fs_read(const char *path, struct rt_buffer *content)
{
    return of_name(RT_FS_READ_ALL, path, content);
}

struct rt_fs rt_fs_write(const char *path, const void *bytes, size_t size)
{
    struct rt_fs_request request = {
        .code = RT_FS_WRITE_ALL, .path = path, .bytes = bytes, .size = size};

    return rt_fs_make(request, NULL);
}

struct rt_fs rt_fs_copy(const char *from, const char *to)
{
    return of_names(RT_FS_COPY, from, to, 0);
}

struct rt_fs rt_fs_remove(const char *path)
{
    return of_names(RT_FS_REMOVE, path, NULL, 0);
}

struct rt_fs rt_fs_rename(const char *from, const char *to)
{
    return of_names(RT_FS_RENAME, from, to, 0);
}

struct rt_fs rt_fs_mkdir(const char *path, mode_t mode)
{
    return of_names(RT_FS_MKDIR, path, NULL, mode);
}

struct rt_fs rt_fs_mkdir_all(const char *path, mode_t mode)
{
    struct rt_fs_request request = {.code = RT_FS_MKDIR_ALL,
                                    .bytes = path,
                                    .size = strlen(path) + 1,
                                    .mode = mode};

    return rt_fs_make(request, NULL);
}
