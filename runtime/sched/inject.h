/*
 * Injection queue: tasks for whoever comes first.
 *
 * What other threads wake and spawn goes here, and what does not fit into a
 * worker's deque. It can be closed: then it takes nothing any more.
 */
#ifndef RT_SCHED_INJECT_H
#define RT_SCHED_INJECT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "sched/queue.h"

struct rt_inject {
    _Atomic uint32_t length; /* written under the lock; a hint without it, so
                                that it is rarely taken */
    pthread_mutex_t lock;    /* guards what follows */
    bool is_closed;
    struct rt_queue queue;
};

void rt_inject_init(struct rt_inject *inject);
void rt_inject_deinit(struct rt_inject *inject);

/*
 * Locks the queue; false, and not locked, when it is closed. Between the two
 * calls the runtime can't go away, which a wake on a foreign thread needs.
 */
bool rt_inject_begin(struct rt_inject *inject);
void rt_inject_push_locked(struct rt_inject *inject, struct rt_queue *tasks);
void rt_inject_end(struct rt_inject *inject);

/* Takes up to most tasks from the front. */
struct rt_queue rt_inject_take(struct rt_inject *inject, uint32_t most);

void rt_inject_close(struct rt_inject *inject);

static inline uint32_t rt_inject_length(const struct rt_inject *inject)
{
    return atomic_load_explicit(&inject->length, memory_order_acquire);
}

#endif
