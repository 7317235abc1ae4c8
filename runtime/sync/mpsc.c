#include "sync/mpsc.h"

#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "base/word.h"
#include "future/async.h"
#include "sync/thread.h"

#define NO_LIMIT UINT64_MAX /* the capacity when it is unbounded */

/* In the word received. */
enum {
    HAS_WAITERS = 1, /* set and cleared under the lock: senders may wait */
    ONE_VALUE = 2,   /* the values received are counted from here up */
};

static struct rt_mpsc *channel_of(const struct rt_wait *wait)
{
    return RT_CONTAINER_OF(wait->waiters, struct rt_mpsc, waiters);
}

/* Gives up the lock, and wakes the receiver if it waits. */
static inline void unlock_and_tell(struct rt_mpsc *channel)
{
    struct rt_waker wake = channel->receiver;

    if (wake.ops) {
        channel->receiver = RT_NO_WAKER;
    }
    rt_waiters_unlock(&channel->waiters);
    rt_waker_wake(&wake);
}

/* Copies a value; most are as large as a pointer, which takes no call. */
static inline void copy(void *to, const void *from, size_t size)
{
    if (size == sizeof(void *)) {
        memcpy(to, from, sizeof(void *));
    } else {
        memcpy(to, from, size);
    }
}

/* ---- places ---- */

/* False: from now on the receiver serves who waits when it has received. */
static bool has_room_locked(struct rt_mpsc *channel)
{
    uint64_t received;

    if (channel->claimed < channel->limit) {
        return true;
    }
    received = atomic_load_explicit(&channel->received, memory_order_relaxed);
    channel->limit = channel->capacity + received / ONE_VALUE;
    if (channel->claimed >= channel->limit && !(received & HAS_WAITERS)) {
        received = rt_word_add(&channel->received, HAS_WAITERS);
        channel->limit = channel->capacity + received / ONE_VALUE;
    }
    return channel->claimed < channel->limit;
}

static bool can_serve(struct rt_wait *first)
{
    struct rt_mpsc *channel = channel_of(first);
    bool has_room = has_room_locked(channel);

    channel->claimed += has_room;
    return has_room;
}

/* Hands free places to the senders that wait, in order. */
static void serve(struct rt_mpsc *channel)
{
    rt_waiters_lock(&channel->waiters);
    if (rt_waiters_is_empty_locked(&channel->waiters) &&
        (atomic_load(&channel->received) & HAS_WAITERS)) {
        rt_word_add(&channel->received, -(uint64_t)HAS_WAITERS);
    }
    rt_waiters_unlock_and_serve(&channel->waiters, can_serve);
}

/* Claims a place, unless others wait for it: 0, -EPIPE or -EAGAIN. */
static int claim_locked(struct rt_mpsc *channel)
{
    if (channel->is_closed) {
        return -EPIPE;
    }
    if (!rt_waiters_is_empty_locked(&channel->waiters) ||
        !has_room_locked(channel)) {
        return -EAGAIN;
    }
    channel->claimed++;
    return 0;
}

/* A claimed place is free again; after a close the receiver waits for that. */
static void unlock_and_give_back(struct rt_mpsc *channel)
{
    channel->claimed--;
    unlock_and_tell(channel);
    serve(channel);
}

/* A claimed place gets its value: 0; or -ENOMEM, and it is given back. */
static inline int unlock_and_fill(struct rt_mpsc *channel, const void *value)
{
    struct rt_buffer *sent = &channel->sent;
    size_t size = channel->size;

    if (sent->capacity - sent->end < size &&
        rt_buffer_reserve(sent, size) != 0) {
        unlock_and_give_back(channel);
        return -ENOMEM;
    }
    copy(sent->memory + sent->end, value, size);
    sent->end += size;
    unlock_and_tell(channel);
    return 0;
}

/* ---- sending ---- */

int rt_mpsc_try_send(struct rt_mpsc_sender *sender, const void *value)
{
    int error;

    rt_waiters_lock(&sender->channel->waiters);
    error = claim_locked(sender->channel);
    if (error == 0) {
        return unlock_and_fill(sender->channel, value);
    }
    rt_waiters_unlock(&sender->channel->waiters);
    return error;
}

