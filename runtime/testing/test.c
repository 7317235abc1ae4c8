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
