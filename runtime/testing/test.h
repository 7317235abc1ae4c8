/*
 * Test: async functions under test, for any framework of tests.
 *
 *     RT_TEST(a_late_answer_times_out, late_answer(RT_SECONDS(10)))
 *
 * defines static void a_late_answer_times_out(void). It builds a runtime whose
 * clock stands still (so that ten seconds take no time), runs the frame on it,
 * and shuts it down. Check the outcome in the frame. RT_SEED, RT_HOSTILE,
 * RT_DRIVER and RT_TRACE of the environment hold: run a test under another
 * schedule with RT_HOSTILE=7.
 *
 * What says how often a future is polled, and what wakes it, polls by hand:
 *
 *     rt_test_waker_init(&waker);
 *     rt_test_poll(&frame.future, &waker);      pending
 *     ... make progress possible: waker.wakes is 1 ...
 *     rt_test_poll(&frame.future, &waker);      ready
 *     rt_future_drop(&frame.future);
 *     ... waker.held is 0: no clone was forgotten
 */
#ifndef RT_TESTING_TEST_H
#define RT_TESTING_TEST_H

#include "base/atomic.h"
#include "sched/runtime.h"

#define RT_TEST(name, ...)                                                     \
    static void name(void)                                                     \
    {                                                                          \
        struct rt_runtime *rt_outer = rt_current();                            \
        struct rt_runtime *rt_of_test = rt_test_begin(#name);                  \
                                                                               \
        rt_test_run(rt_of_test, RT_FRAME(__VA_ARGS__));                        \
        rt_enter(rt_outer);                                                    \
    }

/*
 * RT_TEST in two steps: builds and enters; runs, drops, shuts down. What goes
 * wrong there stops the program and names the test.
 */
struct rt_runtime *rt_test_begin(const char *name);
void rt_test_run(struct rt_runtime *runtime, struct rt_future *frame);

/*
 * A waker that counts. In the caller's memory; stays where it is while clones
 * are held. There is nothing to deinit.
 */
struct rt_test_waker {
    struct rt_waker waker;
    RT_ATOMIC(int) held;  /* clones that are not yet given up */
    RT_ATOMIC(int) wakes; /* by rt_waker_wake and by rt_waker_wake_by_ref */
};

/* Nobody has woken it; nothing to deinit. */
void rt_test_waker_init(struct rt_test_waker *waker);

/*
 * Polls the future (borrowed) once, with the waker, a full budget, and the
 * runtime that this thread is inside of, if any.
 */
enum rt_poll rt_test_poll(struct rt_future *future,
                          struct rt_test_waker *waker);

#endif
