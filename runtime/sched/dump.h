/*
 * Dump: what every task is waiting for.
 *
 *     task 1 main: running
 *     task 7 client 3: idle in echo > timeout > read
 *
 * The chain of futures that await each other is the backtrace of a task that
 * is not on any stack.
 */
#ifndef RT_SCHED_DUMP_H
#define RT_SCHED_DUMP_H

#include <stdio.h>

#include "sched/runtime.h"

/*
 * Prints a line for each task of the runtime that this thread is inside of.
 * The chain ends where a future has several children. 0 or -ENOMEM. Idle
 * tasks are polled once more afterwards: while we look at them, they are held
 * as if they had been woken. On a current-thread runtime, only its own thread;
 * else any thread, while the runtime is not being shut down.
 */
int rt_dump(FILE *file);

/*
 * Spawns a task that dumps to standard error each time that the signal comes.
 * 0 or -ENOMEM. RT_DUMP=1 in the environment makes RT_MAIN do so for SIGUSR1.
 */
int rt_dump_on_signal(int number);

#endif
