/*
 * Operation: a system call that the kernel carries out by itself, and whose
 * result it reports when it is there ("completion"), where readiness says
 * only that a call would not wait.
 *
 * The kernel uses the memory of an operation until then, whatever became of
 * who asked for it. So operations and their buffers live on the heap and are
 * lent to the driver: from rt_driver_submit on they are the driver's, until it
 * calls complete. Who loses interest leaves the block alone: complete frees it.
 */
#ifndef RT_DRIVER_OPERATION_H
#define RT_DRIVER_OPERATION_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/driver.h"

/* What to do, with which of the fields below; the result is the call's. */
enum rt_operation_code {
    RT_OPERATION_NONE,  /* nothing that a driver can do */
    RT_OPERATION_READ,  /* fd, buffer, size, offset */
    RT_OPERATION_WRITE, /* fd, buffer, size, offset */
    RT_OPERATION_FSYNC, /* fd, flags: 1 for the data alone */
};

struct rt_operation {
    enum rt_operation_code code;
    int fd;
    void *buffer;
    size_t size;
    int64_t offset; /* in the file; -1: where the file stands */
    int flags;      /* 0 where none are named above */
    int64_t result; /* 0 or more, or a negative errno */
    /*
     * The result is there, and the block is no longer the driver's. Called
     * once, on the thread that waits in the driver or deinits it; takes no
     * lock for long, and may wake tasks.
     */
    void (*complete)(struct rt_operation *operation);
};

/* True if this driver knows more than readiness. */
static inline bool rt_driver_has_operations(const struct rt_driver *driver)
{
    return driver->ops->submit != NULL;
}

/*
 * Begins an operation. 0: it is lent to the driver, as said above. Or a
 * negative errno, and it was not: -ENOSYS, this driver knows only readiness.
 * Any thread.
 */
static inline int rt_driver_submit(struct rt_driver *driver,
                                   struct rt_operation *operation)
{
    return rt_driver_has_operations(driver)
               ? driver->ops->submit(driver, operation)
               : -ENOSYS;
}

#endif
