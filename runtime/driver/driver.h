/*
 * Driver: turns what the kernel says of file descriptors into wakes.
 *
 * A socket is registered once and becomes a source. The kernel reports each
 * change of its readiness (edge-triggered), and the driver notes it in the
 * source: "readable since the last time that somebody looked". A future first
 * tries its system call only if the source is ready; when the kernel answers
 * EAGAIN it clears the note and leaves a waiter, which the next report wakes.
 *
 * The interface is small, so that there can be several drivers; each is one
 * constant of struct rt_driver_ops. All calls come from the thread that owns
 * the driver, except rt_driver_interrupt.
 */
#ifndef RT_DRIVER_DRIVER_H
#define RT_DRIVER_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "future/future.h"

/* Bits of readiness and of interest; the first are enum rt_trace_ready. */
enum rt_ready {
    RT_READABLE = 1, /* also: end of stream, an error */
    RT_WRITABLE = 2, /* also: an error */
    RT_ENDED = 4,    /* the peer writes no more: stays readable for ever */
};

/* A registered file descriptor. */
struct rt_source {
    int fd;                 /* borrowed */
    unsigned ready;         /* bits of enum rt_ready that were reported */
    bool is_gone;           /* deregistered; freed when no event can name it */
    struct rt_list waiters; /* of struct rt_io_waiter */
    struct rt_list node;    /* in the driver's list of those that are gone */
    const char *what;       /* static string: "tcp listener", ... */
};

/* Somebody who waits for a source; part of a future's frame; zero at first. */
struct rt_io_waiter {
    struct rt_list node;
    struct rt_waker waker; /* owned */
    enum rt_ready interest;
};

struct rt_driver;

/* One way to ask the kernel. */
struct rt_driver_ops {
    const char *name;
    int (*init)(struct rt_driver *driver);
    void (*deinit)(struct rt_driver *driver);
    int (*add)(struct rt_driver *driver, struct rt_source *source);
    void (*remove)(struct rt_driver *driver, struct rt_source *source);
    /* Waits and calls rt_driver_report for each event; 0 or -errno. */
    int (*wait)(struct rt_driver *driver, uint64_t timeout_ns);
};

struct rt_driver {
    const struct rt_driver_ops *ops;
    int poll_fd;           /* owned: the epoll instance */
    int interrupt_fd;      /* owned: an eventfd that ends a wait */
    uint32_t source_count; /* registered sources */
    struct rt_list gone;   /* deregistered ones, to be freed */
    unsigned reported;     /* sources reported by the current wait */
};

/* The driver that is best here. */
extern const struct rt_driver_ops rt_driver_epoll;

/* Returns 0 or a negative errno; then nothing needs a deinit. */
int rt_driver_init(struct rt_driver *driver, const struct rt_driver_ops *ops);
void rt_driver_deinit(struct rt_driver *driver);

/*
 * Registers a non-blocking fd for reading and writing. Returns a source,
 * owned by the caller, in *source; or a negative errno. what is a static
 * string that says what the fd is.
 */
int rt_driver_register(struct rt_driver *driver, int fd, const char *what,
                       struct rt_source **source);

/* Ends a registration, before the fd is closed. Waiters are woken. */
void rt_driver_deregister(struct rt_driver *driver, struct rt_source *source);

/*
 * Waits for events for up to timeout_ns (0: just looks; RT_NEVER: for ever)
 * and wakes who waits for them. Returns how many sources were reported, or a
 * negative errno; EINTR counts as none.
 */
int rt_driver_wait(struct rt_driver *driver, uint64_t timeout_ns);

/* Makes the current or the next wait return at once. Any thread. */
void rt_driver_interrupt(struct rt_driver *driver);

/* How many sources are registered. */
static inline uint32_t rt_driver_source_count(const struct rt_driver *driver)
{
    return driver->source_count;
}

/* For the ops: the kernel says that the source is ready in these ways. */
void rt_driver_report(struct rt_driver *driver, struct rt_source *source,
                      unsigned ready);

/* True if the source is ready for interest, as far as is known. */
static inline bool rt_source_is_ready(const struct rt_source *source,
                                      enum rt_ready interest)
{
    unsigned wanted = interest;

    return (source->ready &
            (wanted & RT_READABLE ? wanted | RT_ENDED : wanted)) != 0;
}

/*
 * The system call moved less than was asked for, so it has emptied (or
 * filled) the kernel's buffer. RT_ENDED stays: the end of the stream was
 * reported together with the last bytes, and won't be reported again.
 */
static inline void rt_source_clear_short(struct rt_source *source,
                                         enum rt_ready interest)
{
    source->ready &= ~(unsigned)interest;
}

/*
 * The system call said EAGAIN: what we took for readiness was none. A write
 * knows nothing of the end of what there is to read.
 */
static inline void rt_source_clear(struct rt_source *source,
                                   enum rt_ready interest)
{
    unsigned gone = interest;

    source->ready &= ~(gone & RT_READABLE ? gone | RT_ENDED : gone);
}

/* Leaves the waiter with the source, to wake cx's task when it is ready. */
void rt_source_wait(struct rt_source *source, struct rt_io_waiter *waiter,
                    enum rt_ready interest, const struct rt_context *cx);

/* Takes the waiter back; harmless when it was woken already. */
void rt_io_waiter_cancel(struct rt_io_waiter *waiter);

#endif
