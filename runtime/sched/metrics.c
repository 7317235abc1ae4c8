/*
 * What a runtime counts, for whoever watches it.
 */
#include "sched/core.h"

static uint64_t read_count(const _Atomic uint64_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

struct rt_metrics rt_runtime_metrics(struct rt_runtime *runtime)
{
    return (struct rt_metrics){
        .workers = runtime->worker_count,
        .tasks = rt_task_count(runtime),
        .injected = rt_inject_length(&runtime->inject),
        .timers = rt_wheel_count(&runtime->wheel),
        .sources = rt_driver_source_count(&runtime->driver),
    };
}

struct rt_worker_metrics rt_worker_metrics(struct rt_runtime *runtime,
                                           uint32_t index)
{
    struct rt_worker *worker = &runtime->workers[index];

    return (struct rt_worker_metrics){
        .polls = read_count(&worker->counts.polls),
        .steals = read_count(&worker->counts.steals),
        .parks = read_count(&worker->counts.parks),
        .busy_ns = read_count(&worker->counts.busy_ns),
        .queued = rt_deque_length(&worker->deque),
    };
}
