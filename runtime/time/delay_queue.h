/*
 * Delay queue: things that come out one by one, each when its time has come.
 *
 *     rt_delay_queue_init(&self->queue);
 *     rt_delay_queue_insert(&self->queue, &session->delayed, RT_SECONDS(30));
 *     ...
 *     self->next = rt_delay_queue_next(&self->queue);
 *     RT_AWAIT(self->next);
 *     session = RT_CONTAINER_OF(self->next.item, struct session, delayed);
 *
 * A thing has a struct rt_delayed in it, so that nothing is allocated; it
 * stays where it is while it is in the queue, and is removed before it or the
 * queue goes away. The queue has a timer wheel of its own (8 KiB), so that
 * inserting and removing take constant time.
 *
 * Threads: one task at a time inserts, removes and takes out.
 */
#ifndef RT_TIME_DELAY_QUEUE_H
#define RT_TIME_DELAY_QUEUE_H

#include "time/sleep.h"

struct rt_delay_queue {
    size_t count; /* things in the queue, expired ones too */
    struct rt_wheel wheel;
    struct rt_list expired;
};

/* Zero at first. */
struct rt_delayed {
    struct rt_timer timer;        /* when it has fired: its node in expired */
    struct rt_delay_queue *queue; /* borrowed; NULL: in none */
};

struct rt_delay_queue_next {
    struct rt_future future;
    struct rt_delay_queue *queue; /* borrowed */
    struct rt_sleep sleep;        /* until the wheel has work */
    struct rt_delayed *item; /* when ready: taken out; NULL: queue is empty */
};

/* An empty queue. Nothing to deinit, once its things are removed. */
void rt_delay_queue_init(struct rt_delay_queue *queue);

/*
 * Puts a thing in that is in no queue, to come out after duration ns. Who
 * waits for the next one meanwhile, waits anew, or polls again.
 */
void rt_delay_queue_insert(struct rt_delay_queue *queue,
                           struct rt_delayed *item, uint64_t duration);

/* Takes a thing out before its time. False: it was in no queue. */
bool rt_delay_queue_remove(struct rt_delayed *item);

/* Gives a thing that is in the queue a new time: duration ns from now. */
void rt_delay_queue_reset(struct rt_delayed *item, uint64_t duration);

/* Waits for the next thing; things of one millisecond come in any order. */
struct rt_delay_queue_next rt_delay_queue_next(struct rt_delay_queue *queue);

#endif
