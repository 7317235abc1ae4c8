/*
 * Task tracker: knows how many of its tasks still live, and waits for none.
 *
 *     rt_tracker_init(&self->clients);                  once
 *     RT_TRACK(&self->clients, echo(stream));           for each
 *     self->all_gone = rt_tracker_wait(&self->clients); at the end
 *     RT_AWAIT(self->all_gone);
 *
 * It is a join set that keeps no results. The tracker must stay in its place
 * until its last task is over; it is enough that it lives in the frame of a
 * task that waits for it, or outside of the runtime. Any thread may spawn and
 * wait.
 */
#ifndef RT_TASK_TRACKER_H
#define RT_TASK_TRACKER_H

#include "task/join_set.h"

struct rt_tracker {
    struct rt_join_set tasks;
};

/* A future that is ready when no tracked task lives. */
struct rt_tracker_wait {
    union {
        struct rt_future future;
        struct rt_join_set_next none; /* that very future */
    };
};

/* Tracks no tasks yet; to be deinited. */
static inline void rt_tracker_init(struct rt_tracker *tracker)
{
    rt_join_set_init(&tracker->tasks);
    tracker->tasks.only_counts = true;
}

/*
 * The tracker goes away before its tasks: they are tracked no longer. For the
 * drop of the frame that holds the tracker; waiters must be gone. Harmless on
 * zero bytes, when the frame is dropped before the init.
 */
static inline void rt_tracker_deinit(struct rt_tracker *tracker)
{
    rt_join_set_detach_all(&tracker->tasks);
}

/* Spawns a tracked, detached task. 0; or -ENOMEM, and the frame is dropped. */
static inline int rt_tracker_spawn(struct rt_tracker *tracker,
                                   struct rt_future *frame, size_t frame_size)
{
    return rt_join_set_spawn(&tracker->tasks, frame, frame_size);
}

#define RT_TRACK(tracker, ...)                                                 \
    rt_tracker_spawn((tracker), RT_FRAME(__VA_ARGS__), sizeof(__VA_ARGS__))

/* How many tracked tasks live. */
static inline size_t rt_tracker_count(struct rt_tracker *tracker)
{
    return rt_join_set_count(&tracker->tasks);
}

/* Waits for the tracker (borrowed). */
static inline struct rt_tracker_wait rt_tracker_wait(struct rt_tracker *tracker)
{
    struct rt_tracker_wait wait;

    wait.none = rt_join_set_next(&tracker->tasks, NULL, 0);
    return wait;
}

#endif
