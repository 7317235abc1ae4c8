/*
 * Rings: the two queues that a program and Linux share, called io_uring. Into
 * one the program writes requests (submissions), into the other the kernel
 * writes results (completions); a system call tells the kernel to look.
 *
 * This is made of system calls rather than of liburing, so that a program
 * needs nothing that is not there anyway; it is all that the driver uses.
 */
#ifndef RT_DRIVER_RINGS_H
#define RT_DRIVER_RINGS_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/lock.h"
#include "driver/interrupt.h"

struct rt_rings {
    const struct rt_interrupt *interrupt; /* borrowed */
    int fd;                               /* owned */
    char *queues;                         /* owned: a mapping */
    struct io_uring_sqe *submissions;     /* owned: a mapping */
    struct io_uring_params params;        /* their sizes, and what is where */
    RT_ATOMIC(uint32_t) in_flight; /* requests without their last completion */
    struct rt_lock lock; /* guards the submissions, and what follows */
    bool is_waiting;     /* too late to be handed over with the wait */
};

/*
 * Makes rings with room for so many of each, powers of two. interrupt ends a
 * wait for them. Returns 0 or a negative errno: -ENOSYS, an old kernel; -EPERM,
 * it is forbidden here.
 */
int rt_rings_init(struct rt_rings *rings, const struct rt_interrupt *interrupt,
                  uint32_t submissions, uint32_t completions);
void rt_rings_deinit(struct rt_rings *rings);

/*
 * Queues a request (copied), to be handed to the kernel with the next wait, or
 * at once when one goes on. Returns 0 or -errno: it was not queued. Any thread.
 */
int rt_rings_push(struct rt_rings *rings, const struct io_uring_sqe *request);

/*
 * Hands over what is queued. Returns 0; or -errno, and the wait that goes on,
 * or the next one, is ended to try it again. Any thread.
 */
int rt_rings_submit(struct rt_rings *rings);

/*
 * The same, and waits for a completion for up to timeout_ns; 0: only sees to
 * it that those which are due are queued. Returns 0, also when the time is
 * over, or -errno. One thread at a time.
 */
int rt_rings_wait(struct rt_rings *rings, uint64_t timeout_ns);

/* Takes a completion out. False: there is none. One thread at a time. */
bool rt_rings_pop(struct rt_rings *rings, struct io_uring_cqe *completion);

#endif