int rt_mpsc_send_reserved(struct rt_mpsc_sender *sender, const void *value)
{
    rt_waiters_lock(&sender->channel->waiters);
    return unlock_and_fill(sender->channel, value);
}

void rt_mpsc_unreserve(struct rt_mpsc_sender *sender)
{
    rt_waiters_lock(&sender->channel->waiters);
    unlock_and_give_back(sender->channel);
}

static enum rt_poll send_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_mpsc_send *self = RT_SELF(future, struct rt_mpsc_send);
    struct rt_mpsc *channel = channel_of(&self->wait);

    if (channel->capacity != NO_LIMIT && !rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    rt_waiters_lock(&channel->waiters);
    /* Who was picked has a place, also after a close. */
    self->result =
        rt_wait_take_pick_locked(&self->wait) ? 0 : claim_locked(channel);
    if (self->result == -EAGAIN) {
        rt_wait_join_and_unlock(&self->wait, cx->waker);
        return RT_PENDING;
    }
    self->wait.was_queued = false;
    if (self->result == 0 && self->value) {
        self->result = unlock_and_fill(channel, self->value);
    } else {
        rt_waiters_unlock(&channel->waiters);
    }
    return RT_READY;
}

/* One that was picked and never said so gives its place to the next. */
static void unlock_and_cancel(struct rt_wait *wait, bool was_picked)
{
    if (was_picked) {
        unlock_and_give_back(channel_of(wait));
    } else {
        rt_waiters_unlock(wait->waiters);
    }
}

const struct rt_wait_ops rt_mpsc_send_ops = {
    .future = {.poll = send_poll, .drop = rt_wait_drop, .name = "mpsc send"},
    .unlock_and_cancel = unlock_and_cancel,
};

int rt_mpsc_blocking_send(struct rt_mpsc_sender *sender, const void *value)
{
    struct rt_mpsc_send send = rt_mpsc_send(sender, value);

    return rt_thread_block_on(&send.future) ? -ENOMEM : send.result;
}

/* ---- receiving ---- */

/*
 * Will nothing come any more? After a close that is so when all places that
 * were claimed have been received, or given back.
 */
static bool is_at_end_locked(struct rt_mpsc *channel)
{
    return channel->senders == 0 ||
           (channel->is_closed &&
            channel->claimed == atomic_load(&channel->received) / ONE_VALUE);
}

/*
 * Takes all that was sent: 0; -EPIPE if nothing will ever come; or -EAGAIN,
 * and then it leaves the waker, if there is one.
 */
static int refill(struct rt_mpsc *channel, const struct rt_waker *waker)
{
    struct rt_buffer used = channel->taken;
    int result = -EAGAIN;

    rt_waiters_lock(&channel->waiters);
    if (rt_buffer_length(&channel->sent) > 0) {
        channel->taken = channel->sent;
        channel->sent = (struct rt_buffer){used.memory, used.capacity, 0, 0};
        result = 0;
    } else if (is_at_end_locked(channel)) {
        result = -EPIPE;
    } else if (waker) {
        rt_waker_store(&channel->receiver, waker);
    }
    rt_waiters_unlock(&channel->waiters);
    return result;
}

/* 0, -EAGAIN or -EPIPE. */
static inline int receive(struct rt_mpsc *channel, void *value,
                          const struct rt_waker *waker)
{
    struct rt_buffer *taken = &channel->taken;
    size_t size = channel->size;
    int error = rt_buffer_length(taken) > 0 ? 0 : refill(channel, waker);

    if (error) {
        return error;
    }
    copy(value, taken->memory + taken->start, size);
    taken->start += size;
    if (rt_word_add(&channel->received, ONE_VALUE) & HAS_WAITERS) {
        serve(channel);
    }
    return 0;
}

int rt_mpsc_try_receive(struct rt_mpsc_receiver *receiver, void *value)
{
    return receive(receiver->channel, value, NULL);
}

static enum rt_poll receive_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_mpsc_receive *self = RT_SELF(future, struct rt_mpsc_receive);

    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    self->result = receive(self->channel, self->value, cx->waker);
    return self->result == -EAGAIN ? RT_PENDING : RT_READY;
}

