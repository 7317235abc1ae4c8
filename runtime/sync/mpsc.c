/*
 * The ends of a channel: made, cloned, dropped.
 */
#include <errno.h>

#include "base/memory.h"
#include "sync/mpsc_core.h"

/* ---- making and freeing ---- */

static void destroy(struct rt_mpsc *channel)
{
    rt_ring_drain(&channel->values, channel->drop);
    rt_free(channel, sizeof(*channel));
}

int rt_mpsc_create(size_t size, uint32_t capacity,
                   struct rt_mpsc_sender *sender,
                   struct rt_mpsc_receiver *receiver)
{
    struct rt_mpsc *channel = rt_alloc(sizeof(*channel));

    if (!channel) {
        return -ENOMEM;
    }
    rt_semaphore_init(&channel->room, capacity);
    channel->capacity = capacity;
    channel->values.size = size;
    channel->references = 2;
    channel->senders = 1;
    *sender = (struct rt_mpsc_sender){channel};
    *receiver = (struct rt_mpsc_receiver){channel};
    return 0;
}

void rt_mpsc_on_drop(struct rt_mpsc_receiver *receiver,
                     void (*drop)(void *value))
{
    receiver->channel->drop = drop;
}

void rt_mpsc_leave(struct rt_mpsc *channel, uint32_t senders)
{
    struct rt_waker wake = RT_NO_WAKER;
    bool is_last;

    rt_lock_acquire(&channel->lock);
    channel->senders -= senders;
    if (channel->senders == 0) {
        wake = rt_mpsc_take_receiver_locked(channel);
    }
    is_last = --channel->references == 0;
    rt_lock_release(&channel->lock);
    rt_waker_wake(&wake);
    if (is_last) {
        destroy(channel);
    }
}

static void join(struct rt_mpsc *channel, uint32_t senders)
{
    rt_lock_acquire(&channel->lock);
    channel->references++;
    channel->senders += senders;
    rt_lock_release(&channel->lock);
}

/* ---- senders ---- */

struct rt_mpsc_sender rt_mpsc_sender_clone(const struct rt_mpsc_sender *sender)
{
    join(sender->channel, 1);
    return *sender;
}

void rt_mpsc_sender_drop(struct rt_mpsc_sender *sender)
{
    if (sender->channel) {
        rt_mpsc_leave(sender->channel, 1);
        sender->channel = NULL;
    }
}

struct rt_mpsc_weak_sender
rt_mpsc_downgrade(const struct rt_mpsc_sender *sender)
{
    join(sender->channel, 0);
    return (struct rt_mpsc_weak_sender){sender->channel};
}

bool rt_mpsc_upgrade(const struct rt_mpsc_weak_sender *weak,
                     struct rt_mpsc_sender *sender)
{
    struct rt_mpsc *channel = weak->channel;
    bool is_open;

    rt_lock_acquire(&channel->lock);
    is_open = channel->senders > 0;
    if (is_open) {
        channel->senders++;
        channel->references++;
        sender->channel = channel;
    }
    rt_lock_release(&channel->lock);
    return is_open;
}

void rt_mpsc_weak_sender_drop(struct rt_mpsc_weak_sender *weak)
{
    if (weak->channel) {
        rt_mpsc_leave(weak->channel, 0);
        weak->channel = NULL;
    }
}

bool rt_mpsc_is_closed(const struct rt_mpsc_sender *sender)
{
    bool is_closed;

    rt_lock_acquire(&sender->channel->lock);
    is_closed = sender->channel->is_closed;
    rt_lock_release(&sender->channel->lock);
    return is_closed;
}
