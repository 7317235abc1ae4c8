/*
 * Join set: tasks that belong together, heard of in the order of their ends.
 *
 *     rt_join_set_init(&self->set);                         once
 *     RT_JOIN_SET_SPAWN(&self->set, fetch(url));            for each
 *     self->next = rt_join_set_next(&self->set, &self->fetched,
 *                                   sizeof(self->fetched));
 *     RT_AWAIT(self->next);
 *     ... self->next.result, and the frame in self->fetched; and again, until
 *     the result is -ECHILD: no task is left
 *     rt_join_set_deinit(&self->set);       in the drop of the frame
 *
 * The set stays in its place while it has tasks. It is used by one thread at
 * a time; its tasks may end on any thread.
 */
#ifndef RT_TASK_JOIN_SET_H
#define RT_TASK_JOIN_SET_H

#include "sched/runtime.h"
#include "sync/waiters.h"

struct rt_join_set_member; /* private */

struct rt_join_set {
    bool only_counts;          /* keeps no results: for the tracker */
    struct rt_waiters waiters; /* its lock guards the rest */
    size_t count;              /* tasks whose end was not reported yet */
    struct rt_list running;    /* a member for each task */
    struct rt_list ended;      /* members, in the order of their ends */
};

struct rt_join_set_next {
    union {
        struct rt_future future;
        struct rt_wait wait;
    };
    void *into;       /* borrowed: see rt_join_set_next; or NULL */
    size_t into_size; /* bytes */
    struct rt_join_set_member *member; /* owned: that it found; or NULL */
    int result; /* when ready: 0, a task ran to its end; -ECANCELED, one was
                   aborted; -ECHILD, there is none */
};

/* An empty set, to be deinited. */
void rt_join_set_init(struct rt_join_set *set);

/*
 * Aborts the tasks that are left and forgets them, waiting for nothing. Who
 * waits for the next one must be gone. Harmless on zero bytes.
 */
void rt_join_set_deinit(struct rt_join_set *set);

/* Spawns a task into the set. 0; or -ENOMEM, and the frame is dropped. */
int rt_join_set_spawn(struct rt_join_set *set, struct rt_future *frame,
                      size_t frame_size);

#define RT_JOIN_SET_SPAWN(set, ...)                                            \
    rt_join_set_spawn((set), RT_FRAME(__VA_ARGS__), sizeof(__VA_ARGS__))

/* How many tasks' ends were not reported yet. */
size_t rt_join_set_count(struct rt_join_set *set);

/*
 * A future for the end of the next task. The finished frame is copied into
 * the place of so many bytes, the size of that frame; or nowhere, if NULL. A
 * dropped one loses no result.
 */
struct rt_join_set_next rt_join_set_next(struct rt_join_set *set, void *into,
                                         size_t into_size);

/* Asks all tasks to end; each end is still reported. */
void rt_join_set_abort_all(struct rt_join_set *set);

/* The tasks run on, and the set is empty. */
void rt_join_set_detach_all(struct rt_join_set *set);

#endif
