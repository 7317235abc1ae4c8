/*
 * The poll driver: runs anywhere. Poll has no memory, so each wait tells it
 * everything, and it tells of states, not of changes. An edge is made of that
 * by asking only for what is not noted as ready: once it is, nobody asks
 * until a system call has said EAGAIN and cleared the note.
 */
#define _GNU_SOURCE /* POLLRDHUP */

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "driver/driver.h"
#include "time/duration.h"

#ifndef POLLRDHUP
#define POLLRDHUP 0 /* only Linux tells the end of the stream from data */
#endif

/* ---- the language of poll, for its kin too ---- */

unsigned rt_driver_ready_of(uint32_t poll_events)
{
    unsigned ready = 0;

    if (poll_events & (POLLIN | POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) {
        ready |= RT_READABLE;
    }
    if (poll_events & (POLLRDHUP | POLLHUP)) {
        ready |= RT_ENDED;
    }
    if (poll_events & (POLLOUT | POLLHUP | POLLERR | POLLNVAL)) {
        ready |= RT_WRITABLE;
    }
    return ready;
}

int rt_driver_check_fd(int fd)
{
    struct stat status;

    if (fstat(fd, &status) < 0) {
        return -errno;
    }
    return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) ? -EPERM : 0;
}

int rt_driver_timeout_ms(uint64_t timeout_ns)
{
    uint64_t ms = timeout_ns / RT_MILLISECONDS(1) +
                  (timeout_ns % RT_MILLISECONDS(1) != 0);

    if (timeout_ns == RT_NEVER) {
        return -1;
    }
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/* ---- the table ---- */

/* A place in the table: what is asked, and for whom. */
enum { PLACE_SIZE = sizeof(struct pollfd) + sizeof(struct rt_source *) };

enum { ROOM_AT_FIRST = 32 }; /* places */

struct poll_own {
    /* The waiting thread's. The first place is the interrupt's. */
    size_t room;
    struct rt_source **sources; /* owned, and borrowed while the wait lasts */
    struct pollfd *fds;         /* behind them, in the same block */
    /* Guarded by the driver. */
    uint64_t turns; /* one more when a wait begins, and when it ends */
};

/* Sees to it that the table holds all sources that there are now. */
static int make_room(struct poll_own *own, size_t needed)
{
    struct rt_source **sources;

    if (needed <= own->room) {
        return 0;
    }
    sources = rt_alloc(2 * needed * PLACE_SIZE);
    if (!sources) {
        return -ENOMEM;
    }
    rt_free(own->sources, own->room * PLACE_SIZE);
    own->room = 2 * needed;
    own->sources = sources;
    own->fds = (struct pollfd *)(void *)(sources + own->room);
    return 0;
}

/* With room for a small program: it can wait, whatever memory there is. */
static int poll_init(struct rt_driver *driver)
{
    struct poll_own *own = rt_alloc(sizeof(*own));

    if (!own) {
        return -ENOMEM;
    }
    if (make_room(own, ROOM_AT_FIRST) != 0) {
        rt_free(own, sizeof(*own));
        return -ENOMEM;
    }
    driver->own = own;
    return 0;
}

static void poll_deinit(struct rt_driver *driver)
{
    struct poll_own *own = driver->own;

    rt_free(own->sources, own->room * PLACE_SIZE);
    rt_free(own, sizeof(*own));
}

static short events_of(unsigned asked)
{
    return (short)((asked & RT_READABLE ? POLLIN | POLLRDHUP : 0) |
                   (asked & RT_WRITABLE ? POLLOUT : 0));
}

/* What is not noted as ready. */
static unsigned asked_of(const struct rt_source *source)
{
    uint32_t ready = rt_source_ready(source);

    return (rt_ready_has(ready, RT_READABLE) ? 0U : RT_READABLE) |
           (rt_ready_has(ready, RT_WRITABLE) ? 0U : RT_WRITABLE);
}

/* Fills the table; returns how many places it uses. */
static nfds_t ask_locked(struct rt_driver *driver)
{
    const struct poll_own *own = driver->own;
    nfds_t count = 1;

    own->fds[0] = (struct pollfd){driver->interrupt.read_fd, POLLIN, 0};
    /* There is no room for those that have come since: the next wait's. */
    for (struct rt_list *node = driver->all.next;
         node != &driver->all && count < own->room; node = node->next) {
        struct rt_source *source =
            RT_CONTAINER_OF(node, struct rt_source, node);

        source->asked = asked_of(source);
        if (source->asked) {
            own->sources[count] = source;
            own->fds[count++] =
                (struct pollfd){source->fd, events_of(source->asked), 0};
        }
    }
    return count;
}

/* ---- the driver ---- */

static int poll_add(struct rt_driver *driver, struct rt_source *source)
{
    (void)driver; /* whoever waits for it arms it */
    return rt_driver_check_fd(source->fd);
}

static bool is_waiting_locked(const struct poll_own *own)
{
    return own->turns % 2 == 1;
}

/*
 * Poll holds the file: a close would do nothing before the wait has ended. So
 * this ends it, and the next wait must not ask for the source again.
 */
static void poll_remove(struct rt_driver *driver, struct rt_source *source)
{
    const struct poll_own *own = driver->own;
    uint64_t turn;

    rt_lock_acquire(&driver->lock);
    rt_list_remove(&source->node);
    turn = own->turns;
    if (is_waiting_locked(own)) {
        rt_driver_interrupt(driver);
        while (own->turns == turn) {
            rt_lock_release(&driver->lock);
            sched_yield(); /* for a moment only: the wait is ending */
            rt_lock_acquire(&driver->lock);
        }
    }
    rt_lock_release(&driver->lock);
}

/* Ends the wait that goes on, if it doesn't ask for this. */
static void poll_arm(struct rt_driver *driver, struct rt_source *source,
                     enum rt_ready interest)
{
    bool must_end;

    rt_lock_acquire(&driver->lock);
    must_end = is_waiting_locked(driver->own) &&
               (source->asked & interest) != interest;
    rt_lock_release(&driver->lock);
    if (must_end) {
        rt_driver_interrupt(driver);
    }
}

static nfds_t begin_wait(struct rt_driver *driver)
{
    struct poll_own *own = driver->own;
    nfds_t count;

    rt_lock_acquire(&driver->lock);
    own->turns++;
    count = ask_locked(driver);
    rt_lock_release(&driver->lock);
    return count;
}

static void end_wait(struct rt_driver *driver)
{
    struct poll_own *own = driver->own;

    rt_lock_acquire(&driver->lock);
    own->turns++;
    rt_lock_release(&driver->lock);
}

static void report(struct rt_driver *driver, nfds_t count)
{
    const struct poll_own *own = driver->own;

    if (own->fds[0].revents) {
        rt_interrupt_drain(&driver->interrupt);
    }
    for (nfds_t i = 1; i < count; i++) {
        uint32_t events = (uint32_t)own->fds[i].revents;

        if (events) {
            rt_driver_report(driver, own->sources[i],
                             rt_driver_ready_of(events));
        }
    }
}

static int poll_wait(struct rt_driver *driver, uint64_t timeout_ns)
{
    struct poll_own *own = driver->own;
    int error = make_room(own, rt_driver_source_count(driver) + 1);
    nfds_t count;

    if (error) {
        return error;
    }
    count = begin_wait(driver);
    if (poll(own->fds, count, rt_driver_timeout_ms(timeout_ns)) < 0) {
        error = -errno;
    }
    end_wait(driver);
    if (!error) {
        report(driver, count);
    }
    return error;
}

const struct rt_driver_ops rt_driver_poll = {
    .name = "poll",
    .init = poll_init,
    .deinit = poll_deinit,
    .add = poll_add,
    .remove = poll_remove,
    .arm = poll_arm,
    .wait = poll_wait,
};
