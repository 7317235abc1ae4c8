#include "driver/driver.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "future/wake_list.h"
#include "time/duration.h"
#include "trace/trace.h"

/* ---- sources ---- */

/* Releases the lock, and frees the source if that was the last reference. */
static void unref_and_release(struct rt_source *source)
{
    bool is_last = --source->references == 0;

    rt_lock_release(&source->lock);
    if (is_last) {
        rt_free(source, sizeof(*source));
    }
}

void rt_source_ref(struct rt_source *source)
{
    rt_lock_acquire(&source->lock);
    source->references++;
    rt_lock_release(&source->lock);
}

void rt_source_unref(struct rt_source *source)
{
    rt_lock_acquire(&source->lock);
    unref_and_release(source);
}

/* Moves the wakers of those who wait for any of these bits into the list. */
static void take_wakers_locked(struct rt_source *source, unsigned ready,
                               struct rt_wake_list *wakes)
{
    struct rt_list *node = source->waiters.next;

    while (node != &source->waiters && !rt_wake_list_is_full(wakes)) {
        struct rt_io_waiter *waiter =
            RT_CONTAINER_OF(node, struct rt_io_waiter, node);

        node = node->next;
        if (waiter->interest & ready) {
            rt_list_remove(&waiter->node);
            rt_wake_list_take(wakes, &waiter->waker);
        }
    }
}

/* Wakes the waiters for any of these bits, after releasing the lock. */
static void release_and_wake(struct rt_source *source, unsigned ready)
{
    struct rt_wake_list wakes;
    bool may_be_more;

    rt_wake_list_init(&wakes);
    for (;;) {
        take_wakers_locked(source, ready, &wakes);
        rt_lock_release(&source->lock);
        may_be_more = rt_wake_list_is_full(&wakes);
        rt_wake_list_wake(&wakes);
        if (!may_be_more) {
            return;
        }
        rt_lock_acquire(&source->lock);
    }
}

/* Nothing will be reported any more: who waits for it is told. */
static void end(struct rt_source *source)
{
    rt_lock_acquire(&source->lock);
    source->driver = NULL;
    release_and_wake(source, RT_READABLE | RT_WRITABLE);
}

/* ---- the driver ---- */

int rt_driver_init(struct rt_driver *driver, const struct rt_driver_ops *ops)
{
    int error;

    driver->ops = ops;
    driver->source_count = 0;
    driver->is_over = false;
    rt_list_init(&driver->all);
    rt_list_init(&driver->gone);
    error = rt_interrupt_init(&driver->interrupt);
    if (error) {
        return error;
    }
    error = ops->init(driver);
    if (error) {
        rt_interrupt_deinit(&driver->interrupt);
    }
    return error;
}

/*
 * An event that the kernel gave out before the removal may still name the
 * source, so the driver lets go of it only between two waits.
 */
static void let_go_of(struct rt_driver *driver, struct rt_list *from)
{
    struct rt_list sources;
    struct rt_list *node;

    rt_lock_acquire(&driver->lock);
    rt_list_move_all(from, &sources);
    rt_lock_release(&driver->lock);
    while ((node = rt_list_pop_front(&sources))) {
        struct rt_source *source =
            RT_CONTAINER_OF(node, struct rt_source, node);

        end(source);
        rt_source_unref(source);
    }
}

void rt_driver_deinit(struct rt_driver *driver)
{
    rt_lock_acquire(&driver->lock);
    driver->is_over = true;
    rt_lock_release(&driver->lock);
    let_go_of(driver, &driver->gone);
    driver->ops->deinit(driver);
    let_go_of(driver, &driver->all);
    rt_interrupt_deinit(&driver->interrupt);
}

/* False: the driver is over. */
static bool enter(struct rt_driver *driver, struct rt_source *source)
{
    bool is_over;

    rt_lock_acquire(&driver->lock);
    is_over = driver->is_over;
    if (!is_over) {
        rt_list_push_back(&driver->all, &source->node);
        driver->source_count++;
    }
    rt_lock_release(&driver->lock);
    return !is_over;
}

/* The driver's reference goes at the next wait. */
static void leave(struct rt_driver *driver, struct rt_source *source)
{
    rt_lock_acquire(&driver->lock);
    rt_list_remove(&source->node);
    rt_list_push_back(&driver->gone, &source->node);
    driver->source_count--;
    rt_lock_release(&driver->lock);
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
    made->references = 2; /* the caller's, and the driver's */
    made->driver = driver;
    rt_list_init(&made->waiters);
    /* First, so that the ops may count on all being all. */
    if (!enter(driver, made)) {
        rt_free(made, sizeof(*made));
        return -ECANCELED;
    }
    error = driver->ops->add(driver, made);
    if (error) {
        end(made);
        leave(driver, made);
        rt_source_unref(made);
        return error;
    }
    RT_TRACE(rt_trace_write(RT_TRACE_IO_REGISTER, rt_trace_task(), (uint32_t)fd,
                            0, rt_trace_string(what)));
    *source = made;
    return 0;
}

void rt_driver_deregister(struct rt_source *source)
{
    struct rt_driver *driver;

    RT_TRACE(rt_trace_write(RT_TRACE_IO_DEREGISTER, rt_trace_task(),
                            (uint32_t)source->fd, 0, 0));
    rt_lock_acquire(&source->lock);
    driver = source->driver;
    rt_lock_release(&source->lock);
    if (driver) {
        end(source);
        /* Before the close: a dup of the fd would keep its events coming. */
        driver->ops->remove(driver, source);
        leave(driver, source);
    }
    rt_source_unref(source);
}

