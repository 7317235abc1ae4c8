#include "signal/signal.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/panic.h"
#include "sched/runtime.h"
#include "trace/trace.h"

enum {
    LISTENERS_MOST = 64,
    TAKEN = -1, /* in fd_plus_1: the slot is being filled */
};

/*
 * What the handler touches: counters, and the eventfds of the listeners. A
 * slot holds the fd plus one, so that 0 is free; number is set before it.
 */
static _Atomic uint32_t counts[NSIG];
static struct {
    _Atomic int number;
    _Atomic int fd_plus_1;
} listeners[LISTENERS_MOST];
static _Atomic uint32_t handlers; /* threads that are in on_signal */

/* Only what is async-signal-safe: atomics and write. */
static void on_signal(int number)
{
    int saved_errno = errno;
    uint64_t one = 1;

    atomic_fetch_add(&handlers, 1);
    atomic_fetch_add(&counts[number], 1);
    for (int i = 0; i < LISTENERS_MOST; i++) {
        int fd = atomic_load(&listeners[i].fd_plus_1) - 1;

        if (fd >= 0 && atomic_load(&listeners[i].number) == number) {
            (void)!write(fd, &one, sizeof(one));
        }
    }
    atomic_fetch_sub(&handlers, 1);
    errno = saved_errno;
}

static void install_handler(int number)
{
    static _Atomic bool is_installed[NSIG];
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    if (!atomic_exchange(&is_installed[number], true)) {
        sigfillset(&action.sa_mask);
        sigaction(number, &action, NULL);
    }
}

static int add_listener(int number, int fd)
{
    for (int i = 0; i < LISTENERS_MOST; i++) {
        int free_slot = 0;

        if (atomic_compare_exchange_strong(&listeners[i].fd_plus_1, &free_slot,
                                           TAKEN)) {
            atomic_store(&listeners[i].number, number);
            atomic_store(&listeners[i].fd_plus_1, fd + 1);
            return 0;
        }
    }
    return -EMFILE;
}

/*
 * A handler on another thread may have read the fd and not written yet. Were
 * the fd closed now, and used again for a socket, it would write there.
 */
static void wait_for_handlers(void)
{
    while (atomic_load(&handlers) > 0) {
        sched_yield();
    }
}

static void remove_listener(int fd)
{
    for (int i = 0; i < LISTENERS_MOST; i++) {
        int taken = fd + 1;

        if (atomic_compare_exchange_strong(&listeners[i].fd_plus_1, &taken,
                                           0)) {
            wait_for_handlers();
            return;
        }
    }
}

static struct rt_signal *signal_of(struct rt_future *future)
{
    return (struct rt_signal *)(void *)future;
}

/* Opens the eventfd that the handler writes to. */
static int begin_listening(struct rt_signal *listener, struct rt_driver *driver)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int error;

    if (fd < 0) {
        return -errno;
    }
    error = rt_driver_register(driver, fd, "signal", &listener->source);
    if (error) {
        close(fd);
        return error;
    }
    listener->fd = fd;
    listener->driver = driver;
    return add_listener(listener->number, fd);
}

static void end_listening(struct rt_signal *listener)
{
    rt_io_waiter_cancel(&listener->waiter);
    if (listener->driver) {
        remove_listener(listener->fd);
        rt_driver_deregister(listener->source);
        close(listener->fd);
        listener->driver = NULL;
    }
}

static bool has_come(const struct rt_signal *listener)
{
    return atomic_load(&counts[listener->number]) != listener->seen;
}

/*
 * Leaves a waiter: 0, or an error. The eventfd becomes readable once a signal
 * has come, so that it is readable says enough: nobody reads it.
 */
static int wait_for_signal(struct rt_signal *listener,
                           const struct rt_context *cx)
{
    return rt_source_wait(listener->source, &listener->waiter, RT_READABLE, cx);
}

static enum rt_poll signal_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_signal *listener = signal_of(future);
    int error;

    if (!listener->driver) {
        listener->result = begin_listening(
            listener, rt_runtime_driver(rt_context_runtime(cx)));
        if (listener->result) {
            return RT_READY;
        }
    }
    if (!has_come(listener)) {
        error = wait_for_signal(listener, cx);
        if (error == 0) {
            return RT_PENDING;
        }
        listener->result = error == -EAGAIN ? 0 : error;
    }
    RT_TRACE(rt_trace_write(RT_TRACE_SIGNAL, rt_trace_task(),
                            (uint32_t)listener->number, 0, 0));
    end_listening(listener);
    return RT_READY;
}

static void signal_drop(struct rt_future *future)
{
    end_listening(signal_of(future));
}

static const struct rt_future_ops signal_ops = {
    .poll = signal_poll,
    .drop = signal_drop,
    .name = "signal",
};

struct rt_signal rt_signal(int number)
{
    if (number <= 0 || number >= NSIG) {
        rt_panic("bad-signal", "rt_signal(%d): there is no such signal",
                 number);
    }
    install_handler(number);
    return (struct rt_signal){
        .future = RT_FUTURE(&signal_ops),
        .number = number,
        .seen = atomic_load(&counts[number]),
    };
}

struct rt_signal rt_ctrl_c(void)
{
    return rt_signal(SIGINT);
}
