/*
 * Spawning, from inside of a runtime or through a handle.
 */
#include "base/memory.h"
#include "base/panic.h"
#include "sched/core.h"

struct rt_runtime *rt_current_or_panic(const char *what)
{
    if (!rt_core_current) {
        rt_panic("no-runtime", "%s was called outside of a runtime", what);
    }
    return rt_core_current;
}

static struct rt_join_handle spawn_on(struct rt_runtime *runtime,
                                      const char *name, struct rt_future *frame,
                                      size_t frame_size)
{
    struct rt_task *task;
    int error = rt_core_spawn(runtime, frame, frame_size, name, &task);

    return rt_join_handle_make(task, error);
}

struct rt_join_handle rt_spawn_named(const char *name, struct rt_future *frame,
                                     size_t frame_size)
{
    return spawn_on(rt_current_or_panic("rt_spawn"), name, frame, frame_size);
}

struct rt_join_handle rt_spawn(struct rt_future *frame, size_t frame_size)
{
    return rt_spawn_named(NULL, frame, frame_size);
}

int rt_spawn_detached(struct rt_future *frame, size_t frame_size)
{
    struct rt_join_handle handle = spawn_on(
        rt_current_or_panic("rt_spawn_detached"), NULL, frame, frame_size);

    rt_join_detach(&handle);
    return handle.result;
}

/* ---- handles ---- */

struct rt_handle rt_handle(struct rt_runtime *runtime)
{
    rt_core_ref(runtime);
    return (struct rt_handle){runtime};
}

void rt_handle_drop(struct rt_handle *handle)
{
    struct rt_runtime *runtime = handle->runtime;

    handle->runtime = NULL;
    if (runtime) {
        rt_core_unref(runtime);
    }
}

struct rt_join_handle rt_handle_spawn(const struct rt_handle *handle,
                                      struct rt_future *frame,
                                      size_t frame_size)
{
    return spawn_on(handle->runtime, NULL, frame, frame_size);
}
