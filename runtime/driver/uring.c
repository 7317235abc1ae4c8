/*
 * The io_uring driver. A source is one request that lasts: "report each change
 * of its readiness", which is what epoll does with edges. Operations are
 * requests that are carried out. A queue of requests is handed over with the
 * next wait, so that most cost no system call of their own.
 *
 * What the kernel works on must stay: a source is counted, and an operation
 * lent, until its last completion was seen.
 */
#ifdef __linux__

#define _GNU_SOURCE /* POLLRDHUP */

#include <errno.h>
#include <poll.h>

#include "base/memory.h"
#include "driver/operation.h"
#include "driver/rings.h"
#include "time/duration.h"

enum { SUBMISSIONS = 256, COMPLETIONS = 4096 };

/*
 * What the number in a request, which comes back with its result, means: the
 * address of a source; or of an operation, with this bit; or one of these.
 */
enum tag {
    TAG_OPERATION = 1,
    TAG_INTERRUPT = 2,
    TAG_NOTHING = 4, /* nobody wants to know */
};

/* A request to report that the fd is ready in these ways, each time. */
static struct io_uring_sqe poll_request(int fd, uint32_t events, uint64_t name)
{
    return (struct io_uring_sqe){
        .opcode = IORING_OP_POLL_ADD,
        .fd = fd,
        .poll32_events = events,
        .len = IORING_POLL_ADD_MULTI,
        .user_data = name,
    };
}

/* ---- sources ---- */

static struct io_uring_sqe source_request(const struct rt_source *source)
{
    /* Errors come unasked. */
    return poll_request(source->fd, POLLIN | POLLRDHUP | POLLOUT,
                        (uintptr_t)source);
}

static int uring_add(struct rt_driver *driver, struct rt_source *source)
{
    struct io_uring_sqe request = source_request(source);
    int error = rt_driver_check_fd(source->fd);

    if (error) {
        return error;
    }
    rt_source_ref(source);
    error = rt_rings_push(driver->own, &request);
    if (error) {
        rt_source_unref(source);
    }
    return error;
}

static void uring_remove(struct rt_driver *driver, struct rt_source *source)
{
    /* POLL_REMOVE would be refused while the kernel is about to report. */
    struct io_uring_sqe request = {
        .opcode = IORING_OP_ASYNC_CANCEL,
        .addr = (uintptr_t)source,
        .user_data = TAG_NOTHING,
    };

    (void)rt_rings_push(driver->own, &request);
    /* Now, since the kernel holds the file: a close would close nothing. */
    (void)rt_rings_submit(driver->own);
}

static bool is_registered(struct rt_source *source)
{
    bool is;

    rt_lock_acquire(&source->lock);
    is = source->driver != NULL;
    rt_lock_release(&source->lock);
    return is;
}

/*
 * A request that should last has ended: the thread that made it has, or there
 * was no room for a completion.
 */
static int ask_again(struct rt_driver *driver, struct rt_source *source)
{
    struct io_uring_sqe request = source_request(source);
    int error = rt_rings_push(driver->own, &request);

    /* It may have been removed, before there was something to remove. */
    if (!error && !is_registered(source)) {
        uring_remove(driver, source);
    }
    return error;
}

static int source_completed(struct rt_driver *driver, struct rt_source *source,
                            const struct io_uring_cqe *completion)
{
    bool has_failed = completion->res < 0 && completion->res != -ECANCELED;

    if (completion->res > 0) {
        rt_driver_report(driver, source,
                         rt_driver_ready_of((uint32_t)completion->res));
    } else if (has_failed) {
        rt_driver_report(driver, source, RT_READABLE | RT_WRITABLE);
    }
    if (completion->flags & IORING_CQE_F_MORE) {
        return 0;
    }
    if (!has_failed && !driver->is_over && is_registered(source)) {
        return ask_again(driver, source);
    }
    rt_source_unref(source);
    return 0;
}

/* ---- operations ---- */

static int uring_submit(struct rt_driver *driver,
                        struct rt_operation *operation)
{
    static const uint8_t opcodes[] = {
        [RT_OPERATION_READ] = IORING_OP_READ,
        [RT_OPERATION_WRITE] = IORING_OP_WRITE,
        [RT_OPERATION_FSYNC] = IORING_OP_FSYNC,
    };
    size_t size = operation->size;
    struct io_uring_sqe request = {
        .opcode = opcodes[operation->code],
        .fd = operation->fd,
        .user_data = (uintptr_t)operation | TAG_OPERATION,
    };

