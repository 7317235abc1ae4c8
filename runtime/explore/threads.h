/*
 * Threads: those of a body, run one at a time on stacks of their own.
 *
 * They change only in explore_pick, which asks the search who goes on. All
 * that waits does it through explore_block. Private to explore/.
 */
#ifndef RT_EXPLORE_THREADS_H
#define RT_EXPLORE_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "explore/points.h"
#include "explore/search.h"

#define EXPLORE_NEVER UINT64_MAX

/* Runs the body once, as the search says, to the end of its last thread. */
void explore_run(void (*body)(void), struct search *search, uint32_t steps);

/* True inside of a body. */
bool explore_is_running(void);

/* Lets other threads go on, as the search says. */
void explore_pick(void);

/*
 * Waits until is_open(data); see rt_explore_wait. what: it waits for this.
 * end: a time, at which the wait is over: false. EXPLORE_NEVER: it has none.
 * Time passes, to the earliest end, when nobody can go on; or as a deviation.
 */
bool explore_block(bool (*is_open)(void *data), void *data, const char *what,
                   uint64_t end);

/* The time, ns; and the same after a look at the clock: see rt_explore_clock.
 */
uint64_t explore_time(void);
uint64_t explore_look_at_clock(void);

/* A thread may be left alone for a while: it only looks again and again. */
void explore_let_others(void);

/* Starts a thread; returns its number. */
uint32_t explore_start(void (*run)(void *data), void *data);
uint32_t explore_number(void);
bool explore_is_over(uint32_t number);

/* How many steps the threads have made so far, in all runs. */
uint64_t explore_step_count(void);

/* Counts a step, and prints it in a replay. */
void explore_note(const volatile void *object, uint64_t value,
                  struct explore_where where);

/* ---- memory.c ---- */

/* Fails if the address is in memory that was freed in this run. */
void explore_check_use(const volatile void *address);

/* The end of a run: fails if something was not freed, or written afterwards. */
void explore_check_memory(void);

#endif