int rt_driver_wait(struct rt_driver *driver, uint64_t timeout_ns)
{
    const struct timespec breath = {.tv_nsec = RT_MILLISECONDS(1)};
    int error;

    let_go_of(driver, &driver->gone);
    driver->reported = 0;
    error = driver->ops->wait(driver, timeout_ns);
    if (error == -EAGAIN || error == -ENOMEM) {
        /* Short of memory: to ask again at once would not help. */
        nanosleep(&breath, NULL);
    } else if (error && error != -EINTR) {
        return error;
    }
    if (error) {
        driver->reported++; /* who knows? so that no clock is moved yet */
    }
    return (int)driver->reported;
}

void rt_driver_interrupt(struct rt_driver *driver)
{
    rt_interrupt_raise(&driver->interrupt);
}

uint32_t rt_driver_source_count(struct rt_driver *driver)
{
    uint32_t count;

    rt_lock_acquire(&driver->lock);
    count = driver->source_count;
    rt_lock_release(&driver->lock);
    return count;
}

/* ---- readiness ---- */

void rt_driver_report(struct rt_driver *driver, struct rt_source *source,
                      unsigned ready)
{
    /* Under the lock, so that rt_source_wait sees it or leaves its waiter. */
    rt_lock_acquire(&source->lock);
    if (!source->driver) {
        rt_lock_release(&source->lock);
        return;
    }
    /* Release pairs with the acquire of rt_source_ready. */
    atomic_store_explicit(&source->ready,
                          (rt_source_ready(source) | ready) + RT_ONE_REPORT,
                          memory_order_release);
    driver->reported++;
    if (rt_trace_is_open()) {
        rt_trace_write(RT_TRACE_IO_READY, 0, (uint32_t)source->fd,
                       ready & (RT_READABLE | RT_WRITABLE), 0);
        rt_trace_set_source(RT_TRACE_FROM_FD, (uint32_t)source->fd);
    }
    release_and_wake(source, ready);
}

/* Clears bits, unless there was a report since seen. */
static void clear(struct rt_source *source, uint32_t seen, unsigned bits)
{
    rt_lock_acquire(&source->lock);
    if (rt_source_ready(source) == seen) {
        atomic_store_explicit(&source->ready, seen & ~bits,
                              memory_order_relaxed);
    }
    rt_lock_release(&source->lock);
}

void rt_source_clear_short(struct rt_source *source, uint32_t seen,
                           enum rt_ready interest)
{
    clear(source, seen, interest);
}

void rt_source_clear(struct rt_source *source, uint32_t seen,
                     enum rt_ready interest)
{
    unsigned gone = interest;

    clear(source, seen, gone & RT_READABLE ? gone | RT_ENDED : gone);
}

/* ---- waiting ---- */

int rt_source_wait(struct rt_source *source, struct rt_io_waiter *waiter,
                   enum rt_ready interest, const struct rt_context *cx)
{
    struct rt_driver *driver;
    int error = 0;

    rt_io_waiter_cancel(waiter); /* a poll before this one left it */
    rt_lock_acquire(&source->lock);
    driver = source->driver;
    if (!driver) {
        error = -EBADF;
    } else if (rt_ready_has(rt_source_ready(source), interest)) {
        error = -EAGAIN;
    } else {
        waiter->source = source;
        source->references++;
        waiter->interest = interest;
        waiter->waker = rt_waker_clone(cx->waker);
        rt_list_push_back(&source->waiters, &waiter->node);
    }
    rt_lock_release(&source->lock);
    if (error) {
        return error;
    }
    RT_TRACE(rt_trace_write(RT_TRACE_IO_WAIT, rt_trace_task(),
                            (uint32_t)source->fd, interest, 0));
    if (driver->ops->arm) {
        driver->ops->arm(driver, source, interest);
    }
    return 0;
}

void rt_io_waiter_take_back(struct rt_io_waiter *waiter)
{
    struct rt_source *source = waiter->source;
    struct rt_waker waker;

    rt_lock_acquire(&source->lock);
    if (waiter->waker.ops) {
        rt_list_remove(&waiter->node);
    }
    waker = waiter->waker;
    waiter->waker = RT_NO_WAKER;
    waiter->source = NULL;
    unref_and_release(source);
    rt_waker_drop(&waker);
}

/* ---- which driver ---- */

/* The best first. */
static const struct rt_driver_ops *const drivers[] = {
#ifdef __linux__
    &rt_driver_epoll,
    &rt_driver_uring,
#else
    &rt_driver_kqueue,
#endif
    &rt_driver_poll,
};

const struct rt_driver_ops *rt_driver_find(const char *name)
{
    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        if (!name || strcmp(drivers[i]->name, name) == 0) {
            return drivers[i];
        }
    }
    return NULL;
}

int rt_driver_init_or_best(struct rt_driver *driver,
                           const struct rt_driver_ops *ops, bool may_fall_back)
{
    int error = rt_driver_init(driver, ops);

    if (!error || !may_fall_back || ops == drivers[0]) {
        return error;
    }
    RT_TRACE(rt_trace_write(RT_TRACE_DRIVER_REFUSED, 0, 0, (unsigned)-error,
                            rt_trace_string(ops->name)));
    return rt_driver_init(driver, drivers[0]);
}
