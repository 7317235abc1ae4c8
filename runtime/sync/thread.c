#include "sync/thread.h"

#include <errno.h>

#include "base/memory.h"
#include "base/panic.h"
#include "blocking/pool.h"
#include "sched/parker.h"
#include "sched/runtime.h"

/*
 * What a waker for a thread points to. Wakers may outlive the call, so it is
 * counted and on the heap.
 */
struct sleeper {
    atomic_int references;
    struct rt_parker parker;
};

static void sleeper_ref(void *data)
{
    struct sleeper *sleeper = data;

    atomic_fetch_add(&sleeper->references, 1);
}

static void sleeper_unref(void *data)
{
    struct sleeper *sleeper = data;

    if (atomic_fetch_sub(&sleeper->references, 1) == 1) {
        rt_parker_deinit(&sleeper->parker);
        rt_free(sleeper, sizeof(*sleeper));
    }
}

static void sleeper_wake_by_ref(void *data)
{
    struct sleeper *sleeper = data;

    rt_parker_unpark(&sleeper->parker, NULL); /* it never sleeps in a driver */
}

static void sleeper_wake(void *data)
{
    sleeper_wake_by_ref(data);
    sleeper_unref(data);
}

static const struct rt_waker_ops sleeper_ops = {
    .clone = sleeper_ref,
    .wake = sleeper_wake,
    .wake_by_ref = sleeper_wake_by_ref,
    .drop = sleeper_unref,
};

int rt_thread_block_on(struct rt_future *future)
{
    struct sleeper *sleeper;
    struct rt_waker waker;
    struct rt_context cx;

    if (rt_current() && !rt_blocking_is_job_thread()) {
        rt_panic("blocking-inside-runtime",
                 "'%s' would block this thread, and with it every task of "
                 "its runtime: await it instead",
                 rt_future_name(future));
    }
    sleeper = rt_alloc(sizeof(*sleeper));
    if (!sleeper) {
        rt_future_drop(future);
        return -ENOMEM;
    }
    sleeper->references = 1;
    rt_parker_init(&sleeper->parker);
    waker = (struct rt_waker){&sleeper_ops, sleeper};
    cx = rt_context_make(&waker);
    while (rt_future_poll(future, &cx) == RT_PENDING) {
        rt_parker_park(&sleeper->parker);
        cx.budget = RT_BUDGET;
    }
    rt_future_drop(future);
    rt_waker_drop(&waker);
    return 0;
}
