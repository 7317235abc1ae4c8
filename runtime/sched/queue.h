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
    struct rt_task *first;
    struct rt_task *last;
    uint32_t length;
};

static inline void rt_queue_push(struct rt_queue *queue, struct rt_task *task)
{
    task->queue_next = NULL;
    if (queue->last) {
        queue->last->queue_next = task;
    } else {
        queue->first = task;
    }
    queue->last = task;
    queue->length++;
}

/* Takes out the task at the place: 0 is the first. It must exist. */
static inline struct rt_task *rt_queue_take(struct rt_queue *queue,
                                            uint32_t place)
{
    struct rt_task *before = NULL;
    struct rt_task *task = queue->first;

    for (; place > 0; place--) {
        before = task;
        task = task->queue_next;
    }
    if (before) {
        before->queue_next = task->queue_next;
    } else {
        queue->first = task->queue_next;
    }
    if (queue->last == task) {
        queue->last = before;
    }
    queue->length--;
    return task;
}

#endif
