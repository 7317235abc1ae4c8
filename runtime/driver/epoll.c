/*
 * The epoll driver: Linux tells of changes only (EPOLLET), so that a source
 * is registered once and costs nothing while nobody looks at it.
 */
#ifdef __linux__

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "driver/driver.h"

enum { EVENTS_AT_ONCE = 256 };

static int epoll_init(struct rt_driver *driver)
{
    /* A NULL pointer stands for what interrupts a wait. */
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    int error;

    driver->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (driver->poll_fd < 0) {
        return -errno;
    }
    if (epoll_ctl(driver->poll_fd, EPOLL_CTL_ADD, driver->interrupt.read_fd,
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

static int epoll_wait_for(struct rt_driver *driver, uint64_t timeout_ns)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(driver->poll_fd, events, EVENTS_AT_ONCE,
                           rt_driver_timeout_ms(timeout_ns));

    if (count < 0) {
        return -errno;
    }
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr) {
            rt_driver_report(driver, events[i].data.ptr,
                             rt_driver_ready_of(events[i].events));
        } else {
            rt_interrupt_drain(&driver->interrupt);
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

#endif
