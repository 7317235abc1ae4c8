/*
 * The epoll driver: Linux tells of changes only (EPOLLET), so that a source
 * is registered once and costs nothing while nobody looks at it.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "driver/driver.h"
#include "time/duration.h"

enum { EVENTS_AT_ONCE = 256 };

static int epoll_init(struct rt_driver *driver)
{
    /* A NULL pointer stands for the eventfd that interrupts a wait. */
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    int error;

    driver->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (driver->poll_fd < 0) {
        return -errno;
    }
    if (epoll_ctl(driver->poll_fd, EPOLL_CTL_ADD, driver->interrupt_fd,
                  &event) < 0) {
        error = -errno;
        close(driver->poll_fd);
        return error;
    }
    return 0;
}

static void epoll_deinit(struct rt_driver *driver)
{
    close(driver->poll_fd);
}

static int epoll_add(struct rt_driver *driver, struct rt_source *source)
{
    struct epoll_event event = {
        .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
        .data.ptr = source,
    };

    if (epoll_ctl(driver->poll_fd, EPOLL_CTL_ADD, source->fd, &event) < 0) {
        return -errno;
    }
    return 0;
}

static void epoll_remove(struct rt_driver *driver, struct rt_source *source)
{
    epoll_ctl(driver->poll_fd, EPOLL_CTL_DEL, source->fd, NULL);
}

static unsigned ready_bits(uint32_t events)
{
    unsigned ready = 0;

    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        ready |= RT_READABLE;
    }
    if (events & (EPOLLRDHUP | EPOLLHUP)) {
        ready |= RT_ENDED;
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
        ready |= RT_WRITABLE;
    }
    return ready;
}

static void drain_interrupt(const struct rt_driver *driver)
{
    uint64_t count;

    /* Non-blocking: one read takes all that was written. */
    (void)!read(driver->interrupt_fd, &count, sizeof(count));
}

/* In ms, rounded up, so that a timer is not early; -1 is for ever. */
static int timeout_ms(uint64_t timeout_ns)
{
    uint64_t ms = timeout_ns / RT_MILLISECONDS(1) +
                  (timeout_ns % RT_MILLISECONDS(1) != 0);

    if (timeout_ns == RT_NEVER) {
        return -1;
    }
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

static int epoll_wait_for(struct rt_driver *driver, uint64_t timeout_ns)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(driver->poll_fd, events, EVENTS_AT_ONCE,
                           timeout_ms(timeout_ns));

    if (count < 0) {
        return -errno;
    }
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr) {
            rt_driver_report(driver, events[i].data.ptr,
                             ready_bits(events[i].events));
        } else {
            drain_interrupt(driver);
        }
    }
    return 0;
}

const struct rt_driver_ops rt_driver_epoll = {
    .name = "epoll",
    .init = epoll_init,
    .deinit = epoll_deinit,
    .add = epoll_add,
    .remove = epoll_remove,
    .wait = epoll_wait_for,
};
