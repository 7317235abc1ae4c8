#include "explore/models/models.h"

/* ---- a waker without points: the explorer sees the future's own ---- */

static struct model_waker *waker_of(void *data)
{
    return data;
}

static void waker_clone(void *data)
{
    waker_of(data)->held++;
}

static void waker_drop(void *data)
{
    if (--waker_of(data)->held == 0) {
        rt_free(data, sizeof(struct model_waker));
    }
}

static void waker_wake_by_ref(void *data)
{
    RT_EXPLORE_CHECK(waker_of(data)->held > 0);
    waker_of(data)->is_woken = true;
}

static void waker_wake(void *data)
{
    waker_wake_by_ref(data);
    waker_drop(data);
}

static const struct rt_waker_ops waker_ops = {waker_clone, waker_wake,
                                              waker_wake_by_ref, waker_drop};

struct model_waker *model_waker_create(void)
{
    struct model_waker *waker = rt_alloc(sizeof(*waker));

    RT_EXPLORE_CHECK(waker);
    waker->waker = (struct rt_waker){&waker_ops, waker};
    waker->held = 1;
    return waker;
}

enum rt_poll model_poll(struct rt_future *future, struct model_waker *waker)
{
    struct rt_context cx = rt_context_make(&waker->waker);

    waker->is_woken = false;
    return rt_future_poll(future, &cx);
}

static bool is_woken(void *data)
{
    return waker_of(data)->is_woken;
}

void model_wait(struct model_waker *waker)
{
    rt_explore_wait(is_woken, waker);
}

void model_await(struct rt_future *future)
{
    struct model_waker *waker = model_waker_create();

    while (model_poll(future, waker) == RT_PENDING) {
        model_wait(waker);
    }
    rt_future_drop(future);
    rt_waker_drop(&waker->waker);
}
