/*
 * Receiving: a value, or the end.
 */
#include <errno.h>

#include "sync/mpsc_core.h"
#include "sync/thread.h"

/* Will anything come? Not if nobody can send, or holds a place, any more. */
static bool is_at_end_locked(const struct rt_mpsc *channel)
{
    if (channel->senders == 0) {
        return true;
    }
    return channel->is_closed &&
           (channel->capacity == RT_MPSC_UNBOUNDED ||
            rt_semaphore_available(&channel->room) == channel->capacity);
}

/* 0, -EAGAIN or -EPIPE. */
static int receive_locked(struct rt_mpsc *channel, void *value)
{
    if (channel->values.length == 0) {
        return is_at_end_locked(channel) ? -EPIPE : -EAGAIN;
    }
    rt_ring_pop(&channel->values, value);
    return 0;
}

/* The same; leaves the waker, if there is one, when it must wait. */
static int receive(struct rt_mpsc *channel, void *value,
                   const struct rt_waker *waker)
{
    struct rt_waker stale = RT_NO_WAKER;
    int result;

    rt_lock_acquire(&channel->lock);
    result = receive_locked(channel, value);
    if (waker && result == -EAGAIN) {
        rt_waker_store(&channel->receiver, waker);
    } else if (waker) {
        stale = rt_mpsc_take_receiver_locked(channel);
    }
    rt_lock_release(&channel->lock);
    rt_waker_drop(&stale);
    if (result == 0 && channel->capacity != RT_MPSC_UNBOUNDED) {
        rt_semaphore_release(&channel->room, 1);
    }
    return result;
}

int rt_mpsc_try_receive(struct rt_mpsc_receiver *receiver, void *value)
{
    return receive(receiver->channel, value, NULL);
}

static struct rt_mpsc_receive *receive_of(struct rt_future *future)
{
    return (struct rt_mpsc_receive *)(void *)future;
}

static enum rt_poll receive_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_mpsc_receive *self = receive_of(future);

    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    self->result = receive(self->channel, self->value, cx->waker);
    self->is_waiting = self->result == -EAGAIN;
    return self->is_waiting ? RT_PENDING : RT_READY;
}

static void receive_drop(struct rt_future *future)
{
    struct rt_mpsc *channel = receive_of(future)->channel;
    struct rt_waker waker;

    if (!receive_of(future)->is_waiting) {
        return;
    }
    rt_lock_acquire(&channel->lock);
    waker = rt_mpsc_take_receiver_locked(channel);
    rt_lock_release(&channel->lock);
    rt_waker_drop(&waker);
}

static const struct rt_future_ops receive_ops = {
    .poll = receive_poll,
    .drop = receive_drop,
    .name = "mpsc receive",
};

struct rt_mpsc_receive rt_mpsc_receive(struct rt_mpsc_receiver *receiver,
                                       void *value)
{
    return (struct rt_mpsc_receive){
        .future = RT_FUTURE(&receive_ops),
        .channel = receiver->channel,
        .value = value,
    };
}

int rt_mpsc_blocking_receive(struct rt_mpsc_receiver *receiver, void *value)
{
    struct rt_mpsc_receive receive = rt_mpsc_receive(receiver, value);
    int error = rt_thread_block_on(&receive.future);

    return error ? error : receive.result;
}

size_t rt_mpsc_length(const struct rt_mpsc_receiver *receiver)
{
    size_t length;

    rt_lock_acquire(&receiver->channel->lock);
    length = receiver->channel->values.length;
    rt_lock_release(&receiver->channel->lock);
    return length;
}

void rt_mpsc_close(struct rt_mpsc_receiver *receiver)
{
    rt_lock_acquire(&receiver->channel->lock);
    receiver->channel->is_closed = true;
    rt_lock_release(&receiver->channel->lock);
    rt_semaphore_close(&receiver->channel->room);
}

/* The ring is taken away first: drop is the user's, and may come back. */
static void drop_values(struct rt_mpsc *channel)
{
    struct rt_ring values;

    rt_lock_acquire(&channel->lock);
    values = channel->values;
    channel->values = (struct rt_ring){.size = values.size};
    rt_lock_release(&channel->lock);
    rt_ring_drain(&values, channel->drop);
}

void rt_mpsc_receiver_drop(struct rt_mpsc_receiver *receiver)
{
    if (receiver->channel) {
        rt_mpsc_close(receiver);
        drop_values(receiver->channel);
        rt_mpsc_leave(receiver->channel, 0);
        receiver->channel = NULL;
    }
}
