#include "fs/operation.h"

#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "future/async.h"
#include "sched/runtime.h"

void rt_fs_handle_unref(struct rt_fs_handle *handle)
{
    if (handle && atomic_fetch_sub(&handle->references, 1) == 1) {
        close(handle->fd);
        rt_free(handle, sizeof(*handle));
    }
}

static struct rt_fs_operation *operation_of(struct rt_job *job)
{
    return RT_CONTAINER_OF(job, struct rt_fs_operation, job);
}

static void operation_run(struct rt_job *job)
{
    struct rt_fs_operation *operation = operation_of(job);

    do {
        operation->result = operation->request.run(operation);
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

static struct rt_fs_operation *create(const struct rt_fs_request *request)
{
    size_t path_size = request->path ? strlen(request->path) + 1 : 0;
    size_t block_size =
        sizeof(struct rt_fs_operation) + request->size + path_size;
    struct rt_fs_operation *operation = rt_alloc(block_size);

    if (!operation) {
        return NULL;
    }
    rt_job_init(&operation->job, &operation_ops);
    operation->block_size = block_size;
    operation->request = *request;
    operation->bytes = (char *)(operation + 1);
    if (request->bytes) {
        memcpy(operation->bytes, request->bytes, request->size);
    }
    if (request->path) {
        operation->request.path =
            memcpy(operation->bytes + request->size, request->path, path_size);
    }
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
    struct rt_blocking_pool *pool = rt_runtime_blocking(runtime);
    struct rt_driver *driver = rt_runtime_driver(runtime);
    int error;

    if (request->kernel_code == RT_OPERATION_NONE ||
        !rt_driver_has_operations(driver)) {
        return rt_blocking_pool_submit(pool, &operation->job);
    }
    rt_blocking_pool_lend(pool, &operation->job);
    operation->kernel = (struct rt_operation){
        .code = request->kernel_code,
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

void rt_fs_deliver_stat(struct rt_fs_operation *operation, void *into)
{
    *(struct stat *)into = operation->stat;
}

void rt_fs_deliver_content(struct rt_fs_operation *operation, void *into)
{
    *(struct rt_buffer *)into = operation->content;
    operation->content = (struct rt_buffer){0};
}

static enum rt_poll fs_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_fs *fs = RT_SELF(future, struct rt_fs);
    const struct rt_fs_request *request;
    enum rt_job_state state;

    if (!fs->operation) {
        return RT_READY; /* it could not be made, and result says why */
    }
    request = &fs->operation->request;
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
    if (fs->result >= 0 && request->deliver) {
        request->deliver(fs->operation, request->into);
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

struct rt_fs rt_fs_make(struct rt_fs_request request)
{
    struct rt_fs_operation *operation = create(&request);

    return (struct rt_fs){
        .future = RT_FUTURE(&fs_ops),
        .operation = operation,
        .result = operation ? -EINPROGRESS : -ENOMEM,
    };
}
