#include "driver/driver.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "trace/trace.h"

static struct rt_source *source_of(struct rt_list *node)
{
    return RT_CONTAINER_OF(node, struct rt_source, node);
}

static struct rt_io_waiter *waiter_of(struct rt_list *node)
{
    return RT_CONTAINER_OF(node, struct rt_io_waiter, node);
}

int rt_driver_init(struct rt_driver *driver, const struct rt_driver_ops *ops)
{
    int error;

    driver->ops = ops;
    driver->source_count = 0;
    rt_list_init(&driver->gone);
    driver->interrupt_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (driver->interrupt_fd < 0) {
        return -errno;
    }
    error = ops->init(driver);
    if (error) {
        close(driver->interrupt_fd);
    }
    return error;
}

/*
 * An event that the kernel gave out before the removal may still name the
 * source, so it is freed only between two waits.
 */
static void free_gone(struct rt_driver *driver)
{
    struct rt_list *node;

    while ((node = rt_list_pop_front(&driver->gone))) {
        rt_free(source_of(node), sizeof(struct rt_source));
    }
}

void rt_driver_deinit(struct rt_driver *driver)
{
    free_gone(driver);
    driver->ops->deinit(driver);
    close(driver->interrupt_fd);
}

int rt_driver_register(struct rt_driver *driver, int fd, const char *what,
                       struct rt_source **source)
{
    struct rt_source *made = rt_alloc(sizeof(*made));
    int error;

    if (!made) {
        return -ENOMEM;
    }
    made->fd = fd;
    made->what = what;
    rt_list_init(&made->waiters);
    error = driver->ops->add(driver, made);
    if (error) {
        rt_free(made, sizeof(*made));
        return error;
    }
    driver->source_count++;
    RT_TRACE(rt_trace_write(RT_TRACE_IO_REGISTER, rt_trace_task(), (uint32_t)fd,
                            0, rt_trace_string(what)));
    *source = made;
    return 0;
}

/* Wakes the waiters for any of these bits, after all are off the list. */
static void wake_waiters(struct rt_source *source, unsigned ready)
{
    struct rt_list keep;
    struct rt_list wake;
    struct rt_list *node;

    rt_list_init(&keep);
    rt_list_init(&wake);
    while ((node = rt_list_pop_front(&source->waiters))) {
        bool is_ready = (waiter_of(node)->interest & ready) != 0;

        rt_list_push_back(is_ready ? &wake : &keep, node);
    }
    rt_list_move_all(&keep, &source->waiters);
    while ((node = rt_list_pop_front(&wake))) {
        rt_waker_wake(&waiter_of(node)->waker);
    }
}

void rt_driver_deregister(struct rt_driver *driver, struct rt_source *source)
{
    RT_TRACE(rt_trace_write(RT_TRACE_IO_DEREGISTER, rt_trace_task(),
                            (uint32_t)source->fd, 0, 0));
    /* Before the close: a dup of the fd would keep its events coming. */
    driver->ops->remove(driver, source);
    source->is_gone = true;
    source->ready = RT_READABLE | RT_WRITABLE;
    wake_waiters(source, source->ready);
    driver->source_count--;
    rt_list_push_back(&driver->gone, &source->node);
}

int rt_driver_wait(struct rt_driver *driver, uint64_t timeout_ns)
{
    int error;

    free_gone(driver);
    driver->reported = 0;
    error = driver->ops->wait(driver, timeout_ns);
    if (error && error != -EINTR) {
        return error;
    }
    return (int)driver->reported;
}

void rt_driver_interrupt(struct rt_driver *driver)
{
    uint64_t one = 1;

    /* Full means that a wake is on its way already. */
    while (write(driver->interrupt_fd, &one, sizeof(one)) < 0 &&
           errno == EINTR) {
    }
}

void rt_driver_report(struct rt_driver *driver, struct rt_source *source,
                      unsigned ready)
{
    if (source->is_gone) {
        return;
    }
    driver->reported++;
    source->ready |= ready;
    RT_TRACE(rt_trace_write(RT_TRACE_IO_READY, 0, (uint32_t)source->fd,
                            ready & (RT_READABLE | RT_WRITABLE), 0));
    RT_TRACE(rt_trace_set_source(RT_TRACE_FROM_FD, (uint32_t)source->fd));
    wake_waiters(source, ready);
}

void rt_source_wait(struct rt_source *source, struct rt_io_waiter *waiter,
                    enum rt_ready interest, const struct rt_context *cx)
{
    RT_TRACE(rt_trace_write(RT_TRACE_IO_WAIT, rt_trace_task(),
                            (uint32_t)source->fd, interest, 0));
    waiter->interest = interest;
    /* It holds a waker exactly while it is on a list. */
    if (waiter->waker.ops) {
        rt_list_remove(&waiter->node);
    }
    rt_waker_store(&waiter->waker, cx->waker);
    rt_list_push_back(&source->waiters, &waiter->node);
}

void rt_io_waiter_cancel(struct rt_io_waiter *waiter)
{
    if (waiter->waker.ops) {
        rt_list_remove(&waiter->node);
        rt_waker_drop(&waiter->waker);
    }
}
