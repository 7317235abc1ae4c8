/*
 * Test: a function that runs an async function to its end, for any framework
 * of tests.
 *
 *     RT_TEST(a_late_answer_times_out, late_answer(RT_SECONDS(10)))
 *
 * defines static void a_late_answer_times_out(void). It builds a runtime whose
 * clock stands still (so that ten seconds take no time), runs the frame on it,
 * and shuts it down. Check the outcome in the frame. RT_SEED, RT_HOSTILE,
 * RT_DRIVER and RT_TRACE of the environment hold: run a test under another
 * schedule with RT_HOSTILE=7.
 */
#ifndef RT_TESTING_TEST_H
#define RT_TESTING_TEST_H

#include "sched/runtime.h"

#define RT_TEST(name, ...)                                                     \
    static void name(void)                                                     \
    {                                                                          \
        struct rt_runtime *rt_outer = rt_current();                            \
        struct rt_runtime *rt_of_test = rt_test_begin(#name);                  \
                                                                               \
        rt_test_run(rt_of_test,                                                \
                    &((__typeof__(__VA_ARGS__)[1]){__VA_ARGS__})->future);     \
        rt_enter(rt_outer);                                                    \
    }

/*
 * RT_TEST in two steps: builds and enters; runs, drops, shuts down. What goes
 * wrong there stops the program and names the test.
 */
struct rt_runtime *rt_test_begin(const char *name);
void rt_test_run(struct rt_runtime *runtime, struct rt_future *frame);

#endif
