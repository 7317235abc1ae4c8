/*
 * Explorer: runs a small test under every order that its threads may take.
 *
 * A body is a test that starts a few threads. It is run again and again, each
 * time in another order, until there is no other. Threads are not real: one
 * runs at a time, and at each atomic operation and each lock the explorer says
 * who goes on. Numbers drawn by chance (base/random.h) are choices of the
 * explorer too, so a hostile runtime goes through all that it might do; and so
 * is the passing of time.
 *
 *     static void body(void)
 *     {
 *         rt_explore_thread(sender, &channel);
 *         rt_explore_thread(receiver, &channel);
 *         rt_explore_join();
 *         RT_EXPLORE_CHECK(received == 1);
 *     }
 *
 *     rt_explore("send", body, NULL, NULL);
 *
 * Found are: a check that fails, a panic, a crash; a deadlock; a loop without
 * end; memory that is not freed, freed twice, or used when it is free. What
 * fails is printed with its order as a short text; RT_REPLAY=send:12b40b runs
 * that order again, and prints each step.
 *
 * A body starts from nothing each time: it sets every variable that it reads.
 * The program is compiled with explore/points.h before each file, and linked
 * with the runtime that is: see explore/README.md, also for the limits.
 */
#ifndef RT_EXPLORE_EXPLORE_H
#define RT_EXPLORE_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

struct rt_explore_options {
    uint32_t deviations;     /* how often in one run a thread is stopped that
                                could go on, or chance has its way: 0 for 2 */
    uint32_t steps;          /* more in one run are endless: 0 for 5000 */
    uint64_t most_schedules; /* stop after so many; 0: when all were run */
};

struct rt_explore_result {
    uint64_t schedules;  /* orders that were run, all different */
    uint32_t deviations; /* the most in one of them */
    bool is_complete;    /* there is no other order, however many deviations */
    char failure[512];   /* what went wrong; empty: nothing */
    char replay[512];    /* the order that fails, for RT_REPLAY */
};

/*
 * Runs the body, in a process of its own, in all orders with at most so many
 * deviations: first those with none, then with one, and so on. Returns true
 * when all went well; else says on standard error what did not. options and
 * result (what was seen) may be NULL.
 */
bool rt_explore(const char *name, void (*body)(void),
                const struct rt_explore_options *options,
                struct rt_explore_result *result);

/* ---- inside a body ---- */

enum { RT_EXPLORE_MOST_THREADS = 8 };

/* Starts a thread. The body itself is one more: number 0. */
void rt_explore_thread(void (*run)(void *data), void *data);

/* Waits for the end of all other threads. */
void rt_explore_join(void);

/*
 * Waits until is_open(data) is true, which others must bring about. It is
 * called between any two steps, and changes nothing.
 */
void rt_explore_wait(bool (*is_open)(void *data), void *data);

/*
 * A number in 0..count-1, of which the first 25 are tried: every one of them
 * in some run. Any but 0 is a deviation.
 */
uint32_t rt_explore_choose(uint32_t count);

/* Lets all others go on until each of them waits. */
void rt_explore_rest(void);

/*
 * Lets time run while threads do: whoever looks at the clock may find that
 * step ns have gone by, which is a deviation. At first, and for a step of 0,
 * time passes only for those who wait for it. It begins at 0 in each run.
 */
void rt_explore_clock(uint64_t step);

/* Steps of no interest: while true, there are no choices. */
void rt_explore_skip(bool is_skipping);

/* The run has failed, if the condition is false. */
#define RT_EXPLORE_CHECK(condition)                                            \
    ((condition) ? (void)0                                                     \
                 : rt_explore_fail("%s:%d: not true: %s", __FILE__, __LINE__,  \
                                   #condition))
_Noreturn void rt_explore_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
