/*
 * Local set: tasks that never run at the same time, nor on two threads.
 *
 * In a multi-thread runtime any task may run beside any other. The tasks of a
 * set are polled one after another, by whoever polls the set, so what only
 * they use needs no lock. The set is a future: it is ready when all its tasks
 * are over. Dropping it cancels them.
 *
 *     error = rt_local_set_init(&self->set);
 *     self->a = RT_SPAWN_LOCAL(&self->set, first(&self->shared));
 *     self->b = RT_SPAWN_LOCAL(&self->set, second(&self->shared));
 *     RT_AWAIT(self->set);
 *
 * It is also the smallest executor of tasks that there is: a queue, and what
 * a task's owner must do (task/task.h). For a set that stays on one thread,
 * give it to rt_thread_block_on, or await it in a current-thread runtime.
 */
#ifndef RT_TASK_LOCAL_SET_H
#define RT_TASK_LOCAL_SET_H

#include "sched/runtime.h"

struct rt_local_executor; /* private: shared with the tasks' wakers */

struct rt_local_set {
    struct rt_future future;
    struct rt_local_executor *executor; /* owned */
};

/* 0, or -ENOMEM. */
int rt_local_set_init(struct rt_local_set *set);

/*
 * Spawns a task into the set: by its owner before the first poll, or by a
 * task of the set. Like rt_spawn otherwise.
 */
struct rt_join_handle rt_spawn_local(struct rt_local_set *set,
                                     struct rt_future *frame, size_t frame_size)
    __attribute__((warn_unused_result));

#define RT_SPAWN_LOCAL(set, ...)                                               \
    rt_spawn_local((set), RT_FRAME(__VA_ARGS__), sizeof(__VA_ARGS__))

#endif
