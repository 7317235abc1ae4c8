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

enum { ROOM_AT_FIRST = 16 };

/* What a wait asks, and for whom; the first place is the interrupt's. */
struct table {
    size_t room;
    struct rt_source **sources; /* owned; borrowed: until the wait is over */
    struct pollfd *fds;         /* owned */
};

struct poll_own {
    struct table table; /* the waiting thread's */
    struct table next;  /* guarded by the driver, like the rest: a larger one,
                           if room is not 0, that the next wait takes */
    bool is_waiting;
    uint64_t waits; /* that have begun */
};

static void table_free(struct table *table)
{
    rt_free(table->sources, table->room * sizeof(struct rt_source *));
    rt_free(table->fds, table->room * sizeof(*table->fds));
    *table = (struct table){0};
}

static int table_alloc(struct table *table, size_t room)
{
    table->room = room;
    table->sources = rt_alloc(room * sizeof(struct rt_source *));
    table->fds = rt_alloc(room * sizeof(*table->fds));
    if (!table->sources || !table->fds) {
        table_free(table);
        return -ENOMEM;
    }
    return 0;
}

static int poll_init(struct rt_driver *driver)
{
    struct poll_own *own = rt_alloc(sizeof(*own));

    if (!own) {
        return -ENOMEM;
    }
    if (table_alloc(&own->table, ROOM_AT_FIRST)) {
        rt_free(own, sizeof(*own));
        return -ENOMEM;
    }
    driver->own = own;
    return 0;
}

static void poll_deinit(struct rt_driver *driver)
{
    struct poll_own *own = driver->own;

    table_free(&own->table);
    table_free(&own->next);
    rt_free(own, sizeof(*own));
}

static size_t largest_room_locked(const struct poll_own *own)
{
    return own->next.room ? own->next.room : own->table.room;
}

static size_t largest_room(struct rt_driver *driver)
{
    size_t room;

    rt_lock_acquire(&driver->lock);
    room = largest_room_locked(driver->own);
    rt_lock_release(&driver->lock);
    return room;
}

/* Another thread may be in poll with the table, so only the next is new. */
static int make_room(struct rt_driver *driver)
{
    struct poll_own *own = driver->own;
    struct table larger = {0};
    struct table old = {0};
    size_t needed = rt_driver_source_count(driver) + 1;

    if (needed <= largest_room(driver)) {
        return 0;
    }
    if (table_alloc(&larger, needed * 2)) {
        return -ENOMEM;
    }
    rt_lock_acquire(&driver->lock);
    if (larger.room > largest_room_locked(own)) {
        old = own->next;
        own->next = larger;
        larger = (struct table){0};
    }
    rt_lock_release(&driver->lock);
    table_free(&larger);
    table_free(&old);
    return 0;
}

/* ---- the driver ---- */

static int poll_add(struct rt_driver *driver, struct rt_source *source)
{
    int error = rt_driver_check_fd(source->fd);

    return error ? error : make_room(driver);
}

/* Ends the wait that goes on, if it doesn't ask for this. */
static void interrupt_unless_asked(struct rt_driver *driver,
                                   const struct rt_source *source,
                                   unsigned interest)
{
    const struct poll_own *own = driver->own;
    bool must_end;

    rt_lock_acquire(&driver->lock);
    must_end = own->is_waiting && (source->asked & interest) != interest;
    rt_lock_release(&driver->lock);
    if (must_end) {
        rt_driver_interrupt(driver);
    }
}

/*
 * Poll holds the file: a close would do nothing before the wait has ended. So
 * this ends it, and the next wait must not ask for the source again.
 */
static void poll_remove(struct rt_driver *driver, struct rt_source *source)
{
    const struct poll_own *own = driver->own;
    uint64_t wait;

    rt_lock_acquire(&driver->lock);
    rt_list_remove(&source->node);
    wait = own->waits;
    if (own->is_waiting) {
        rt_driver_interrupt(driver);
    }
    while (own->is_waiting && own->waits == wait) {
        rt_lock_release(&driver->lock);
        sched_yield(); /* for a moment only: the wait is ending */
        rt_lock_acquire(&driver->lock);
    }
    rt_lock_release(&driver->lock);
}

static void poll_arm(struct rt_driver *driver, struct rt_source *source,
                     enum rt_ready interest)
{
    interrupt_unless_asked(driver, source, interest);
}

static short events_of(unsigned asked)
{
    unsigned events = 0;

    if (asked & RT_READABLE) {
        events |= POLLIN | POLLRDHUP;
    }
    if (asked & RT_WRITABLE) {
        events |= POLLOUT;
    }
    return (short)events;
}

/* What is not noted as ready. */
static unsigned asked_of(const struct rt_source *source)
{
    uint32_t ready = rt_source_ready(source);
    unsigned asked = 0;

    asked |= rt_ready_has(ready, RT_READABLE) ? 0 : RT_READABLE;
    asked |= rt_ready_has(ready, RT_WRITABLE) ? 0 : RT_WRITABLE;
    return asked;
}

/* Fills the table; returns how many places it uses. */
static nfds_t ask_locked(struct rt_driver *driver, const struct table *table)
{
    struct rt_list *node = driver->all.next;
    nfds_t count = 1;

    table->fds[0] = (struct pollfd){driver->interrupt.read_fd, POLLIN, 0};
    /* There is no room for those of which the add is not over: not yet. */
    for (; node != &driver->all && count < table->room; node = node->next) {
        struct rt_source *source =
            RT_CONTAINER_OF(node, struct rt_source, node);

        source->asked = asked_of(source);
        if (source->asked) {
            table->sources[count] = source;
            table->fds[count++] =
                (struct pollfd){source->fd, events_of(source->asked), 0};
        }
    }
    return count;
}

static nfds_t begin_wait(struct rt_driver *driver)
{
    struct poll_own *own = driver->own;
    struct table old = {0};
    nfds_t count;

    rt_lock_acquire(&driver->lock);
    if (own->next.room) {
        old = own->table;
        own->table = own->next;
        own->next = (struct table){0};
    }
    own->is_waiting = true;
    own->waits++;
    count = ask_locked(driver, &own->table);
    rt_lock_release(&driver->lock);
    table_free(&old);
    return count;
}

static int poll_wait(struct rt_driver *driver, uint64_t timeout_ns)
{
    struct poll_own *own = driver->own;
    nfds_t count = begin_wait(driver);
    int result = poll(own->table.fds, count, rt_driver_timeout_ms(timeout_ns));
    int error = result < 0 ? -errno : 0;

    rt_lock_acquire(&driver->lock);
    own->is_waiting = false;
    rt_lock_release(&driver->lock);
    if (result <= 0) {
        return error;
    }
    if (own->table.fds[0].revents) {
        rt_interrupt_drain(&driver->interrupt);
    }
    for (nfds_t i = 1; i < count; i++) {
        if (own->table.fds[i].revents) {
            rt_driver_report(
                driver, own->table.sources[i],
                rt_driver_ready_of((uint32_t)own->table.fds[i].revents));
        }
    }
    return 0;
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
