/*
 * Deque: the tasks that one worker is to run; the others may steal them.
 *
 * A ring of fixed size. Its worker pushes at the tail and pops at the head;
 * a thief takes half of what is there, from the head, into a deque of its
 * own. The head has two numbers in one word: `real`, where the next task is
 * taken, and `steal`, which stays behind it while a thief copies. So there is
 * one thief at a time, and the worker never overwrites what a thief has yet
 * to read. The algorithm is that of Tokio's run queue (queue.rs), after the
 * one of Go's scheduler.
 *
 * Each entry owns one reference to its task.
 */
#ifndef RT_SCHED_DEQUE_H
#define RT_SCHED_DEQUE_H

#include <stdatomic.h>
#include <stdint.h>

#include "sched/queue.h"

enum { RT_DEQUE_SIZE = 256 };

struct rt_deque {
    _Atomic uint64_t head; /* steal in the high half, real in the low one */
    _Atomic uint32_t tail; /* written by its worker only */
    struct rt_task *slots[RT_DEQUE_SIZE];
};

/*
 * Adds a task at the tail; only the deque's worker. When there is no room, the
 * task and half of what is there go to the queue overflow, which the caller
 * hands on to all workers.
 */
void rt_deque_push(struct rt_deque *deque, struct rt_task *task,
                   struct rt_queue *overflow);

/* Takes the task at the head, or NULL; only the deque's worker. */
struct rt_task *rt_deque_pop(struct rt_deque *deque);

/*
 * Takes half of the victim's tasks, rounded up: returns one and puts the
 * others into own, the deque of the calling worker. NULL: there are none, or
 * another thief is at work, or own is more than half full.
 */
struct rt_task *rt_deque_steal(struct rt_deque *victim, struct rt_deque *own);

/* How many tasks there are; any thread. It may be past by the return. */
uint32_t rt_deque_length(const struct rt_deque *deque);

#endif
