/*
 * File operation: one request to the file system, as a block of memory.
 *
 * The system has no "file is ready": a read of a disk blocks. So a request is
 * written down (what to do, its arguments, room for its result) and given to
 * somebody who may wait for it: the driver, if it has operations, for those on
 * an open file; else a thread of the blocking pool. The block owns
 * all that the request needs, paths and bytes included, so it stays valid when
 * the future that asked is dropped while it runs; bytes are copied in when it
 * is made and out when it is over.
 */
#ifndef RT_FS_OPERATION_H
#define RT_FS_OPERATION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/atomic.h"
#include "blocking/pool.h"
#include "driver/operation.h"
#include "io/buffer.h"

/* What to do, with which of the fields below, and what result is then. */
enum rt_fs_code {
    RT_FS_OPEN,      /* path, flags, mode; 0 and handle */
    RT_FS_READ,      /* handle, offset, size; bytes read into bytes */
    RT_FS_WRITE,     /* handle, offset, size, bytes; bytes written */
    RT_FS_SYNC,      /* handle, flags (1: the data alone); 0 */
    RT_FS_TRUNCATE,  /* handle, offset; 0 */
    RT_FS_STAT,      /* handle or path; 0 and stat */
    RT_FS_READ_ALL,  /* path; bytes read into content */
    RT_FS_WRITE_ALL, /* path, size, bytes; 0 */
    RT_FS_COPY,      /* path, other; bytes copied */
    RT_FS_REMOVE,    /* path; 0 */
    RT_FS_RENAME,    /* path, other; 0 */
    RT_FS_MKDIR,     /* path, mode; 0 */
    RT_FS_MKDIR_ALL, /* path, mode; 0 */
    RT_FS_LIST,      /* listing, size; entries in bytes: see listing.h */
};

/* An open file; counted, since an operation may outlive the close. */
struct rt_fs_handle {
    RT_ATOMIC(uint32_t) references;
    int fd; /* owned */
};

/* One more reference, and one less; the last one closes it. Any thread. */
void rt_fs_handle_ref(struct rt_fs_handle *handle);
void rt_fs_handle_unref(struct rt_fs_handle *handle);

struct rt_fs_listing;

struct rt_fs_operation {
    struct rt_job job;
    struct rt_operation kernel; /* the job, when the driver carries it out */
    enum rt_fs_code code;
    int flags;
    mode_t mode;
    struct rt_fs_handle *handle; /* owned: one reference; or NULL */
    int64_t offset;              /* -1: where the file stands */
    char *path;                  /* in the block; or NULL */
    char *other;                 /* the same */
    char *bytes;                 /* in the block: size of them */
    size_t size;
    int64_t result; /* 0 or more, or a negative errno */
    struct stat stat;
    struct rt_buffer content;      /* owned */
    struct rt_fs_listing *listing; /* owned; or NULL */
    size_t block_size;             /* bytes of all this */
};

/*
 * Makes an operation with copies of the strings (NULL: none) and room for so
 * many bytes. The caller's reference is given up with rt_job_unref. NULL: no
 * memory.
 */
struct rt_fs_operation *rt_fs_operation_create(enum rt_fs_code code,
                                               const char *path,
                                               const char *other, size_t size);

/*
 * Hands the operation to whoever carries it out. 0; or a negative errno, and
 * it won't be.
 */
int rt_fs_operation_submit(struct rt_fs_operation *operation,
                           struct rt_runtime *runtime);

/*
 * True when it is over, and then result is set: -ECANCELED if it never ran. If
 * not, leaves a clone of waker to be woken when it is.
 */
bool rt_fs_operation_poll(struct rt_fs_operation *operation,
                          const struct rt_waker *waker);

#endif
