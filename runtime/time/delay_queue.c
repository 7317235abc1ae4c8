#include "time/delay_queue.h"

#include "future/async.h"

/* ---- the waker of a timer: it wakes no task, it moves a thing ---- */

static void nothing(void *data)
{
    (void)data;
}

static void expire(void *data)
{
    struct rt_delayed *item = data;

    rt_list_push_back(&item->queue->expired, &item->timer.node);
}

static const struct rt_waker_ops item_ops = {nothing, expire, expire, nothing};

/* ---- inserting and removing ---- */

void rt_delay_queue_init(struct rt_delay_queue *queue)
{
    queue->count = 0;
    rt_wheel_init(&queue->wheel);
    rt_list_init(&queue->expired);
}

void rt_delay_queue_insert(struct rt_delay_queue *queue,
                           struct rt_delayed *item, uint64_t duration)
{
    struct rt_waker waker = {&item_ops, item};

    queue->count++;
    item->queue = queue;
    item->timer.deadline = rt_duration_add(rt_now(), duration);
    if (rt_wheel_arm(&queue->wheel, &item->timer, &waker) == RT_ARMED_DUE) {
        expire(item);
    }
}

bool rt_delay_queue_remove(struct rt_delayed *item)
{
    struct rt_delay_queue *queue = item->queue;

    if (!queue) {
        return false;
    }
    if (!rt_wheel_disarm(&queue->wheel, &item->timer).ops) {
        rt_list_remove(&item->timer.node); /* it has expired */
    }
    queue->count--;
    item->queue = NULL;
    return true;
}

void rt_delay_queue_reset(struct rt_delayed *item, uint64_t duration)
{
    struct rt_delay_queue *queue = item->queue;

    rt_delay_queue_remove(item);
    rt_delay_queue_insert(queue, item, duration);
}

/* ---- taking out ---- */

/* The first thing that has expired, or NULL. */
static struct rt_delayed *first_expired(struct rt_delay_queue *queue)
{
    struct rt_list *first;

    rt_wheel_advance(&queue->wheel, rt_now());
    first = queue->expired.next;
    return first == &queue->expired
               ? NULL
               : RT_CONTAINER_OF(first, struct rt_delayed, timer.node);
}

static enum rt_poll next_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_delay_queue_next *self =
        RT_SELF(future, struct rt_delay_queue_next);
    struct rt_delay_queue *queue = self->queue;

    if (queue->count == 0) {
        return RT_READY;
    }
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    while (!(self->item = first_expired(queue))) {
        rt_sleep_reset(&self->sleep, rt_wheel_await(&queue->wheel));
        if (!rt_sleep_is_over(&self->sleep, cx)) {
            return RT_PENDING;
        }
    }
    rt_delay_queue_remove(self->item);
    return RT_READY;
}

static void next_drop(struct rt_future *future)
{
    rt_future_drop(&RT_SELF(future, struct rt_delay_queue_next)->sleep.future);
}

static const struct rt_future_ops next_ops = {
    .poll = next_poll,
    .drop = next_drop,
    .name = "delay queue",
};

struct rt_delay_queue_next rt_delay_queue_next(struct rt_delay_queue *queue)
{
    return (struct rt_delay_queue_next){
        .future = RT_FUTURE(&next_ops),
        .queue = queue,
    };
}
