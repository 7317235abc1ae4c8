/*
 * Operation: a system call that the kernel carries out by itself, and whose
 * result it reports when it is there ("completion"), where readiness says
 * only that a call would not wait.
 *
 * The kernel uses the memory of an operation until then, whatever became of
 * who asked for it. So operations and their buffers live on the heap and are
 * lent to the driver: from rt_driver_submit on they are the driver's, until it
 * calls complete. Who loses interest may say so with rt_driver_cancel, and
 * leaves the block alone: complete frees it.
 */
#ifndef RT_DRIVER_OPERATION_H
#define RT_DRIVER_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/driver.h"

/* What to do, with which of the fields below; the result is the call's. */
enum rt_operation_code {
    RT_OPERATION_READ,   /* fd, buffer, size, offset */
    RT_OPERATION_WRITE,  /* fd, buffer, size, offset */
    RT_OPERATION_RECV,   /* fd, buffer, size, flags: as of recv */
    RT_OPERATION_SEND,   /* fd, buffer, size, flags: as of send */
    RT_OPERATION_OPEN,   /* buffer: the path; flags, mode: as of open */
    RT_OPERATION_FSYNC,  /* fd, flags: 1 for the data alone */
    RT_OPERATION_CLOSE,  /* fd */
    RT_OPERATION_ACCEPT, /* fd, flags: as of accept4 */
};

struct rt_operation {
    enum rt_operation_code code;
    int fd;
    void *buffer;
    size_t size;
    int64_t offset; /* in the file; -1: where the file stands */
    int flags;      /* 0 where none are named above */
    unsigned mode;
    int64_t result; /* 0 or more, or a negative errno */
    /*
     * The result is there, and the block is no longer the driver's. Called
     * once, on the thread that waits in the driver or deinits it; takes no
     * lock for long, and may wake tasks.
     */
    void (*complete)(struct rt_operation *operation);
};

/* True if this driver knows more than readiness. */
bool rt_driver_has_operations(const struct rt_driver *driver);

/*
 * Begins an operation. 0: it is lent to the driver, as said above. Or a
 * negative errno, and it was not: -ENOSYS, this driver knows only readiness.
 * Any thread.
 */
int rt_driver_submit(struct rt_driver *driver, struct rt_operation *operation);

/*
 * Asks for an early end of an operation that is lent to the driver. It is
 * completed in any case: with -ECANCELED, or as if nothing had been asked. Any
 * thread, which knows that complete was not yet called.
 */
void rt_driver_cancel(struct rt_driver *driver, struct rt_operation *operation);

#endif
