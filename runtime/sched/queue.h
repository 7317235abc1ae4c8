/*
 * Run queue: tasks that are ready, first in, first out.
 *
 * Linked through the tasks themselves, so that queueing can't fail. Not
 * locked. Each entry owns one reference to its task.
 */
#ifndef RT_SCHED_QUEUE_H
#define RT_SCHED_QUEUE_H

#include "task/task.h"

struct rt_queue {
    struct rt_task *first; /* NULL: empty */
    struct rt_task *last;  /* when it is not empty */
    uint32_t length;
};

static inline void rt_queue_push(struct rt_queue *queue, struct rt_task *task)
{
    task->queue_next = NULL;
    if (queue->first) {
        queue->last->queue_next = task;
    } else {
        queue->first = task;
    }
    queue->last = task;
    queue->length++;
}

/* Takes out and returns the first task, or NULL. */
static inline struct rt_task *rt_queue_pop(struct rt_queue *queue)
{
    struct rt_task *task = queue->first;

    if (task) {
        queue->first = task->queue_next;
        queue->length--;
    }
    return task;
}

/* Moves all tasks of more, in their order, behind the others. */
static inline void rt_queue_append(struct rt_queue *queue,
                                   struct rt_queue *more)
{
    if (!more->first) {
        return;
    }
    if (queue->first) {
        queue->last->queue_next = more->first;
    } else {
        queue->first = more->first;
    }
    queue->last = more->last;
    queue->length += more->length;
    *more = (struct rt_queue){0};
}

/* Moves so many tasks from the front to the back, in their order. */
static inline void rt_queue_rotate(struct rt_queue *queue, uint32_t count)
{
    struct rt_task *task;

    while (count-- > 0 && (task = rt_queue_pop(queue))) {
        rt_queue_push(queue, task);
    }
}

#endif
