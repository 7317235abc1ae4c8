// A C++ program that uses the installed runtime: an async function and a task
// are written, built, spawned and awaited as in C.
#include <atomic>
#include <iostream>
#include <polliwog/rt.h>
#include <string>

struct greeting {
    struct rt_future future;
    struct rt_sleep nap;
    int *finished;
};

static enum rt_poll greeting_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct greeting *self = RT_SELF(future, struct greeting);

    RT_BEGIN(self);
    self->nap = rt_sleep(RT_MILLISECONDS(10));
    RT_AWAIT(self->nap);
    ++*self->finished;
    RT_END(self);
}

static const struct rt_future_ops greeting_ops = {greeting_poll, nullptr,
                                                  "greeting"};

static int run(struct rt_runtime *runtime, int *finished)
{
    struct greeting spawned = {};
    spawned.future.ops = &greeting_ops; // with zeros: not yet polled
    spawned.finished = finished;
    struct greeting direct = spawned;

    struct rt_runtime *before = rt_enter(runtime);
    struct rt_join_handle task = rt_spawn(&spawned.future, sizeof(spawned));
    int error = rt_block_on(runtime, &direct.future);
    if (error == 0) {
        error = rt_block_on(runtime, &task.future);
    }
    rt_enter(before);
    return error;
}

int main()
{
    struct rt_builder builder = rt_builder_default();
    struct rt_runtime *runtime;
    int finished = 0;

    builder.clock = RT_CLOCK_PAUSED;
    int error = rt_build(&builder, &runtime);
    if (error == 0) {
        error = run(runtime, &finished);
        rt_shutdown(runtime);
    }
    // Its own atomics are as they always were.
    std::atomic<int> own(finished);
    std::cout << std::atomic_load_explicit(&own, std::memory_order_relaxed)
              << " futures in " << std::string("C++") << "\n";
    return error != 0;
}
