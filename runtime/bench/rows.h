/*
 * Rows: the operations that are measured. tokio/src/ has their twins, which do
 * the same, in the same order. What each of them counts as one operation:
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "harness.h"

/* ---- tasks.c ---- */

/* A task is spawned, runs, and is joined, its result taken; in batches. */
struct rt_join_handle bench_spawn_join(uint64_t count);
/* The only task wakes itself and returns pending. */
struct rt_join_handle bench_self_wake(uint64_t count);
/* One of a batch of tasks yields to the others and to the driver. */
struct rt_join_handle bench_yield_1000(uint64_t count);

/* ---- channels.c ---- */

/* A value goes to another task and comes back, over two channels of one. */
struct rt_join_handle bench_ping_pong(uint64_t count);
/* A value goes from one task to another over a channel of 128. */
struct rt_join_handle bench_mpsc_128(uint64_t count);
/* A mutex that nobody else wants is locked and unlocked. */
struct rt_join_handle bench_mutex(uint64_t count);

/* ---- timers.c ---- */

/*
 * A timeout is registered among 100,000 sleeps, its task is suspended and
 * resumed, and the timeout is cancelled: the inner future was in time.
 */
struct rt_join_handle bench_timeout(uint64_t count);

/* ---- memory.c: the result is bytes of memory a task ---- */

/* The task has left its waker somewhere and waits for ever. */
struct rt_join_handle bench_parked(uint64_t count);
/* An async function that sleeps. */
struct rt_join_handle bench_sleeping(uint64_t count);

/* ---- echo.c ---- */

/* A TCP echo server that prints its port; count doesn't matter. */
struct rt_join_handle bench_echo(uint64_t count);

#endif
