/*
 * Signals: waiting for Ctrl-C and its kin.
 *
 * The first wait for a signal replaces what the signal did before (Ctrl-C no
 * longer ends the program) for good. Every listener of every runtime hears
 * every signal that comes after the listener was made.
 *
 * In a loop make the listener once, and keep it over the rounds of a select
 * (rt_select_keep): one that is made anew each round misses what came between.
 */
#ifndef RT_SIGNAL_SIGNAL_H
#define RT_SIGNAL_SIGNAL_H

#include "driver/driver.h"
#include "driver/interrupt.h"
#include "future/future.h"

struct rt_signal {
    struct rt_future future;
    struct rt_source *source; /* owned; NULL: does not listen */
    struct rt_io_waiter waiter;
    struct rt_interrupt interrupt; /* raised by the handler */
    int place;                     /* in the handler's list; 0: none */
    int number;
    uint32_t seen; /* how often the signal had come at the call */
    int result;    /* when ready: 0, or a negative errno */
};

/* Ready when the signal comes next, after this call. Inside a runtime. */
struct rt_signal rt_signal(int number);

/* The same for SIGINT. */
struct rt_signal rt_ctrl_c(void);

#endif
