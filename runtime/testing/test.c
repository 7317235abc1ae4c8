#include "testing/test.h"

#include <string.h>

#include "base/panic.h"

struct rt_runtime *rt_test_begin(const char *name)
{
    struct rt_builder builder = rt_builder_from_environment();
    struct rt_runtime *runtime;
    int error;

    builder.clock = RT_CLOCK_PAUSED;
    builder.workers = 0;
    error = rt_build(&builder, &runtime);
    if (error) {
        rt_panic("test-runtime", "%s: no runtime can be built: %s", name,
                 strerror(-error));
    }
    rt_enter(runtime);
    return runtime;
}

void rt_test_run(struct rt_runtime *runtime, struct rt_future *frame)
{
    const char *name = rt_future_name(frame);
    int error = rt_block_on(runtime, frame);

    rt_shutdown(runtime);
    if (error) {
        rt_panic("test-not-run", "'%s': %s", name, strerror(-error));
    }
}

/* ---- polling by hand ---- */

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
    *waker = (struct rt_test_waker){.waker = {&count_ops, waker}};
}

enum rt_poll rt_test_poll(struct rt_future *future, struct rt_test_waker *waker)
{
    struct rt_context cx = rt_context_make(&waker->waker);

    return rt_future_poll(future, &cx);
}
