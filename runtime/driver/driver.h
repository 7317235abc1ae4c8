/*
 * Driver: turns what the kernel says of file descriptors into wakes.
 *
 * A socket is registered once and becomes a source. The kernel reports each
 * change of its readiness (edge-triggered), and the driver notes it in the
 * source: "readable since the last time that somebody looked". A future first
 * tries its system call only if the source is ready; when the kernel answers
 * EAGAIN it clears the note and leaves a waiter, which the next report wakes.
 *
 * Threads: sources and waiters may be used on any thread. One thread at a time
 * waits in the driver; whoever schedules the threads sees to that.
 *
 * The interface is small, so that there can be several drivers; each is one
 * constant of struct rt_driver_ops.
 */
#ifndef RT_DRIVER_DRIVER_H
#define RT_DRIVER_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/list.h"
#include "base/lock.h"
#include "driver/interrupt.h"
#include "future/future.h"

/* Bits of readiness and of interest; the first are enum rt_trace_ready. */
enum rt_ready {
    RT_READABLE = 1,   /* also: end of stream, an error */
    RT_WRITABLE = 2,   /* also: an error */
    RT_ENDED = 4,      /* the peer writes no more: stays readable for ever */
    RT_ONE_REPORT = 8, /* above the bits: how many reports there were, so that
                          who clears can't wipe out a report that he has not
                          seen */
};

struct rt_driver;
struct rt_operation;

/*
 * A registered file descriptor. Its memory is shared: it is freed when the
 * registration is over, no event can name it, and no waiter points to it.
 */
struct rt_source {
    int fd;                    /* borrowed */
    const char *what;          /* static string: "tcp listener", ... */
    struct rt_lock lock;       /* guards what follows */
    RT_ATOMIC(uint32_t) ready; /* bits of enum rt_ready, and the reports */
    uint32_t references;       /* registration, driver, waiters */
    struct rt_list waiters;    /* of struct rt_io_waiter */
    struct rt_driver *driver;  /* borrowed; NULL: the registration, or the
                                  driver, is over */
    struct rt_list node;       /* guarded by the driver: in all, or in gone */
    unsigned asked;            /* guarded by the driver: what the ops last asked
                                  the kernel for, if they have to ask */
};

/* Somebody who waits for a source; part of a future's frame; zero at first. */
struct rt_io_waiter {
    struct rt_source *source; /* counted; NULL: it never had to wait */
    struct rt_list node;      /* guarded by the source, like the rest */
    struct rt_waker waker;    /* owned; there while it is on the list */
    enum rt_ready interest;
};

/* One way to ask the kernel. */
struct rt_driver_ops {
    const char *name;
    int (*init)(struct rt_driver *driver);
    void (*deinit)(struct rt_driver *driver);
    /* Begins and ends a registration: any thread, also during a wait. */
    int (*add)(struct rt_driver *driver, struct rt_source *source);
    void (*remove)(struct rt_driver *driver, struct rt_source *source);
    /*
     * Somebody waits for interest, of which the source is not ready: any
     * thread, also during a wait. NULL: the kernel reports without being
     * asked.
     */
    void (*arm)(struct rt_driver *driver, struct rt_source *source,
                enum rt_ready interest);
    /* Waits and calls rt_driver_report for each event; 0 or -errno. */
    int (*wait)(struct rt_driver *driver, uint64_t timeout_ns);
    /* As driver/operation.h says; NULL: this one knows only readiness. */
    int (*submit)(struct rt_driver *driver, struct rt_operation *operation);
};

struct rt_driver {
    const struct rt_driver_ops *ops;
    void *own;   /* what the ops keep: theirs alone */
    int poll_fd; /* owned by the ops: whom they ask, if it is a fd */
    struct rt_interrupt interrupt; /* init sees to it that it ends a wait */
    unsigned reported;             /* sources reported by the current wait */
    struct rt_lock lock;           /* guards what follows */
    uint32_t source_count;         /* registered sources */
    bool is_over;                  /* takes no more of them: the deinit runs */
    struct rt_list all;            /* the registered ones */
    struct rt_list gone; /* deregistered ones that an event may name */
};

extern const struct rt_driver_ops rt_driver_epoll;  /* on Linux only */
extern const struct rt_driver_ops rt_driver_uring;  /* the same */
extern const struct rt_driver_ops rt_driver_kqueue; /* on macOS, on BSD */
extern const struct rt_driver_ops rt_driver_poll;

/* The names of those which are there, for messages. */
#ifdef __linux__
#define RT_DRIVER_NAMES "epoll, io_uring or poll"
#else
#define RT_DRIVER_NAMES "kqueue or poll"
#endif

