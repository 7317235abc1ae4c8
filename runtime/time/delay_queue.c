#include "time/delay_queue.h"

#include <sched.h>

#include "base/memory.h"
#include "time/duration.h"

static struct rt_delay_queue_next *next_of(struct rt_future *future)
{
    return (struct rt_delay_queue_next *)(void *)future;
}

/* ---- the waker that a timer calls: it wakes no task, it moves a thing ---- */

static void nothing(void *data)
{
    (void)data;
}

static void expire(void *data)
{
    struct rt_delayed *item = data;
    struct rt_delay_queue *queue = item->queue;
    struct rt_waker waker;

    rt_lock_acquire(&queue->lock);
    rt_list_push_back(&queue->expired, &item->node);
    item->is_expired = true;
    waker = queue->waker;
    queue->waker = RT_NO_WAKER;
    rt_lock_release(&queue->lock);
    rt_waker_wake(&waker);
}

static const struct rt_waker_ops item_ops = {nothing, expire, expire, nothing};

/* ---- inserting and removing ---- */

void rt_delay_queue_init(struct rt_delay_queue *queue)
{
    *queue = (struct rt_delay_queue){.count = 0};
    rt_list_init(&queue->expired);
}

static void arm(struct rt_delayed *item, uint64_t duration)
{
    uint64_t deadline = rt_duration_add(
        rt_clock_now(rt_runtime_clock(item->runtime)), duration);
    struct rt_waker waker = {&item_ops, item};

    switch (rt_wheel_arm(rt_runtime_wheel(item->runtime), &item->timer,
                         rt_wheel_tick_of(deadline), &waker)) {
    case RT_ARMED_DUE:
        expire(item);
        break;
    case RT_ARMED_NOW:
        rt_driver_interrupt(rt_runtime_driver(item->runtime));
        break;
    case RT_ARMED:
        break;
    }
}

void rt_delay_queue_insert(struct rt_delay_queue *queue,
                           struct rt_delayed *item, uint64_t duration)
{
    item->queue = queue;
    item->runtime = rt_current_or_panic("rt_delay_queue_insert");
    queue->count++;
    arm(item, duration);
}

/* Takes an expired thing off the list. False: it has not got there. */
static bool take_expired(struct rt_delayed *item)
{
    bool is_expired;

    rt_lock_acquire(&item->queue->lock);
    is_expired = item->is_expired;
    if (is_expired) {
        rt_list_remove(&item->node);
        item->is_expired = false;
    }
    rt_lock_release(&item->queue->lock);
    return is_expired;
}

/* Neither armed nor expired afterwards. */
static void disarm(struct rt_delayed *item)
{
    struct rt_waker waker =
        rt_wheel_disarm(rt_runtime_wheel(item->runtime), &item->timer);

    if (waker.ops) {
        return;
    }
    /* It has fired: another thread may be on its way to the list with it. */
    while (!take_expired(item)) {
        sched_yield();
    }
}

bool rt_delay_queue_remove(struct rt_delayed *item)
{
    if (!item->queue) {
        return false;
    }
    disarm(item);
    item->queue->count--;
    item->queue = NULL;
    return true;
}

void rt_delay_queue_reset(struct rt_delayed *item, uint64_t duration)
{
    disarm(item);
    arm(item, duration);
}

/* ---- taking out ---- */

/* The first expired thing; if there is none, the waker is left. */
static struct rt_delayed *first_expired(struct rt_delay_queue *queue,
                                        const struct rt_waker *waker)
{
    struct rt_waker old = RT_NO_WAKER;
    struct rt_delayed *item = NULL;
    struct rt_list *node;

    rt_lock_acquire(&queue->lock);
    node = rt_list_pop_front(&queue->expired);
    if (node) {
        item = RT_CONTAINER_OF(node, struct rt_delayed, node);
        item->is_expired = false;
    } else {
        old = queue->waker;
        queue->waker = rt_waker_clone(waker);
    }
    rt_lock_release(&queue->lock);
    rt_waker_drop(&old);
    return item;
}

static enum rt_poll next_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_delay_queue_next *next = next_of(future);
    struct rt_delay_queue *queue = next->queue;

    if (queue->count == 0) {
        return RT_READY;
    }
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    next->item = first_expired(queue, cx->waker);
    if (!next->item) {
        return RT_PENDING;
    }
    next->item->queue = NULL;
    queue->count--;
    return RT_READY;
}

static void next_drop(struct rt_future *future)
{
    struct rt_delay_queue *queue = next_of(future)->queue;
    struct rt_waker waker;

    rt_lock_acquire(&queue->lock);
    waker = queue->waker;
    queue->waker = RT_NO_WAKER;
    rt_lock_release(&queue->lock);
    rt_waker_drop(&waker);
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
