/*
 * block_on: a thread waits until a future is ready.
 *
 * The future becomes a task like any other, which polls what lives with the
 * caller. Then it waits for that task. In a current-thread runtime it runs the
 * loop while it waits, if no other thread does, or as soon as that is done.
 */
#include <errno.h>
#include <stdio.h>

#include "base/panic.h"
#include "sched/core.h"

/* ---- the task ---- */

/* It awaits the caller's future from the begin, and is dropped with it. */
static enum rt_poll root_poll(struct rt_future *future, struct rt_context *cx)
{
    return rt_future_poll(future->awaiting, cx);
}

static const struct rt_future_ops root_ops = {
    .poll = root_poll,
    .name = "block_on",
};

/* ---- whose turn it is ---- */

static bool take_turn_locked(struct rt_runtime *runtime)
{
    if (rt_core_is_multi(runtime) || runtime->is_driven) {
        return false;
    }
    /* Before it looks at what is injected: who comes later interrupts it. */
    atomic_store(&runtime->is_driven, true);
    runtime->outer = rt_core_worker;
    rt_core_worker = &runtime->workers[0];
    return true;
}

bool rt_core_take_turn(struct rt_runtime *runtime)
{
    bool is_ours;

    pthread_mutex_lock(&runtime->turn_lock);
    is_ours = take_turn_locked(runtime);
    pthread_mutex_unlock(&runtime->turn_lock);
    return is_ours;
}

void rt_core_end_turn(struct rt_runtime *runtime)
{
    pthread_mutex_lock(&runtime->turn_lock);
    rt_core_worker = runtime->outer;
    atomic_store(&runtime->is_driven, false);
    pthread_cond_broadcast(&runtime->turn_changed);
    pthread_mutex_unlock(&runtime->turn_lock);
}

/* ---- the waker of those who wait: the task is complete ---- */

static void wake_waiting(void *data)
{
    struct rt_runtime *runtime = data;

    pthread_mutex_lock(&runtime->turn_lock);
    pthread_cond_broadcast(&runtime->turn_changed);
    pthread_mutex_unlock(&runtime->turn_lock);
}

static const struct rt_waker_ops waiting_ops = {
    .clone = rt_waker_nothing,
    .wake = wake_waiting,
    .drop = rt_waker_nothing,
};

static void wait_until_complete(struct rt_runtime *runtime,
                                struct rt_task *task)
{
    struct rt_waker waker = {&waiting_ops, runtime};
    bool is_ours = rt_core_take_turn(runtime);

    if (!is_ours && !rt_task_poll_join(task, &waker)) {
        pthread_mutex_lock(&runtime->turn_lock);
        while (!rt_task_is_complete(task) &&
               !(is_ours = take_turn_locked(runtime))) {
            pthread_cond_wait(&runtime->turn_changed, &runtime->turn_lock);
        }
        pthread_mutex_unlock(&runtime->turn_lock);
    }
    if (is_ours) {
        /* While nobody ran the loop, nobody was told of these. */
        rt_core_take_injected(&runtime->workers[0]);
        rt_core_drive(&runtime->workers[0], task);
        rt_core_end_turn(runtime);
    }
}

bool rt_core_is_inside_task(void)
{
    return rt_task_current() != NULL;
}

void rt_core_say_task(char *text, size_t size)
{
    const struct rt_task *task = rt_task_current();

    if (task) {
        snprintf(text, size, " (in task %u, '%s')", task->id,
                 rt_task_name(task));
    }
}

static int run_root(struct rt_runtime *runtime, struct rt_future *root)
{
    struct rt_spawned spawned =
        rt_core_spawn(runtime, "main", root, sizeof(*root));
    int result = spawned.error;

    if (!result) {
        wait_until_complete(runtime, spawned.task);
        result = rt_task_is_cancelled(spawned.task) ? -ECANCELED : 0;
        rt_task_unref(spawned.task);
    }
    return result;
}

int rt_block_on(struct rt_runtime *runtime, struct rt_future *future)
{
    struct rt_future root = {.ops = &root_ops, .awaiting = future};
    struct rt_runtime *outer;
    int result;

    if (rt_core_is_inside_task()) {
        rt_panic("block-on-inside-task",
                 "rt_block_on('%s') from inside a task would stop all others",
                 rt_future_name(future));
    }
    outer = rt_enter(runtime);
    rt_core_ref(runtime); /* for the waker; the runtime may be shut down */
    result = run_root(runtime, &root);
    rt_enter(outer);
    rt_core_unref(runtime);
    return result;
}
