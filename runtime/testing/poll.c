#include "testing/poll.h"

static void count_clone(void *data)
{
    ((struct rt_test_waker *)data)->held++;
}

static void count_wake_by_ref(void *data)
{
    ((struct rt_test_waker *)data)->wakes++;
}

static void count_drop(void *data)
{
    ((struct rt_test_waker *)data)->held--;
}

static void count_wake(void *data)
{
    count_wake_by_ref(data);
    count_drop(data);
}

static const struct rt_waker_ops count_ops = {
    .clone = count_clone,
    .wake = count_wake,
    .wake_by_ref = count_wake_by_ref,
    .drop = count_drop,
};

void rt_test_waker_init(struct rt_test_waker *waker)
{
    waker->waker = (struct rt_waker){&count_ops, waker};
    waker->held = 0;
    waker->wakes = 0;
}

enum rt_poll rt_test_poll(struct rt_future *future, struct rt_test_waker *waker)
{
    struct rt_context cx = rt_context_make(&waker->waker);

    return rt_future_poll(future, &cx);
}

int rt_test_wakes(const struct rt_test_waker *waker)
{
    return waker->wakes;
}

int rt_test_held(const struct rt_test_waker *waker)
{
    return waker->held;
}
