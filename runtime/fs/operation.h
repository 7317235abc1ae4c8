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

#include <sys/stat.h>

#include "base/atomic.h"
#include "blocking/pool.h"
#include "driver/operation.h"
#include "io/buffer.h"

/* What to do, with which fields of the request; and what comes back. */
enum rt_fs_code {
    RT_FS_OPEN,      /* path, flags, mode; 0, and handle and offset are set */
    RT_FS_READ,      /* fd, offset, size; bytes read into bytes */
    RT_FS_WRITE,     /* fd, offset, size, bytes; bytes written */
    RT_FS_SYNC,      /* fd, flags (1: the data alone); 0 */
    RT_FS_TRUNCATE,  /* fd, offset; 0 */
    RT_FS_STAT_OPEN, /* fd; 0 and stat */
    RT_FS_STAT,      /* path; 0 and stat */
    RT_FS_READ_ALL,  /* path; bytes read into content */
    RT_FS_WRITE_ALL, /* path, size, bytes; 0 */
    RT_FS_COPY,      /* path, other; bytes copied */
    RT_FS_REMOVE,    /* path; 0 */
    RT_FS_RENAME,    /* path, other; 0 */
    RT_FS_MKDIR,     /* path, mode; 0 */
    RT_FS_MKDIR_ALL, /* bytes and size (the path with its NUL), mode; 0 */
    RT_FS_LIST,      /* path; 0 and content: for each entry the byte that
                        readdir has for its type, and path/name with a NUL */
};

/* An open file; counted, since an operation may outlive the close. */
struct rt_fs_handle {
    RT_ATOMIC(uint32_t) references;
    int fd; /* owned */
};

/*
 * Makes a handle with one reference, and takes the fd; if that is negative,
 * errno says why. 0 or a negative errno.
 */
int rt_fs_handle_create(struct rt_fs_handle **handle, int fd);

/* Gives up a reference; the last one closes it. NULL is allowed. Any thread. */
void rt_fs_handle_unref(struct rt_fs_handle *handle);

struct rt_fs_request {
    enum rt_fs_code code;
    int flags;
    mode_t mode;
    struct rt_fs_handle *handle; /* keeps fd open */
    int fd;                      /* -1: the file was closed */
    int64_t offset;              /* -1: where the file stands */
    const char *path, *other;
    const char *bytes; /* NULL: just room for size of them */
    size_t size;
};

struct rt_fs_operation {
    struct rt_job job;
    struct rt_operation kernel;   /* the job, when the driver carries it out */
    struct rt_fs_request request; /* strings in the block; handle is owned */
    char *bytes;                  /* in the block */
    int64_t result;               /* 0 or more, or a negative errno */
    struct stat stat;
    struct rt_buffer content; /* owned */
    size_t block_size;
};

/* How a request is carried out. */
struct rt_fs_call {
    /* On a thread that may wait: gives the result. */
    int64_t (*run)(struct rt_fs_operation *operation);
    bool has_kernel_code; /* the driver can do it, too, by this code: */
    enum rt_operation_code kernel_code;
};

extern const struct rt_fs_call rt_fs_calls[]; /* by enum rt_fs_code */

#endif
