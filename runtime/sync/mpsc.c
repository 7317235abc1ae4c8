#include "sync/mpsc.h"

#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "base/word.h"
#include "future/async.h"
#include "io/buffer.h"
#include "sync/thread.h"

#define NO_LIMIT UINT64_MAX

enum {
    CACHE_LINE = 64,

    /* In the word received: */
    HAS_WAITERS = 1, /* set and cleared under the lock: senders may wait */
    ONE_VALUE = 2,   /* the values received are counted from here up */
};

/*
 * Senders put values into sent, under the lock. The receiver takes them out of
 * taken, without it; when that is empty it exchanges the two. So both sides
 * meet once for many values, and their memory lies apart.
 *
 * Room is counted: senders count the places that were ever claimed, the
 * receiver counts, in an atomic word, the values that it ever received. A
 * sender that finds no room sets HAS_WAITERS in that word before it waits. Of
 * these two changes of one word one comes first: so either the sender learns
 * of the room, or the receiver learns that somebody waits, and serves it.
 */
struct rt_mpsc {
    size_t size;       /* bytes of a value; this and the next never change */
    uint64_t capacity; /* places, or NO_LIMIT */
    void (*drop)(void *value);
    char apart[CACHE_LINE];

    struct rt_waiters waiters; /* for a place */
    struct rt_buffer sent;     /* guarded by their lock, like the rest */
    struct rt_waker receiver;  /* owned: who waits for a value */
    uint64_t claimed;          /* places that were ever claimed */
    uint64_t limit;            /* how far it may go, as far as we know */
    uint32_t held;             /* places claimed that have no value yet */
    uint32_t references;       /* all ends */
    uint32_t senders;          /* that are not weak */
    bool is_closed;            /* by the receiver */
    char apart_too[CACHE_LINE];

    struct rt_buffer taken; /* the receiver's own */
    RT_ATOMIC(uint64_t) received;
};

static void lock(struct rt_mpsc *channel)
{
    rt_waiters_lock(&channel->waiters);
}

static void unlock(struct rt_mpsc *channel)
{
    rt_waiters_unlock(&channel->waiters);
}

/* Gives up the lock, and wakes the receiver if it waits. */
static void unlock_and_tell(struct rt_mpsc *channel)
{
    struct rt_waker wake = channel->receiver;

    if (wake.ops) {
        channel->receiver = RT_NO_WAKER;
    }
    unlock(channel);
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
    struct rt_mpsc *channel =
        RT_CONTAINER_OF(first->waiters, struct rt_mpsc, waiters);
    bool has_room = has_room_locked(channel);

    channel->claimed += has_room;
    channel->held += has_room;
    return has_room;
}

/* Hands free places to the senders that wait, in order. */
static void serve(struct rt_mpsc *channel)
{
    lock(channel);
    if (!rt_waiters_are_there_locked(&channel->waiters) &&
        (atomic_load(&channel->received) & HAS_WAITERS)) {
        rt_word_add(&channel->received, -(uint64_t)HAS_WAITERS);
    }
    rt_waiters_unlock_and_serve(&channel->waiters, can_serve);
}

/*
 * Claims a place: 0, -EPIPE or -EAGAIN. What comes free while others wait is
 * theirs.
 */
