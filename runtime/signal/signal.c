#include "signal/signal.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/panic.h"
#include "future/async.h"
#include "sched/runtime.h"
#include "trace/trace.h"

enum { LISTENERS_MOST = 64 };

/*
 * What the handler touches: counters, and the listeners, each the number of
 * its signal and, in the lower half, the fd to write to; 0 is free.
 */
static _Atomic uint32_t counts[NSIG];
static _Atomic uint64_t listeners[LISTENERS_MOST];
static _Atomic uint32_t handlers; /* threads that are in on_signal */

/* Only what is async-signal-safe: atomics and write. */
static void on_signal(int number)
{
    int saved_errno = errno;
    uint64_t one = 1;

    atomic_fetch_add(&handlers, 1);
    atomic_fetch_add(&counts[number], 1);
    for (int i = 0; i < LISTENERS_MOST; i++) {
        uint64_t listener = atomic_load(&listeners[i]);

        if (listener >> 32 == (uint64_t)number) {
            (void)!write((int)(uint32_t)listener, &one, sizeof(one));
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

static int add_listener(struct rt_signal *listener)
{
    uint64_t entry = (uint64_t)listener->number << 32 |
                     (uint32_t)listener->interrupt.write_fd;

    for (int i = 0; i < LISTENERS_MOST; i++) {
        uint64_t none = 0;

        if (atomic_compare_exchange_strong(&listeners[i], &none, entry)) {
            listener->place = i + 1;
            return 0;
        }
    }
    return -EMFILE;
}

/* Opens the fd that the handler writes to. */
static int begin_listening(struct rt_signal *listener,
                           const struct rt_context *cx)
{
    struct rt_driver *driver = rt_runtime_driver(rt_context_runtime(cx));
    int error = rt_interrupt_init(&listener->interrupt);

    if (error) {
        return error;
    }
    error = rt_driver_register(driver, listener->interrupt.read_fd, "signal",
                               &listener->source);
    if (error) {
        rt_interrupt_deinit(&listener->interrupt);
        return error;
    }
    return add_listener(listener);
}

/*
 * A handler on another thread may have read the fd and not written yet. Were
 * the fd closed now, and used again for a socket, it would write there.
 */
static void end_listening(struct rt_signal *listener)
{
    if (listener->source) {
        if (listener->place > 0) {
            atomic_store(&listeners[listener->place - 1], 0);
        }
        while (atomic_load(&handlers) > 0) {
            sched_yield();
        }
        rt_io_waiter_cancel(&listener->waiter);
        rt_driver_deregister(listener->source);
        rt_interrupt_deinit(&listener->interrupt);
        listener->source = NULL;
    }
}

static enum rt_poll signal_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_signal *listener = RT_SELF(future, struct rt_signal);
    int result = listener->source ? 0 : begin_listening(listener, cx);

    if (result == 0 &&
        atomic_load(&counts[listener->number]) == listener->seen) {
        result = rt_source_wait(listener->source, &listener->waiter,
                                RT_READABLE, cx);
        if (result == 0) {
            return RT_PENDING;
        }
    }
    /* It has become readable, which says enough: nobody reads it. */
    listener->result = result == -EAGAIN ? 0 : result;
    if (listener->result == 0) {
        RT_TRACE(rt_trace_write(RT_TRACE_SIGNAL, rt_trace_task(),
                                (uint32_t)listener->number, 0, 0));
    }
    end_listening(listener);
    return RT_READY;
}

static void signal_drop(struct rt_future *future)
{
    end_listening(RT_SELF(future, struct rt_signal));
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
