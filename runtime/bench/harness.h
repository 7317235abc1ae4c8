/*
 * Harness: what the rows of the benchmark share.
 *
 * A row is an async function that does an operation so many times. It runs as
 * a task of a runtime that was built as users build it. It calls bench_start
 * when what it needs is there and bench_stop at the end, and checks what came
 * out, so that nobody, the compiler included, can leave the work out.
 *
 * The clock of a runtime of one thread is the processor time of the process:
 * such a row never waits (bench.py looks), and what other programs on the
 * machine do counts less. With several workers it is real time.
 */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "rt.h"

/* So many operations are a batch; every count is a multiple of it. */
enum { BENCH_BATCH = 1000 };

/* One row. */
struct bench_row {
    const char *name;
    /* Spawns the task that does so many operations. */
    struct rt_join_handle (*spawn)(uint64_t count);
    uint64_t count; /* 0: as many as take long enough to be measured */
};

/* The measured part begins, or ends: the result is the seconds between. */
void bench_start(void);
void bench_stop(void);

/* Sets a result that is no time. */
void bench_set_result(double result);

/* Ends the program with a word on what went wrong. */
void bench_fail(const char *what) __attribute__((noreturn, cold));

/* Stops the program when something didn't go as it must. */
static inline void bench_check(bool is_good, const char *what)
{
    if (!is_good) {
        bench_fail(what);
    }
}

/*
 * Runs the row with count operations, or 0: as it says itself. Returns
 * nanoseconds an operation, or the result that was set.
 */
double bench_measure(const struct bench_row *row, unsigned workers,
                     uint64_t count);

/* A new runtime with so many workers; 0: one that runs on this thread. */
struct rt_runtime *bench_build(unsigned workers);

/* The compiler must have this value ready. */
static inline void bench_keep(uint64_t value)
{
    __asm__ volatile("" : : "r"(value) : "memory");
}

/* The ops of an async function name_poll, without a drop. */
#define BENCH_OPS(name_)                                                       \
    static enum rt_poll name_##_poll(struct rt_future *, struct rt_context *); \
    static const struct rt_future_ops name_##_ops = {.poll = name_##_poll,     \
                                                     .name = #name_}

/* A frame: BENCH_MAKE(child, .value = 1). */
#define BENCH_MAKE(name, ...)                                                  \
    ((struct name){.future = RT_FUTURE(&name##_ops), ##__VA_ARGS__})

#endif