static int claim_locked(struct rt_mpsc *channel)
{
    if (channel->is_closed) {
        return -EPIPE;
    }
    if (rt_waiters_are_there_locked(&channel->waiters) ||
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

    if (sent->capacity - sent->end < channel->size &&
        rt_buffer_reserve(sent, channel->size) != 0) {
        unlock_and_give_back(channel);
        return -ENOMEM;
    }
    copy(sent->memory + sent->end, value, channel->size);
    sent->end += channel->size;
    unlock_and_tell(channel);
    return 0;
}

/* ---- sending ---- */

int rt_mpsc_try_send(struct rt_mpsc_sender *sender, const void *value)
{
    int error;

    lock(sender->channel);
    error = claim_locked(sender->channel);
    if (error) {
        unlock(sender->channel);
        return error;
    }
    return unlock_and_fill(sender->channel, value);
}

int rt_mpsc_send_reserved(struct rt_mpsc_sender *sender, const void *value)
{
    lock(sender->channel);
    sender->channel->held--;
    return unlock_and_fill(sender->channel, value);
}

void rt_mpsc_unreserve(struct rt_mpsc_sender *sender)
{
    lock(sender->channel);
    sender->channel->held--;
    unlock_and_give_back(sender->channel);
}

/* A place of one's own at last? Who was picked has it, also after a close. */
static int settle_locked(struct rt_mpsc_send *self)
{
    if (rt_wait_take_pick_locked(&self->wait)) {
        self->channel->held--;
        return 0;
    }
    return claim_locked(self->channel);
}

static enum rt_poll send_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_mpsc_send *self = RT_SELF(future, struct rt_mpsc_send);
    struct rt_mpsc *channel = self->channel;

    if (channel->capacity != NO_LIMIT && !rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    lock(channel);
    self->result = settle_locked(self);
    if (self->result == 0 && self->value) {
        self->result = unlock_and_fill(channel, self->value);
        return RT_READY;
    }
    if (self->result == -EAGAIN) {
        self->wait.waiters = &channel->waiters;
        rt_wait_join_and_unlock(&self->wait, cx->waker);
        return RT_PENDING;
    }
    channel->held += self->result == 0;
    unlock(channel);
    return RT_READY;
}

/* One that was picked and never said so gives its place to the next. */
static void cancel(struct rt_mpsc_send *self)
{
    struct rt_waker own;

    lock(self->channel);
    own = rt_wait_leave_locked(&self->wait);
    if (rt_wait_take_pick_locked(&self->wait)) {
        self->channel->held--;
        unlock_and_give_back(self->channel);
    } else {
        unlock(self->channel);
    }
    rt_waker_drop(&own);
}

static void send_drop(struct rt_future *future)
{
    struct rt_mpsc_send *self = RT_SELF(future, struct rt_mpsc_send);

    if (self->result == -EAGAIN) {
        cancel(self);
    }
}

const struct rt_future_ops rt_mpsc_send_ops = {
    .poll = send_poll,
    .drop = send_drop,
    .name = "mpsc send",
};

int rt_mpsc_blocking_send(struct rt_mpsc_sender *sender, const void *value)
{
    struct rt_mpsc_send send = rt_mpsc_send(sender, value);
    int error = rt_thread_block_on(&send.future);

    return error ? error : send.result;
}

/* ---- receiving ---- */

/*
 * Takes all that was sent: 0; -EPIPE if nothing will ever come; or -EAGAIN,
 * and then it leaves the waker, if there is one.
 */
static int refill(struct rt_mpsc *channel, const struct rt_waker *waker)
{
    struct rt_buffer empty = channel->taken;
    int result = -EAGAIN;

    empty.start = 0;
    empty.end = 0;
    lock(channel);
    if (rt_buffer_length(&channel->sent) > 0) {
        channel->taken = channel->sent;
        channel->sent = empty;
        result = 0;
    } else if (channel->senders == 0 ||
               (channel->is_closed && channel->held == 0)) {
        result = -EPIPE;
    } else if (waker) {
        rt_waker_store(&channel->receiver, waker);
    }
    unlock(channel);
    return result;
}

/* 0, -EAGAIN or -EPIPE. */
static inline int receive(struct rt_mpsc *channel, void *value,
                          const struct rt_waker *waker)
{
    struct rt_buffer *taken = &channel->taken;

    if (rt_buffer_length(taken) == 0) {
        int error = refill(channel, waker);

        if (error) {
            return error;
        }
    }
    copy(value, taken->memory + taken->start, channel->size);
    rt_buffer_consume(taken, channel->size);
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
        lock(self->channel);
        own = self->channel->receiver;
        self->channel->receiver = RT_NO_WAKER;
        unlock(self->channel);
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
    int error = rt_thread_block_on(&receive.future);

    return error ? error : receive.result;
}

/* ---- the ends ---- */

int rt_mpsc_create(size_t size, uint32_t capacity,
                   struct rt_mpsc_sender *sender,
                   struct rt_mpsc_receiver *receiver)
{
    struct rt_mpsc *channel;

    if (size == 0) {
        rt_panic("mpsc-of-nothing", "a channel is made for values of 0 bytes");
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

void rt_mpsc_on_drop(struct rt_mpsc_receiver *receiver,
                     void (*drop)(void *value))
{
    receiver->channel->drop = drop;
}

static void drain(struct rt_mpsc *channel)
{
    struct rt_buffer *taken = &channel->taken;

    do {
        while (rt_buffer_length(taken) > 0) {
            char *value = taken->memory + taken->start;

            rt_buffer_consume(taken, channel->size);
            if (channel->drop) {
                channel->drop(value);
            }
        }
    } while (refill(channel, NULL) == 0);
}

static void join(struct rt_mpsc *channel, uint32_t senders)
{
    lock(channel);
    channel->references++;
    channel->senders += senders;
    unlock(channel);
}

/* Gives up an end, and so many senders; tells the receiver of the last. */
static void leave(struct rt_mpsc **end, uint32_t senders)
{
    struct rt_mpsc *channel = *end;
    bool is_last;

    if (!channel) {
        return;
    }
    *end = NULL;
    lock(channel);
    channel->senders -= senders;
    is_last = --channel->references == 0;
    if (channel->senders == 0) {
        unlock_and_tell(channel);
    } else {
        unlock(channel);
    }
    if (is_last) {
        drain(channel);
        rt_buffer_deinit(&channel->taken);
        rt_buffer_deinit(&channel->sent);
        rt_free(channel, sizeof(*channel));
    }
}

struct rt_mpsc_sender rt_mpsc_sender_clone(const struct rt_mpsc_sender *sender)
{
    join(sender->channel, 1);
    return *sender;
}

void rt_mpsc_sender_drop(struct rt_mpsc_sender *sender)
{
    leave(&sender->channel, 1);
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

    lock(channel);
    is_open = channel->senders > 0;
    channel->senders += is_open;
    channel->references += is_open;
    unlock(channel);
    sender->channel = is_open ? channel : NULL;
    return is_open;
}

void rt_mpsc_weak_sender_drop(struct rt_mpsc_weak_sender *weak)
{
    leave(&weak->channel, 0);
}

void rt_mpsc_close(struct rt_mpsc_receiver *receiver)
{
    lock(receiver->channel);
    receiver->channel->is_closed = true;
    rt_waiters_unlock_and_wake(&receiver->channel->waiters);
}

void rt_mpsc_receiver_drop(struct rt_mpsc_receiver *receiver)
{
    if (receiver->channel) {
        rt_mpsc_close(receiver);
        drain(receiver->channel);
        leave(&receiver->channel, 0);
    }
}
