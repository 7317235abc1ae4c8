/*
 * How a worker of the multi-thread runtime sleeps.
 *
 * One sleeps in the driver; when it gets up it leaves the driver to the next
 * one that goes to sleep. The others sleep on their conditions.
 *
 * No wake is lost, because each side looks at what the other did: who pushes
 * a task looks for searchers and sleepers after the push; the last searcher
 * looks at all queues after it has put itself among the sleepers.
 */
#include "base/monotonic.h"
#include "sched/core.h"
#include "trace/trace.h"

static bool take_driver(struct rt_runtime *runtime)
{
    bool is_taken = false;

    return atomic_compare_exchange_strong(&runtime->is_driver_taken, &is_taken,
                                          true);
}

static void leave_driver(struct rt_runtime *runtime)
{
    atomic_store(&runtime->is_driver_taken, false);
}

void rt_core_try_driver(struct rt_worker *worker)
{
    if (take_driver(worker->runtime)) {
        rt_core_look_for_events(worker->runtime);
        leave_driver(worker->runtime);
    }
}

static void sleep_in_driver(struct rt_worker *worker)
{
    if (rt_parker_enter_driver(&worker->parker)) {
        rt_core_wait_for_events(worker->runtime);
        rt_parker_leave_driver(&worker->parker);
    }
}

static void sleep_somewhere(struct rt_worker *worker)
{
    struct rt_runtime *runtime = worker->runtime;

    if (take_driver(runtime)) {
        sleep_in_driver(worker);
        leave_driver(runtime);
    } else {
        RT_TRACE(rt_trace_write(RT_TRACE_PARK, 0, 0, 0, UINT64_MAX));
        rt_parker_park(&worker->parker);
        RT_TRACE(rt_trace_write(RT_TRACE_UNPARK, 0, 0, 0, 0));
    }
}

/* The last searcher's duty: is there work that came while we stopped? */
static void look_once_more(struct rt_runtime *runtime)
{
    bool has_work = rt_inject_length(&runtime->inject) > 0;

    for (uint32_t i = 0; i < runtime->worker_count; i++) {
        has_work = has_work || rt_deque_length(&runtime->workers[i].deque) > 0;
    }
    if (has_work) {
        rt_core_notify_one(runtime);
    }
}

static void fall_asleep(struct rt_worker *worker)
{
    struct rt_runtime *runtime = worker->runtime;
    bool was_last = rt_sleepers_add(&runtime->sleepers, worker->index,
                                    worker->is_searching);

    worker->is_searching = false;
    worker->is_asleep = true;
    if (was_last) {
        look_once_more(runtime);
    }
}

/*
 * Got up: because somebody took it out of the sleepers, to search; or because
 * the driver gave it tasks. False: neither, so it sleeps on.
 */
static bool may_get_up(struct rt_worker *worker)
{
    bool has_tasks = rt_core_has_tasks(worker);

    worker->is_searching = rt_sleepers_was_taken(&worker->runtime->sleepers,
                                                 worker->index, has_tasks);
    return has_tasks || worker->is_searching;
}

static bool is_over(const struct rt_worker *worker)
{
    return atomic_load(&worker->runtime->is_shutting_down);
}

void rt_core_park(struct rt_worker *worker)
{
    const struct rt_builder *builder = &worker->runtime->builder;
    uint64_t now = rt_monotonic_ns();

    rt_core_count(&worker->counts.parks, 1);
    rt_core_count(&worker->counts.busy_ns,
                  (int64_t)(now - worker->awake_since));
    rt_core_call_hook(builder, builder->on_thread_park);
    fall_asleep(worker);
    do {
        sleep_somewhere(worker);
    } while (!is_over(worker) && !may_get_up(worker));
    worker->is_asleep = false;
    rt_core_call_hook(builder, builder->on_thread_unpark);
    worker->awake_since = rt_monotonic_ns();
    /* The driver woke several tasks: another worker can have some. */
    if (!worker->is_searching && rt_deque_length(&worker->deque) > 0) {
        rt_core_notify_one(worker->runtime);
    }
}
