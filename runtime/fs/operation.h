/*
 * File operation: one request to the file system, from asking to its end.
 *
 * The system has no "file is ready": a read of a disk blocks. So a request is
 * written down and given to somebody who may wait: the driver, if it can do
 * this one; else a thread of the blocking pool. The operation is a block of
 * memory that owns all it needs: strings and bytes are copied in when it is
 * made, and out when it is over. So it stays valid when the future that asked
 * is dropped while it runs.
 */
#ifndef RT_FS_OPERATION_H
#define RT_FS_OPERATION_H

#include <errno.h>
#include <sys/stat.h>

#include "base/atomic.h"
#include "blocking/pool.h"
#include "driver/operation.h"
#include "future/future.h"
#include "io/buffer.h"

/* An open file; counted, since an operation may outlive the close. */
struct rt_fs_handle {
    RT_ATOMIC(uint32_t) references;
    int fd; /* owned */
};

/* Gives up a reference; the last one closes it. NULL is allowed. Any thread. */
void rt_fs_handle_unref(struct rt_fs_handle *handle);

struct rt_fs_operation;

/* What to do, how, and with what. */
struct rt_fs_request {
    /* Does it, on a thread that may wait. 0 or more, or a negative errno. */
    int64_t (*run)(struct rt_fs_operation *operation);

    /* If the driver can do it, too: with fd, offset, flags, bytes, size. */
    enum rt_operation_code kernel_code;

    /* Gives what it has brought to the one who waits; NULL: nothing. */
    void (*deliver)(struct rt_fs_operation *operation, void *into);
    void *into; /* borrowed */

    struct rt_fs_handle *handle; /* keeps fd open */
    int fd;                      /* -1: the file was closed */
    int64_t offset;              /* -1: where the file stands */
    const char *path;
    int flags;
    mode_t mode;
    const void *bytes; /* to be written, or a second path; NULL: just room */
    size_t size;       /* of bytes */
};

struct rt_fs_operation {
    struct rt_job job;
    struct rt_operation kernel;   /* the job, when the driver carries it out */
    struct rt_fs_request request; /* path in the block; handle is owned */
    char *bytes;                  /* in the block */
    int64_t result;               /* 0 or more, or a negative errno */
    struct stat stat;
    struct rt_buffer content; /* owned */
    size_t block_size;
};

/* The future of a request, which begins at the first poll. */
struct rt_fs {
    struct rt_future future;
    struct rt_fs_operation *operation; /* owned; NULL: could not be made */
    int64_t result; /* when ready: 0 or more, or a negative errno */
};

/* Any request; what it points to is copied or, a handle, counted. */
struct rt_fs rt_fs_make(struct rt_fs_request request);

/* For what is brought in stat, or in content, which is made anew. */
void rt_fs_deliver_stat(struct rt_fs_operation *operation, void *into);
void rt_fs_deliver_content(struct rt_fs_operation *operation, void *into);

/* What a system call gave, as a result. */
static inline int64_t rt_fs_or_errno(int64_t given)
{
    return given < 0 ? -errno : given;
}

#endif
