#ifdef __linux__

#define _GNU_SOURCE /* syscall */

#include "driver/rings.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "time/duration.h"

/* ---- their life ---- */

static void *map(int fd, size_t size, off_t what)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                fd, what);
}

static uint32_t *word_at(const struct rt_rings *rings, uint32_t offset)
{
    return (uint32_t *)(void *)((char *)rings->queues + offset);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void find_parts(struct rt_rings *rings,
                       const struct io_uring_params *params)
{
    uint32_t *order = word_at(rings, params->sq_off.array);

    rings->submission_head = word_at(rings, params->sq_off.head);
    rings->submission_tail = word_at(rings, params->sq_off.tail);
    rings->submission_mask = params->sq_entries - 1;
    rings->completion_head = word_at(rings, params->cq_off.head);
    rings->completion_tail = word_at(rings, params->cq_off.tail);
    rings->completion_mask = params->cq_entries - 1;
    rings->completions =
        (struct io_uring_cqe *)(void *)word_at(rings, params->cq_off.cqes);
    /* Requests could be queued in another order than they were written. */
    for (uint32_t i = 0; i < params->sq_entries; i++) {
        order[i] = i;
    }
}

static int map_parts(struct rt_rings *rings,
                     const struct io_uring_params *params)
{
    rings->queues_size = larger(
        params->sq_off.array + params->sq_entries * sizeof(uint32_t),
        params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe));
    rings->submissions_size = params->sq_entries * sizeof(struct io_uring_sqe);
    rings->queues = map(rings->fd, rings->queues_size, IORING_OFF_SQ_RING);
    if (rings->queues == MAP_FAILED) {
        return -errno;
    }
    rings->submissions =
        map(rings->fd, rings->submissions_size, IORING_OFF_SQES);
    if (rings->submissions == MAP_FAILED) {
        int error = -errno;

        munmap(rings->queues, rings->queues_size);
        return error;
    }
    find_parts(rings, params);
    return 0;
}

int rt_rings_init(struct rt_rings *rings, uint32_t submissions,
                  uint32_t completions)
{
    const uint32_t needed =
        IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG;
    /*
     * Cooperative: the thread that made a request is not stopped in what it
     * does to take its completion, but does so at its next system call or
     * clock tick. An echo server needs half the time with it.
     */
    struct io_uring_params params = {
        .flags = IORING_SETUP_CQSIZE | IORING_SETUP_COOP_TASKRUN,
        .cq_entries = completions,
    };
    int error;

    rings->fd = (int)syscall(SYS_io_uring_setup, submissions, &params);
    if (rings->fd < 0) {
        return -errno;
    }
    error = (params.features & needed) == needed ? map_parts(rings, &params)
                                                 : -ENOSYS;
    if (error) {
        close(rings->fd);
    }
    return error;
}

void rt_rings_deinit(struct rt_rings *rings)
{
    munmap(rings->submissions, rings->submissions_size);
    munmap(rings->queues, rings->queues_size);
    close(rings->fd);
}

/* ---- their use ---- */

/* How many requests the kernel has not taken; more, while it takes some. */
static uint32_t queued(const struct rt_rings *rings)
{
    return __atomic_load_n(rings->submission_tail, __ATOMIC_ACQUIRE) -
           __atomic_load_n(rings->submission_head, __ATOMIC_ACQUIRE);
}

/* The kernel takes no more than there are, so two threads may do this. */
static int enter(struct rt_rings *rings, unsigned flags, unsigned completions,
                 const struct io_uring_getevents_arg *wait)
{
    long result =
        syscall(SYS_io_uring_enter, rings->fd, queued(rings), completions,
                flags | IORING_ENTER_EXT_ARG, wait, sizeof(*wait));

    return result < 0 ? -errno : 0;
}

int rt_rings_submit(struct rt_rings *rings)
{
    struct io_uring_getevents_arg none = {0};
    int error;

    do {
        error = enter(rings, 0, 0, &none);
    } while (error == -EINTR);
    if (error) {
        /* What stays in the queue is handed over by the next wait; soon. */
        rt_interrupt_raise(rings->interrupt);
    }
    return error;
}

/* Returns false when the queue is full. */
static bool push_locked(struct rt_rings *rings,
                        const struct io_uring_sqe *request)
{
    uint32_t tail = *rings->submission_tail;

    if (queued(rings) > rings->submission_mask) {
        return false;
    }
    rings->submissions[tail & rings->submission_mask] = *request;
    /* Release pairs with the kernel's acquire, and the one of queued. */
    __atomic_store_n(rings->submission_tail, tail + 1, __ATOMIC_RELEASE);
    return true;
}

int rt_rings_push(struct rt_rings *rings, const struct io_uring_sqe *request)
{
    bool must_submit;
    bool is_done;
    int error = 0;

    do {
        rt_lock_acquire(&rings->lock);
        is_done = push_locked(rings, request);
        must_submit = !is_done || rings->is_waiting;
        rt_lock_release(&rings->lock);
        if (must_submit) {
            error = rt_rings_submit(rings);
        }
    } while (!is_done && !error);
    return is_done ? 0 : error;
}

static void count(struct rt_rings *rings, int change)
{
    rt_lock_acquire(&rings->lock);
    rings->in_flight += (uint32_t)change;
    rt_lock_release(&rings->lock);
}

int rt_rings_begin(struct rt_rings *rings, const struct io_uring_sqe *request)
{
    int error;

    count(rings, 1);
    error = rt_rings_push(rings, request);
    if (error) {
        count(rings, -1);
    }
    return error;
}

void rt_rings_end(struct rt_rings *rings)
{
    count(rings, -1);
}

static void set_waiting(struct rt_rings *rings, bool is_waiting)
{
    rt_lock_acquire(&rings->lock);
    rings->is_waiting = is_waiting;
    rt_lock_release(&rings->lock);
}

int rt_rings_wait(struct rt_rings *rings, uint64_t timeout_ns)
{
    struct __kernel_timespec time = {
        .tv_sec = (int64_t)(timeout_ns / RT_SECONDS(1)),
        .tv_nsec = (long long)(timeout_ns % RT_SECONDS(1)),
    };
    struct io_uring_getevents_arg wait = {
        .ts = timeout_ns == RT_NEVER ? 0 : (uint64_t)(uintptr_t)&time,
    };
    int error;

    set_waiting(rings, true);
    error = enter(rings, IORING_ENTER_GETEVENTS, timeout_ns > 0, &wait);
    set_waiting(rings, false);
    return error == -ETIME ? 0 : error;
}

bool rt_rings_pop(struct rt_rings *rings, struct io_uring_cqe *completion)
{
    uint32_t head = *rings->completion_head;

    /* Acquire pairs with the kernel's release. */
    if (head == __atomic_load_n(rings->completion_tail, __ATOMIC_ACQUIRE)) {
        return false;
    }
    *completion = rings->completions[head & rings->completion_mask];
    /* Release: the kernel may write there from now on. */
    __atomic_store_n(rings->completion_head, head + 1, __ATOMIC_RELEASE);
    return true;
}

#endif