/* The driver of that name; NULL: there is none here. name NULL: the best. */
const struct rt_driver_ops *rt_driver_find(const char *name);

/* Returns 0 or a negative errno; then nothing needs a deinit. */
int rt_driver_init(struct rt_driver *driver, const struct rt_driver_ops *ops);

/*
 * The same. When the system refuses that driver (an old kernel, a sandbox) and
 * may_fall_back, takes the best one, and says so in the trace.
 */
int rt_driver_init_or_best(struct rt_driver *driver,
                           const struct rt_driver_ops *ops, bool may_fall_back);

/*
 * Ends all registrations. Sources stay valid until they are deregistered, and
 * waiting for them fails.
 */
void rt_driver_deinit(struct rt_driver *driver);

/*
 * Registers a non-blocking fd for reading and writing. Returns a source,
 * owned by the caller, in *source; or a negative errno. what is a static
 * string that says what the fd is. -EPERM: a file or a folder, which is always
 * ready; -ECANCELED: the runtime of the driver was shut down. Any thread.
 */
int rt_driver_register(struct rt_driver *driver, int fd, const char *what,
                       struct rt_source **source);

/*
 * Ends a registration, before the fd is closed; the source is the caller's no
 * longer. Waiters are woken. Any thread, but not while rt_driver_deinit runs.
 */
void rt_driver_deregister(struct rt_source *source);

/*
 * Waits for events for up to timeout_ns (0: just looks; RT_NEVER: for ever)
 * and wakes who waits for them. Returns how many sources were reported, or a
 * negative errno; EINTR counts as none. One thread at a time.
 */
int rt_driver_wait(struct rt_driver *driver, uint64_t timeout_ns);

/* Makes the current or the next wait return at once. Any thread. */
void rt_driver_interrupt(struct rt_driver *driver);

/* How many sources are registered. */
uint32_t rt_driver_source_count(struct rt_driver *driver);

/* ---- for the ops ---- */

/* The source is ready in these ways, says the kernel. Only within wait. */
void rt_driver_report(struct rt_driver *driver, struct rt_source *source,
                      unsigned ready);

/* For the ops that must keep a source for longer than until the next wait. */
void rt_source_ref(struct rt_source *source);
void rt_source_unref(struct rt_source *source);

/* What poll and its kin say, POLLIN | ..., as bits of enum rt_ready. */
unsigned rt_driver_ready_of(uint32_t poll_events);

/*
 * 0 if a wait for this fd has a meaning: -EPERM for a file or a directory,
 * which are always ready; -EBADF. Epoll knows by itself.
 */
int rt_driver_check_fd(int fd);

/* In ms for poll and epoll, rounded up so that no timer is early; -1: ever. */
int rt_driver_timeout_ms(uint64_t timeout_ns);

/* ---- readiness, and waiting for it ---- */

/*
 * What is known of the source now. Look before the system call; what it said
 * then goes to rt_source_clear.
 */
static inline uint32_t rt_source_ready(const struct rt_source *source)
{
    /* Acquire pairs with the release of a report. */
    return atomic_load_explicit(&source->ready, memory_order_acquire);
}

/* True if a source of which this is known is ready for interest. */
static inline bool rt_ready_has(uint32_t ready, enum rt_ready interest)
{
    unsigned wanted = interest;

    return (ready & (wanted & RT_READABLE ? wanted | RT_ENDED : wanted)) != 0;
}

/*
 * The system call moved less than was asked for, so it has emptied (or
 * filled) the kernel's buffer. RT_ENDED stays: the end of the stream was
 * reported together with the last bytes, and won't be reported again.
 */
void rt_source_clear_short(struct rt_source *source, uint32_t seen,
                           enum rt_ready interest);

/*
 * The system call said EAGAIN: what we took for readiness was none. A write
 * knows nothing of the end of what there is to read. Does nothing when there
 * was a report since seen.
 */
void rt_source_clear(struct rt_source *source, uint32_t seen,
                     enum rt_ready interest);

/*
 * Leaves the waiter with the source, to wake cx's task when it is ready. 0; or
 * -EAGAIN: it has become ready, try again; or -EBADF: there is nothing to wait
 * for, since the registration is over.
 */
int rt_source_wait(struct rt_source *source, struct rt_io_waiter *waiter,
                   enum rt_ready interest, const struct rt_context *cx);

/* Takes back a waiter that was left with a source. */
void rt_io_waiter_take_back(struct rt_io_waiter *waiter);

/* The same, if it was; harmless when it was woken already. */
static inline void rt_io_waiter_cancel(struct rt_io_waiter *waiter)
{
    if (waiter->source) {
        rt_io_waiter_take_back(waiter);
    }
}

#endif
