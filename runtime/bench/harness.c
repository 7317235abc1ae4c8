#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A run is to take so long, in seconds. */
static const double enough = 0.1;

static clockid_t clock_to_use;
static double started;
static double result;

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(clock_to_use, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void bench_start(void)
{
    started = seconds_now();
}

void bench_stop(void)
{
    result = seconds_now() - started;
}

void bench_set_result(double value)
{
    result = value;
}

void bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(EXIT_FAILURE);
}

struct rt_runtime *bench_build(unsigned workers)
{
    struct rt_builder builder = rt_builder_from_environment();
    struct rt_runtime *runtime = NULL;

    builder.workers = workers;
    bench_check(rt_build(&builder, &runtime) == 0, "can't build a runtime");
    return runtime;
}

/* The main future: spawns the row and waits for it. */
struct join_row {
    struct rt_future future;
    const struct bench_row *row;
    uint64_t count;
    struct rt_join_handle handle;
};

BENCH_OPS(join_row);

static enum rt_poll join_row_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct join_row *self = RT_SELF(future, struct join_row);

    RT_BEGIN(self);
    self->handle = self->row->spawn(self->count);
    RT_AWAIT(self->handle);
    bench_check(self->handle.result == 0, "the row failed");
    RT_END(self);
}

static double run(const struct bench_row *row, struct rt_runtime *runtime,
                  uint64_t count)
{
    struct join_row main = BENCH_MAKE(join_row, .row = row, .count = count);

    bench_check(rt_block_on(runtime, &main.future) == 0, "can't run");
    return result;
}

/* More, so that it takes a tenth longer than enough; at most ten times more. */
static uint64_t next_count(uint64_t count, double seconds)
{
    double factor = 1.1 * enough / (seconds > 1e-9 ? seconds : 1e-9);
    double next = (double)count * (factor < 10 ? factor : 10);

    return ((uint64_t)next / BENCH_BATCH + 1) * BENCH_BATCH;
}

static double calibrate(const struct bench_row *row, struct rt_runtime *runtime,
                        uint64_t count)
{
    bool is_given = count > 0;
    double seconds;

    count = is_given ? count : BENCH_BATCH;
    for (;;) {
        seconds = run(row, runtime, count);
        if (seconds >= enough || is_given) {
            return seconds * 1e9 / (double)count;
        }
        count = next_count(count, seconds);
    }
}

double bench_measure(const struct bench_row *row, unsigned workers,
                     uint64_t count)
{
    struct rt_runtime *runtime = bench_build(workers);
    double measured;

    clock_to_use = workers == 0 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
    if (row->count > 0) {
        measured = run(row, runtime, count > 0 ? count : row->count);
    } else {
        measured = calibrate(row, runtime, count);
    }
    rt_shutdown(runtime);
    return measured;
}
