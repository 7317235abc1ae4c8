#include "fs/operation.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "fs/listing.h"
#include "fs/run.h"
#include "sched/runtime.h"

void rt_fs_handle_ref(struct rt_fs_handle *handle)
{
    atomic_fetch_add(&handle->references, 1);
}

void rt_fs_handle_unref(struct rt_fs_handle *handle)
{
    if (atomic_fetch_sub(&handle->references, 1) == 1) {
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
    rt_fs_run(operation_of(job));
}

/* What nobody took is freed with it. */
static void operation_destroy(struct rt_job *job)
{
    struct rt_fs_operation *operation = operation_of(job);

    if (operation->handle) {
        rt_fs_handle_unref(operation->handle);
    }
    rt_buffer_deinit(&operation->content);
    rt_fs_listing_destroy(operation->listing);
    rt_free(operation, operation->block_size);
}

static const struct rt_job_ops operation_ops = {operation_run,
                                                operation_destroy};

/* Copies the string to *place, and moves that behind it. */
static char *put_string(char **place, const char *string)
{
    char *copy = *place;

    if (!string) {
        return NULL;
    }
    *place = stpcpy(copy, string) + 1;
    return copy;
}

struct rt_fs_operation *rt_fs_operation_create(enum rt_fs_code code,
                                               const char *path,
                                               const char *other, size_t size)
{
    size_t block_size = sizeof(struct rt_fs_operation) + size +
                        (path ? strlen(path) + 1 : 0) +
                        (other ? strlen(other) + 1 : 0);
    struct rt_fs_operation *operation = rt_alloc(block_size);
    char *place;

    if (!operation) {
        return NULL;
    }
    rt_job_init(&operation->job, &operation_ops);
    operation->code = code;
    operation->size = size;
    operation->block_size = block_size;
    place = (char *)(operation + 1);
    operation->path = put_string(&place, path);
    operation->other = put_string(&place, other);
    operation->bytes = place;
    return operation;
}

/* The system call of an operation that is no more than one. */
static const struct {
    bool is_one;
    enum rt_operation_code code;
} calls[] = {
    [RT_FS_READ] = {true, RT_OPERATION_READ},
    [RT_FS_WRITE] = {true, RT_OPERATION_WRITE},
    [RT_FS_SYNC] = {true, RT_OPERATION_FSYNC},
    [RT_FS_LIST] = {false},
};

static void kernel_completed(struct rt_operation *kernel)
{
    struct rt_fs_operation *operation =
        RT_CONTAINER_OF(kernel, struct rt_fs_operation, kernel);

    operation->result = kernel->result;
    rt_job_finish(&operation->job, RT_JOB_DONE);
}

static void submit_to_driver(struct rt_fs_operation *operation,
                             struct rt_runtime *runtime)
{
    int error;

    rt_blocking_pool_lend(rt_runtime_blocking(runtime), &operation->job);
    operation->kernel = (struct rt_operation){
        .code = calls[operation->code].code,
        .fd = operation->handle->fd,
        .buffer = operation->bytes,
        .size = operation->size,
        .offset = operation->offset,
        .flags = operation->flags,
        .complete = kernel_completed,
    };
    error = rt_driver_submit(rt_runtime_driver(runtime), &operation->kernel);
    if (error) {
        operation->kernel.result = error;
        kernel_completed(&operation->kernel);
    }
}

int rt_fs_operation_submit(struct rt_fs_operation *operation,
                           struct rt_runtime *runtime)
{
    if (calls[operation->code].is_one &&
        rt_driver_has_operations(rt_runtime_driver(runtime))) {
        submit_to_driver(operation, runtime);
        return 0;
    }
    return rt_blocking_pool_submit(rt_runtime_blocking(runtime),
                                   &operation->job);
}

bool rt_fs_operation_poll(struct rt_fs_operation *operation,
                          const struct rt_waker *waker)
{
    enum rt_job_state state = rt_job_poll(&operation->job, waker);

    if (state == RT_JOB_CANCELLED) {
        operation->result = -ECANCELED;
    }
    return state != RT_JOB_OUT;
}
