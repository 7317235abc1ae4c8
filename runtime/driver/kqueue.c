/*
 * The kqueue driver, for macOS and the BSDs: told of changes only (EV_CLEAR),
 * as by epoll, but apart for each direction ("filter").
 */
#if defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) ||       \
    defined(__OpenBSD__) || defined(__DragonFly__) || defined(RT_KQUEUE)

#include <sys/types.h>

#include <errno.h>
#include <sys/event.h>
#include <time.h>
#include <unistd.h>

#include "driver/driver.h"
#include "time/duration.h"

enum { EVENTS_AT_ONCE = 256 };

static int change(const struct rt_driver *driver, int fd, int16_t filter,
                  uint16_t flags, struct rt_source *source)
{
    struct kevent event = {
        .ident = (uintptr_t)fd,
        .filter = filter,
        .flags = flags,
        .udata = source,
    };

    return kevent(driver->poll_fd, &event, 1, NULL, 0, NULL) < 0 ? -errno : 0;
}

static int kqueue_init(struct rt_driver *driver)
{
    int error;

    driver->poll_fd = kqueue();
    if (driver->poll_fd < 0) {
        return -errno;
    }
    /* A NULL pointer stands for what interrupts a wait. */
    error = change(driver, driver->interrupt.read_fd, EVFILT_READ,
                   EV_ADD | EV_CLEAR, NULL);
    if (error) {
        close(driver->poll_fd);
    }
    return error;
}

static void kqueue_deinit(struct rt_driver *driver)
{
    close(driver->poll_fd);
}

static int kqueue_add(struct rt_driver *driver, struct rt_source *source)
{
    const uint16_t flags = EV_ADD | EV_CLEAR;
    int fd = source->fd;
    int error = rt_driver_check_fd(fd);

    if (!error) {
        error = change(driver, fd, EVFILT_READ, flags, source);
    }
    if (error) {
        return error;
    }
    error = change(driver, fd, EVFILT_WRITE, flags, source);
    if (error) {
        change(driver, fd, EVFILT_READ, EV_DELETE, NULL);
    }
    return error;
}

static void kqueue_remove(struct rt_driver *driver, struct rt_source *source)
{
    change(driver, source->fd, EVFILT_READ, EV_DELETE, NULL);
    change(driver, source->fd, EVFILT_WRITE, EV_DELETE, NULL);
}

static unsigned ready_of(const struct kevent *event)
{
    bool is_end = event->flags & EV_EOF;

    if (event->filter == EVFILT_READ) {
        return is_end ? RT_READABLE | RT_ENDED : RT_READABLE;
    }
    /* A peer that is gone: the other direction has its own event. */
    return RT_WRITABLE;
}

static int kqueue_wait(struct rt_driver *driver, uint64_t timeout_ns)
{
    struct kevent events[EVENTS_AT_ONCE];
    struct timespec timeout = {
        .tv_sec = (time_t)(timeout_ns / RT_SECONDS(1)),
        .tv_nsec = (long)(timeout_ns % RT_SECONDS(1)),
    };
    int count = kevent(driver->poll_fd, NULL, 0, events, EVENTS_AT_ONCE,
                       timeout_ns == RT_NEVER ? NULL : &timeout);

    if (count < 0) {
        return -errno;
    }
    for (int i = 0; i < count; i++) {
        if (events[i].udata) {
            rt_driver_report(driver, events[i].udata, ready_of(&events[i]));
        } else {
            rt_interrupt_drain(&driver->interrupt);
        }
    }
    return 0;
}

const struct rt_driver_ops rt_driver_kqueue = {
    .name = "kqueue",
    .init = kqueue_init,
    .deinit = kqueue_deinit,
    .add = kqueue_add,
    .remove = kqueue_remove,
    .wait = kqueue_wait,
};

#endif