    if (operation->code == RT_OPERATION_FSYNC) {
        request.fsync_flags = (uint32_t)operation->flags;
    } else {
        request.addr = (uintptr_t)operation->buffer;
        request.len = size > INT32_MAX ? INT32_MAX : (uint32_t)size;
        request.off = (uint64_t)operation->offset;
    }
    return rt_rings_push(driver->own, &request);
}

/* ---- completions ---- */

static int watch_interrupt(struct rt_driver *driver)
{
    struct io_uring_sqe request =
        poll_request(driver->interrupt.read_fd, POLLIN, TAG_INTERRUPT);

    return rt_rings_push(driver->own, &request);
}

static int interrupt_completed(struct rt_driver *driver,
                               const struct io_uring_cqe *completion)
{
    rt_interrupt_drain(&driver->interrupt);
    if (completion->flags & IORING_CQE_F_MORE) {
        return 0;
    }
    return driver->is_over ? 0 : watch_interrupt(driver);
}

static int completed(struct rt_driver *driver,
                     const struct io_uring_cqe *completion)
{
    uint64_t name = completion->user_data;

    if (name == TAG_NOTHING) {
        return 0;
    }
    if (name == TAG_INTERRUPT) {
        return interrupt_completed(driver, completion);
    }
    if (name & TAG_OPERATION) {
        struct rt_operation *operation =
            (struct rt_operation *)(uintptr_t)(name - TAG_OPERATION);

        operation->result = completion->res;
        operation->complete(operation);
        return 0;
    }
    return source_completed(driver, (struct rt_source *)(uintptr_t)name,
                            completion);
}

static int take_completions(struct rt_driver *driver)
{
    struct io_uring_cqe completion;
    int error = 0;

    /* No more than the queue holds: what comes meanwhile is for later. */
    for (int i = 0;
         i < COMPLETIONS && !error && rt_rings_pop(driver->own, &completion);
         i++) {
        error = completed(driver, &completion);
    }
    return error;
}

/* Not an error: interrupted, or short of memory or of room for completions. */
static bool is_passing(int error)
{
    return error == -EINTR || error == -EAGAIN || error == -EBUSY;
}

static int uring_wait(struct rt_driver *driver, uint64_t timeout_ns)
{
    int error = rt_rings_wait(driver->own, timeout_ns);

    return error && !is_passing(error) ? error : take_completions(driver);
}

/* ---- the life of the driver ---- */

/* Ends all that the kernel has to do for us. */
static int cancel_all(struct rt_driver *driver)
{
    struct io_uring_sqe request = {
        .opcode = IORING_OP_ASYNC_CANCEL,
        .cancel_flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL,
        .user_data = TAG_NOTHING,
    };
    int error = rt_rings_push(driver->own, &request);

    return error ? error : rt_rings_submit(driver->own);
}

/* Some sandboxes allow rings and forbid their use; old kernels do less. */
static int probe(struct rt_driver *driver)
{
    struct io_uring_cqe completion;
    int error = cancel_all(driver);

    if (error) {
        return error;
    }
    return rt_rings_pop(driver->own, &completion) && completion.res != -EINVAL
               ? watch_interrupt(driver)
               : -ENOSYS;
}

static int uring_init(struct rt_driver *driver)
{
    struct rt_rings *rings = rt_alloc(sizeof(*rings));
    int error;

    if (!rings) {
        return -ENOMEM;
    }
    driver->own = rings;
    error = rt_rings_init(rings, &driver->interrupt, SUBMISSIONS, COMPLETIONS);
    if (error) {
        rt_free(rings, sizeof(*rings));
        return error;
    }
    error = probe(driver);
    if (error) {
        rt_rings_deinit(rings);
        rt_free(rings, sizeof(*rings));
    }
    return error;
}

/* Nothing is freed that the kernel still writes to, so all must complete. */
static void uring_deinit(struct rt_driver *driver)
{
    struct rt_rings *rings = driver->own;
    int error = cancel_all(driver);

    while (rings->in_flight > 0 && (!error || is_passing(error))) {
        error = rt_rings_wait(rings, RT_NEVER);
        (void)take_completions(driver);
    }
    rt_rings_deinit(rings);
    rt_free(rings, sizeof(*rings));
}

const struct rt_driver_ops rt_driver_uring = {
    .name = "io_uring",
    .init = uring_init,
    .deinit = uring_deinit,
    .add = uring_add,
    .remove = uring_remove,
    .wait = uring_wait,
    .submit = uring_submit,
};

#endif