static void receive_drop(struct rt_future *future)
{
    struct rt_mpsc_receive *self = RT_SELF(future, struct rt_mpsc_receive);
    struct rt_waker own;

    if (self->result == -EAGAIN) {
        rt_waiters_lock(&self->channel->waiters);
        own = self->channel->receiver;
        self->channel->receiver = RT_NO_WAKER;
        rt_waiters_unlock(&self->channel->waiters);
        rt_waker_drop(&own);
    }
}

const struct rt_future_ops rt_mpsc_receive_ops = {
    .poll = receive_poll,
    .drop = receive_drop,
    .name = "mpsc receive",
};

int rt_mpsc_blocking_receive(struct rt_mpsc_receiver *receiver, void *value)
{
    struct rt_mpsc_receive receive = rt_mpsc_receive(receiver, value);

    return rt_thread_block_on(&receive.future) ? -ENOMEM : receive.result;
}

/* ---- the ends ---- */

int rt_mpsc_create(size_t size, uint32_t capacity,
                   struct rt_mpsc_sender *sender,
                   struct rt_mpsc_receiver *receiver)
{
    struct rt_mpsc *channel;

    if (size == 0) {
        rt_panic("mpsc-of-nothing", "a channel for values of 0 bytes");
    }
    channel = rt_alloc(sizeof(*channel));
    if (!channel) {
        return -ENOMEM;
    }
    rt_waiters_init(&channel->waiters);
    channel->size = size;
    channel->capacity = capacity == RT_MPSC_UNBOUNDED ? NO_LIMIT : capacity;
    channel->limit = channel->capacity;
    channel->references = 2;
    channel->senders = 1;
    *sender = (struct rt_mpsc_sender){channel};
    *receiver = (struct rt_mpsc_receiver){channel};
    return 0;
}

/* Consumed first: drop is the user's, and may come back. */
static void drain(struct rt_mpsc *channel)
{
    struct rt_buffer *taken = &channel->taken;

    while (rt_buffer_length(taken) > 0 || refill(channel, NULL) == 0) {
        rt_buffer_consume(taken, channel->size);
        if (channel->drop) {
            channel->drop(taken->memory + taken->start - channel->size);
        }
    }
}

void rt_mpsc_join(struct rt_mpsc *channel, uint32_t senders)
{
    rt_waiters_lock(&channel->waiters);
    channel->references++;
    channel->senders += senders;
    rt_waiters_unlock(&channel->waiters);
}

void rt_mpsc_leave(struct rt_mpsc **end, uint32_t senders)
{
    struct rt_mpsc *channel = *end;
    bool is_last;

    if (!channel) {
        return;
    }
    *end = NULL;
    rt_waiters_lock(&channel->waiters);
    channel->senders -= senders;
    is_last = --channel->references == 0;
    if (channel->senders == 0) {
        unlock_and_tell(channel);
    } else {
        rt_waiters_unlock(&channel->waiters);
    }
    if (is_last) {
        drain(channel);
        rt_buffer_deinit(&channel->taken);
        rt_buffer_deinit(&channel->sent);
        rt_free(channel, sizeof(*channel));
    }
}

bool rt_mpsc_upgrade(const struct rt_mpsc_weak_sender *weak,
                     struct rt_mpsc_sender *sender)
{
    struct rt_mpsc *channel = weak->channel;
    bool is_open;

    rt_waiters_lock(&channel->waiters);
    is_open = channel->senders > 0;
    channel->senders += is_open;
    channel->references += is_open;
    rt_waiters_unlock(&channel->waiters);
    sender->channel = is_open ? channel : NULL;
    return is_open;
}

void rt_mpsc_close(struct rt_mpsc_receiver *receiver)
{
    rt_waiters_lock(&receiver->channel->waiters);
    receiver->channel->is_closed = true;
    rt_waiters_unlock_and_wake(&receiver->channel->waiters);
}

void rt_mpsc_receiver_drop(struct rt_mpsc_receiver *receiver)
{
    if (receiver->channel) {
        rt_mpsc_close(receiver);
        drain(receiver->channel);
        rt_mpsc_leave(&receiver->channel, 0);
    }
}
