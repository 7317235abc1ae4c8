#include "sync/mpsc.h"

#include <errno.h>

#include "base/memory.h"
#include "sync/ring.h"
#include "sync/thread.h"

struct rt_mpsc {
    struct rt_semaphore room; /* a permit for each free place; if bounded */
    uint32_t capacity;        /* permits in all; 0: unbounded */
    void (*drop)(void *value);

    struct rt_lock lock;
    uint32_t references;      /* guarded by lock, like the rest: all ends */
    uint32_t senders;         /* that are not weak */
    bool is_closed;           /* by the receiver */
    struct rt_waker receiver; /* owned: who waits for a value */
    struct rt_ring values;    /* what waits to be received */
};

static struct rt_waker take_receiver_locked(struct rt_mpsc *channel)
{
    struct rt_waker waker = channel->receiver;

    channel->receiver = RT_NO_WAKER;
    return waker;
}

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

/* Gives up one reference; wakes the receiver if there is news for it. */
static void leave(struct rt_mpsc *channel, uint32_t senders)
{
    struct rt_waker wake = RT_NO_WAKER;
    bool is_last;

    rt_lock_acquire(&channel->lock);
    channel->senders -= senders;
    if (channel->senders == 0) {
        wake = take_receiver_locked(channel);
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
        leave(sender->channel, 1);
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
        leave(weak->channel, 0);
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

/* ---- sending ---- */

/* Puts the value into the ring; a bounded channel has a place for it. */
static int push(struct rt_mpsc *channel, const void *value)
{
    struct rt_waker wake = RT_NO_WAKER;
    int result = 0;

    rt_lock_acquire(&channel->lock);
    if (!rt_ring_push(&channel->values, value)) {
        result = -ENOMEM;
    } else {
        wake = take_receiver_locked(channel);
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
        wake = take_receiver_locked(channel);
    }
    rt_lock_release(&channel->lock);
    rt_waker_wake(&wake);
}

/* Takes a place now: 0, -EAGAIN or -EPIPE. */
static int try_room(struct rt_mpsc *channel, const struct rt_mpsc_sender *own)
{
    if (channel->capacity != RT_MPSC_UNBOUNDED) {
        return rt_semaphore_try_acquire(&channel->room, 1);
    }
    return rt_mpsc_is_closed(own) ? -EPIPE : 0;
}

int rt_mpsc_try_send(struct rt_mpsc_sender *sender, const void *value)
{
    int error = try_room(sender->channel, sender);

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

/* 0 when there is room, -EPIPE when closed, -EAGAIN when we wait. */
static int poll_room(struct rt_mpsc_send *send, struct rt_context *cx)
{
    if (send->channel->capacity == RT_MPSC_UNBOUNDED) {
        struct rt_mpsc_sender sender = {send->channel};

        return rt_mpsc_is_closed(&sender) ? -EPIPE : 0;
    }
    if (rt_future_poll(&send->room.future, cx) == RT_PENDING) {
        return -EAGAIN;
    }
    return send->room.result;
}

static enum rt_poll send_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_mpsc_send *send = send_of(future);
    struct rt_mpsc_sender sender = {send->channel};

    send->result = poll_room(send, cx);
    if (send->result == -EAGAIN) {
        return RT_PENDING;
    }
    if (send->result == 0) {
        send->result = rt_mpsc_send_reserved(&sender, send->value);
    }
    return RT_READY;
}

static void send_drop(struct rt_future *future)
{
    rt_future_drop(&send_of(future)->room.future);
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
        .room = rt_mpsc_reserve(sender),
        .channel = sender->channel,
        .value = value,
    };
}

int rt_mpsc_blocking_send(struct rt_mpsc_sender *sender, const void *value)
{
    struct rt_mpsc_send send = rt_mpsc_send(sender, value);

    rt_thread_block_on(&send.future);
    return send.result;
}

/* ---- receiving ---- */

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
    int result;

    rt_lock_acquire(&channel->lock);
    result = receive_locked(channel, value);
    if (result == -EAGAIN && waker) {
        rt_waker_store(&channel->receiver, waker);
    }
    rt_lock_release(&channel->lock);
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
    return self->result == -EAGAIN ? RT_PENDING : RT_READY;
}

static void receive_drop(struct rt_future *future)
{
    struct rt_mpsc *channel = receive_of(future)->channel;
    struct rt_waker waker;

    rt_lock_acquire(&channel->lock);
    waker = take_receiver_locked(channel);
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

    rt_thread_block_on(&receive.future);
    return receive.result;
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
        leave(receiver->channel, 0);
        receiver->channel = NULL;
    }
}
