#include "sync/thread.h"

#include <errno.h>
#include <pthread.h>

#include "base/memory.h"
#include "base/panic.h"
#include "blocking/pool.h"
#include "sched/runtime.h"

/*
 * What a waker for a thread points to. Wakers may outlive the call, so it is
 * counted and on the heap.
 */
struct sleeper {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    bool is_woken; /* guarded by mutex, like the rest */
    int references;
};

static void sleeper_ref(void *data)
{
    struct sleeper *sleeper = data;

    pthread_mutex_lock(&sleeper->mutex);
    sleeper->references++;
    pthread_mutex_unlock(&sleeper->mutex);
}

static void sleeper_unref(void *data)
{
    struct sleeper *sleeper = data;
    bool is_last;

    pthread_mutex_lock(&sleeper->mutex);
    is_last = --sleeper->references == 0;
    pthread_mutex_unlock(&sleeper->mutex);
    if (is_last) {
        pthread_cond_destroy(&sleeper->condition);
        pthread_mutex_destroy(&sleeper->mutex);
        rt_free(sleeper, sizeof(*sleeper));
    }
}

static void sleeper_wake_by_ref(void *data)
{
    struct sleeper *sleeper = data;

    pthread_mutex_lock(&sleeper->mutex);
    sleeper->is_woken = true;
    pthread_cond_signal(&sleeper->condition);
    pthread_mutex_unlock(&sleeper->mutex);
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

static void wait_for_wake(struct sleeper *sleeper)
{
    pthread_mutex_lock(&sleeper->mutex);
    while (!sleeper->is_woken) {
        pthread_cond_wait(&sleeper->condition, &sleeper->mutex);
    }
    sleeper->is_woken = false;
    pthread_mutex_unlock(&sleeper->mutex);
}

static struct sleeper *make_sleeper(void)
{
    struct sleeper *sleeper = rt_alloc(sizeof(*sleeper));

    if (sleeper) {
        pthread_mutex_init(&sleeper->mutex, NULL);
        pthread_cond_init(&sleeper->condition, NULL);
        sleeper->references = 1;
    }
    return sleeper;
}

int rt_thread_block_on(struct rt_future *future)
{
    struct rt_waker waker;
    struct rt_context cx;

    if (rt_current() && !rt_blocking_is_job_thread()) {
        rt_panic("blocking-inside-runtime",
                 "'%s' would block this thread, and with it every task of "
                 "its runtime: await it instead",
                 rt_future_name(future));
    }
    waker = (struct rt_waker){&sleeper_ops, make_sleeper()};
    if (!waker.data) {
        rt_future_drop(future);
        return -ENOMEM;
    }
    cx = rt_context_make(&waker);
    while (rt_future_poll(future, &cx) == RT_PENDING) {
        wait_for_wake(waker.data);
        cx.budget = RT_BUDGET;
    }
    rt_future_drop(future);
    rt_waker_drop(&waker);
    return 0;
}
