#include "sched/inject.h"

void rt_inject_init(struct rt_inject *inject)
{
    pthread_mutex_init(&inject->lock, NULL);
}

void rt_inject_deinit(struct rt_inject *inject)
{
    pthread_mutex_destroy(&inject->lock);
}

bool rt_inject_begin(struct rt_inject *inject)
{
    pthread_mutex_lock(&inject->lock);
    if (inject->is_closed) {
        pthread_mutex_unlock(&inject->lock);
        return false;
    }
    return true;
}

void rt_inject_end(struct rt_inject *inject)
{
    pthread_mutex_unlock(&inject->lock);
}

static void set_length_locked(struct rt_inject *inject)
{
    atomic_store_explicit(&inject->length, inject->queue.length,
                          memory_order_release);
}

void rt_inject_push_locked(struct rt_inject *inject, struct rt_queue *tasks)
{
    rt_queue_append(&inject->queue, tasks);
    set_length_locked(inject);
}

struct rt_queue rt_inject_take(struct rt_inject *inject, uint32_t most)
{
    struct rt_queue taken = {0};
    struct rt_task *task;

    if (rt_inject_length(inject) == 0) {
        return taken;
    }
    pthread_mutex_lock(&inject->lock);
    while (taken.length < most && (task = rt_queue_pop(&inject->queue))) {
        rt_queue_push(&taken, task);
    }
    set_length_locked(inject);
    pthread_mutex_unlock(&inject->lock);
    return taken;
}

void rt_inject_close(struct rt_inject *inject)
{
    pthread_mutex_lock(&inject->lock);
    inject->is_closed = true;
    pthread_mutex_unlock(&inject->lock);
}
