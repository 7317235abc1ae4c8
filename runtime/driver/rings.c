#ifdef __linux__

#define _GNU_SOURCE /* syscall */

#include "driver/rings.h"

#include <errno.h>
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

static size_t queues_size(const struct io_uring_params *params)
{
    size_t submissions =
        params->sq_off.array + params->sq_entries * sizeof(uint32_t);
    size_t completions =
        params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);

    return submissions > completions ? submissions : completions;
}

static size_t submissions_size(const struct io_uring_params *params)
{
    return params->sq_entries * sizeof(struct io_uring_sqe);
}

/* One of the indices in the mapping; they only grow. */
static uint32_t *word_at(const struct rt_rings *rings, uint32_t offset)
{
    return (uint32_t *)(void *)(rings->queues + offset);
}

static int map_parts(struct rt_rings *rings)
{
    const struct io_uring_params *params = &rings->params;
    void *queues = map(rings->fd, queues_size(params), IORING_OFF_SQ_RING);
    void *submissions;

    if (queues == MAP_FAILED) {
        return -errno;
    }
    submissions = map(rings->fd, submissions_size(params), IORING_OFF_SQES);
    if (submissions == MAP_FAILED) {
        int error = -errno;

        munmap(queues, queues_size(params));
        return error;
    }
    rings->queues = queues;
    rings->submissions = submissions;
    /* Requests could be queued in another order than they were written. */
    for (uint32_t i = 0; i < params->sq_entries; i++) {
        word_at(rings, params->sq_off.array)[i] = i;
    }
    return 0;
}

int rt_rings_init(struct rt_rings *rings, const struct rt_interrupt *interrupt,
                  uint32_t submissions, uint32_t completions)
{
    const uint32_t needed =
        IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG;
    int error;

    rings->interrupt = interrupt;
    /*
     * Cooperative: the thread that made a request is not stopped in what it
     * does to take its completion, but does so at its next system call or
     * clock tick. An echo server needs half the time with it.
     */
    rings->params = (struct io_uring_params){
        .flags = IORING_SETUP_CQSIZE | IORING_SETUP_COOP_TASKRUN,
        .cq_entries = completions,
    };
    rings->fd = (int)syscall(SYS_io_uring_setup, submissions, &rings->params);
    if (rings->fd < 0) {
        return -errno;
    }
    error = (rings->params.features & needed) == needed ? map_parts(rings)
                                                        : -ENOSYS;
    if (error) {
        close(rings->fd);
    }
    return error;
}

void rt_rings_deinit(struct rt_rings *rings)
{
    munmap(rings->submissions, submissions_size(&rings->params));
    munmap(rings->queues, queues_size(&rings->params));
    close(rings->fd);
}

/* ---- their use ---- */

/* How many requests the kernel has not taken; more, while it takes some. */
static uint32_t queued(const struct rt_rings *rings)
{
    const struct io_sqring_offsets *at = &rings->params.sq_off;

    return __atomic_load_n(word_at(rings, at->tail), __ATOMIC_ACQUIRE) -
           __atomic_load_n(word_at(rings, at->head), __ATOMIC_ACQUIRE);
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
    uint32_t *tail = word_at(rings, rings->params.sq_off.tail);

    if (queued(rings) == rings->params.sq_entries) {
        return false;
    }
    rings->submissions[*tail & (rings->params.sq_entries - 1)] = *request;
    atomic_fetch_add(&rings->in_flight, 1);
    /* Release pairs with the kernel's acquire, and the one of queued. */
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
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
    const struct io_cqring_offsets *at = &rings->params.cq_off;
    const struct io_uring_cqe *completions =
        (struct io_uring_cqe *)(void *)(rings->queues + at->cqes);
    uint32_t head = *word_at(rings, at->head);

    /* Acquire pairs with the kernel's release. */
    if (head == __atomic_load_n(word_at(rings, at->tail), __ATOMIC_ACQUIRE)) {
        return false;
    }
    *completion = completions[head & (rings->params.cq_entries - 1)];
    /* Release: the kernel may write there from now on. */
    __atomic_store_n(word_at(rings, at->head), head + 1, __ATOMIC_RELEASE);
    if (!(completion->flags & IORING_CQE_F_MORE)) {
        atomic_fetch_sub(&rings->in_flight, 1);
    }
    return true;
}

#endif
