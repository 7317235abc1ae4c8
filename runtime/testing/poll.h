/*
 * Poll: a future polled by hand, with a waker that counts.
 *
 * A test that says how often a future is polled, and what wakes it, needs no
 * executor:
 *
 *     rt_test_waker_init(&waker);
 *     rt_test_poll(&frame.future, &waker);      pending
 *     ... make progress possible ...
 *     rt_test_wakes(&waker);                    1
 *     rt_test_poll(&frame.future, &waker);      ready
 *     rt_future_drop(&frame.future);
 *     rt_test_held(&waker);                     0: no clone was forgotten
 */
#ifndef RT_TESTING_POLL_H
#define RT_TESTING_POLL_H

#include "base/atomic.h"
#include "future/future.h"

/* In the caller's memory; stays where it is while clones are held. */
struct rt_test_waker {
    struct rt_waker waker;
    RT_ATOMIC(int) held;  /* clones that are not yet given up */
    RT_ATOMIC(int) wakes; /* by rt_waker_wake and by rt_waker_wake_by_ref */
};

/* No wakes, no clones. There is nothing to deinit. */
void rt_test_waker_init(struct rt_test_waker *waker);

/*
 * Polls the future (borrowed) once, with the waker, a full budget, and the
 * runtime that this thread is inside of, if any.
 */
enum rt_poll rt_test_poll(struct rt_future *future,
                          struct rt_test_waker *waker);

/* How often it was woken since rt_test_waker_init. Any thread. */
int rt_test_wakes(const struct rt_test_waker *waker);

/* How many of its clones are still held by somebody. Any thread. */
int rt_test_held(const struct rt_test_waker *waker);

#endif
