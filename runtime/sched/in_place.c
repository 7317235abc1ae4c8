/*
 * Blocking in place: a task that must block gives its worker to a new thread.
 *
 * The other tasks go on there. The task itself stays on the old thread to the
 * end of its poll; then that thread ends.
 */
#include "base/panic.h"
#include "sched/core.h"

static void count_away(struct rt_runtime *runtime, int change)
{
    pthread_mutex_lock(&runtime->turn_lock);
    runtime->threads_away += (uint32_t)change;
    pthread_cond_broadcast(&runtime->turn_changed);
    pthread_mutex_unlock(&runtime->turn_lock);
}

static void give_away(struct rt_worker *worker)
{
    count_away(worker->runtime, 1);
    rt_core_worker = NULL;
    if (rt_core_start_worker(worker) == 0) {
        pthread_detach(pthread_self());
        return;
    }
    /* No thread can be made: the worker stays, and its tasks have to wait. */
    worker->thread = pthread_self();
    rt_core_worker = worker;
    count_away(worker->runtime, -1);
}

void rt_block_in_place(void (*function)(void *argument), void *argument)
{
    struct rt_runtime *runtime = rt_core_current;
    struct rt_worker *worker = runtime ? rt_core_own_worker(runtime) : NULL;

    if (worker && rt_task_current()) {
        if (!rt_core_is_multi(runtime)) {
            rt_panic("block-in-place",
                     "rt_block_in_place in a current-thread runtime would stop "
                     "all other tasks: use rt_spawn_blocking");
        }
        rt_task_allow_slow();
        give_away(worker);
    }
    function(argument);
}

void rt_core_leave_thread(struct rt_runtime *runtime, struct rt_worker *worker)
{
    if (rt_core_worker == worker) {
        return; /* rt_core_stop_workers joins us */
    }
    count_away(runtime, -1);
}

void rt_core_wait_for_threads_away(struct rt_runtime *runtime)
{
    pthread_mutex_lock(&runtime->turn_lock);
    while (runtime->threads_away > 0) {
        pthread_cond_wait(&runtime->turn_changed, &runtime->turn_lock);
    }
    pthread_mutex_unlock(&runtime->turn_lock);
}
