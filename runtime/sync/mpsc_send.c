/*
 * Sending: first a place, then the value.
 */
#include <errno.h>

#include "sync/mpsc_core.h"
#include "sync/thread.h"

/*
 * Puts the value into the ring. A bounded channel has a place for it, also
 * after the close. An unbounded one has not: it is closed or not in the same
 * moment in which the value is put, or the receiver would miss it.
 */
static int push(struct rt_mpsc *channel, const void *value)
{
    struct rt_waker wake = RT_NO_WAKER;
    int result = 0;

    rt_lock_acquire(&channel->lock);
    if (channel->is_closed && channel->capacity == RT_MPSC_UNBOUNDED) {
        result = -EPIPE;
    } else if (!rt_ring_push(&channel->values, value)) {
        result = -ENOMEM;
    } else {
        wake = rt_mpsc_take_receiver_locked(channel);
    }
    rt_lock_release(&channel->lock);
    rt_waker_wake(&wake);
    return result;
}

/* Gives a place back; after a close the receiver may wait for just that. */
static void give_back(struct rt_mpsc *channel)
{
    struct rt_waker wake = RT_NO_WAKER;

    rt_semaphore_release(&channel->room, 1);
    rt_lock_acquire(&channel->lock);
    if (channel->is_closed) {
        wake = rt_mpsc_take_receiver_locked(channel);
    }
    rt_lock_release(&channel->lock);
    rt_waker_wake(&wake);
}

int rt_mpsc_try_send(struct rt_mpsc_sender *sender, const void *value)
{
    struct rt_mpsc *channel = sender->channel;
    int error = 0;

    if (channel->capacity != RT_MPSC_UNBOUNDED) {
        error = rt_semaphore_try_acquire(&channel->room, 1);
    }
    return error ? error : rt_mpsc_send_reserved(sender, value);
}

int rt_mpsc_send_reserved(struct rt_mpsc_sender *sender, const void *value)
{
    struct rt_mpsc *channel = sender->channel;
    int error = push(channel, value);

    if (error && channel->capacity != RT_MPSC_UNBOUNDED) {
        give_back(channel);
    }
    return error;
}

void rt_mpsc_unreserve(struct rt_mpsc_sender *sender)
{
    give_back(sender->channel);
}

struct rt_acquire rt_mpsc_reserve(struct rt_mpsc_sender *sender)
{
    return rt_semaphore_acquire(&sender->channel->room, 1);
}

static struct rt_mpsc_send *send_of(struct rt_future *future)
{
    return (struct rt_mpsc_send *)(void *)future;
}

/* The place is there, or there won't be one. */
static void finish_send(struct rt_mpsc_send *send,
                        struct rt_mpsc_sender *sender)
{
    send->result = send->room.result;
    if (send->result == 0) {
        send->result = rt_mpsc_send_reserved(sender, send->value);
    }
}

/* First without an acquire: mostly there is room. */
static enum rt_poll send_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_mpsc_send *send = send_of(future);
    struct rt_mpsc_sender sender = {send->channel};

    if (!send->is_waiting) {
        if (send->channel->capacity != RT_MPSC_UNBOUNDED &&
            !rt_budget_spend(cx)) {
            return RT_PENDING;
        }
        send->result = rt_mpsc_try_send(&sender, send->value);
        if (send->result != -EAGAIN) {
            return RT_READY;
        }
        send->room = rt_mpsc_reserve(&sender);
        send->is_waiting = true;
    }
    if (rt_future_poll(&send->room.future, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    finish_send(send, &sender);
    return RT_READY;
}

static void send_drop(struct rt_future *future)
{
    struct rt_mpsc_send *send = send_of(future);

    if (send->is_waiting) {
        rt_future_drop(&send->room.future);
    }
}

static const struct rt_future_ops send_ops = {
    .poll = send_poll,
    .drop = send_drop,
    .name = "mpsc send",
};

struct rt_mpsc_send rt_mpsc_send(struct rt_mpsc_sender *sender,
                                 const void *value)
{
    return (struct rt_mpsc_send){
        .future = RT_FUTURE(&send_ops),
        .channel = sender->channel,
        .value = value,
    };
}

int rt_mpsc_blocking_send(struct rt_mpsc_sender *sender, const void *value)
{
    struct rt_mpsc_send send = rt_mpsc_send(sender, value);
    int error = rt_thread_block_on(&send.future);

    return error ? error : send.result;
}
