/*
 * Trace: the runtime writes down what it does, for the visualizer and the
 * grader. See format.h for the bytes.
 *
 * Off, a trace point costs one load and one branch that is never taken. On,
 * it costs three atomic adds and a 32-byte store into mapped memory: no lock,
 * no system call, and the records outlive a crash of the program.
 *
 * One trace in a process. rt_trace_open comes first, rt_trace_close last;
 * the rest may be called from any thread, also while it is closed: then it
 * does nothing.
 */
#ifndef RT_TRACE_TRACE_H
#define RT_TRACE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/atomic.h"
#include "trace/format.h"

/* What the header of the trace file says of the run, and its clock. */
struct rt_trace_info {
    uint64_t seed;
    uint32_t hostile;
    enum rt_trace_clock clock;
    uint32_t workers;
    uint64_t (*now)(void *source); /* gives the time of the records, ns */
    void *now_source;              /* borrowed until the close */
};

/* True while a trace is open. Read it through rt_trace_is_open. */
extern RT_ATOMIC(bool) rt_trace_is_on;

/* True while a trace is open. Any thread. */
static inline bool rt_trace_is_open(void)
{
    /* Relaxed: a hint. Whoever writes looks again. */
    return __builtin_expect(
        atomic_load_explicit(&rt_trace_is_on, memory_order_relaxed), 0);
}

/*
 * Creates (or empties) the file at path and starts the trace. Standard output
 * is traced too, as RT_TRACE_OUTPUT. Returns 0 or a negative errno.
 */
int rt_trace_open(const char *path, const struct rt_trace_info *info);

/* Ends the trace and cuts the file to what was written. */
void rt_trace_close(void);

/* Which worker this thread is; without it, none (RT_TRACE_NO_WORKER). */
void rt_trace_set_worker(uint8_t worker);

/*
 * The task that runs on this thread now (0: none), and the cause of the wakes
 * that this thread makes while no task runs.
 */
void rt_trace_set_task(uint32_t task);
uint32_t rt_trace_task(void);
void rt_trace_set_source(enum rt_trace_source source, uint32_t id);

/* Writes one record. Call it through RT_TRACE. */
void rt_trace_write(enum rt_trace_type type, uint32_t task, uint32_t other,
                    unsigned detail, uint64_t argument);

/* Writes a WAKE record with the source that was set. Through RT_TRACE. */
void rt_trace_wake(uint32_t task, enum rt_trace_outcome outcome);

/* The offset of a string in the trace; equal strings get the same one. */
uint64_t rt_trace_string(const char *string);

/*
 * Puts a mark of the user into the trace, for a reader to look for:
 * rt_trace_mark("the second client is in"). Nothing when there is no trace.
 */
void rt_trace_mark(const char *text);

/* RT_TRACE(rt_trace_write(...)): does it only while a trace is on. */
#define RT_TRACE(call)                                                         \
    do {                                                                       \
        if (rt_trace_is_open()) {                                              \
            call;                                                              \
        }                                                                      \
    } while (0)

#endif
