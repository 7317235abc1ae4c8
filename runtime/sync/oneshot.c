#include "sync/oneshot.h"

#include <errno.h>
#include <string.h>

#include "base/lock.h"
#include "base/memory.h"

struct rt_oneshot {
    struct rt_lock lock;
    int references;           /* guarded by lock, like the rest */
    bool is_sent;             /* the value is there */
    bool is_closed;           /* one of the ends has gone, or has had enough */
    struct rt_waker receiver; /* owned: who waits for the value */
    struct rt_waker sender;   /* owned: who waits for the close */
    size_t size;              /* bytes of the value */
    _Alignas(16) char value[];
};

/* Takes the waker out of a slot, to be woken when the lock is free again. */
static struct rt_waker take(struct rt_waker *slot)
{
    struct rt_waker waker = *slot;

    *slot = RT_NO_WAKER;
    return waker;
}

/*
 * One end goes, which closes the channel: tells the other end, whose waker is
 * in the slot, and frees what both shared when that has gone already.
 */
static void leave(struct rt_oneshot *shared, struct rt_waker *own,
                  struct rt_waker *other)
{
    struct rt_waker gone;
    struct rt_waker wake;
    bool is_last;

    rt_lock_acquire(&shared->lock);
    shared->is_closed = true;
    gone = take(own);
    wake = take(other);
    is_last = --shared->references == 0;
    rt_lock_release(&shared->lock);
    rt_waker_drop(&gone);
    rt_waker_wake(&wake);
    if (is_last) {
        rt_free(shared, sizeof(*shared) + shared->size);
    }
}

/* ---- the sender ---- */

int rt_oneshot_send(struct rt_oneshot_sender *sender, const void *value)
{
    struct rt_oneshot *shared = sender->shared;
    int result = 0;

    rt_lock_acquire(&shared->lock);
    if (shared->is_closed) {
        result = -EPIPE;
    } else {
        memcpy(shared->value, value, shared->size);
        shared->is_sent = true;
    }
    rt_lock_release(&shared->lock);
    rt_oneshot_sender_drop(sender);
    return result;
}

void rt_oneshot_sender_drop(struct rt_oneshot_sender *sender)
{
    struct rt_oneshot *shared = sender->shared;

    if (shared) {
        sender->shared = NULL;
        leave(shared, &shared->sender, &shared->receiver);
    }
}

bool rt_oneshot_is_closed(const struct rt_oneshot_sender *sender)
{
    bool is_closed;

    rt_lock_acquire(&sender->shared->lock);
    is_closed = sender->shared->is_closed;
    rt_lock_release(&sender->shared->lock);
    return is_closed;
}

static enum rt_poll closed_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_oneshot_closed *closed =
        (struct rt_oneshot_closed *)(void *)future;
    struct rt_oneshot *shared = closed->sender->shared;
    bool is_closed;

    rt_lock_acquire(&shared->lock);
    is_closed = shared->is_closed;
    if (!is_closed) {
        rt_waker_store(&shared->sender, cx->waker);
    }
    rt_lock_release(&shared->lock);
    return is_closed ? RT_READY : RT_PENDING;
}

static const struct rt_future_ops closed_ops = {
    .poll = closed_poll,
    .name = "oneshot closed",
};

struct rt_oneshot_closed rt_oneshot_closed(struct rt_oneshot_sender *sender)
{
    return (struct rt_oneshot_closed){
        .future = RT_FUTURE(&closed_ops),
        .sender = sender,
    };
}

/* ---- the receiver ---- */

static struct rt_oneshot_receiver *receiver_of(struct rt_future *future)
{
    return (struct rt_oneshot_receiver *)(void *)future;
}

/* 0, -EAGAIN or -EPIPE. Under the lock. */
static int receive_locked(struct rt_oneshot_receiver *receiver)
{
    struct rt_oneshot *shared = receiver->shared;

    if (shared->is_sent) {
        memcpy(receiver->value, shared->value, shared->size);
        return 0;
    }
    return shared->is_closed ? -EPIPE : -EAGAIN;
}

static void receiver_leave(struct rt_oneshot_receiver *receiver)
{
    struct rt_oneshot *shared = receiver->shared;

    if (shared) {
        receiver->shared = NULL;
        leave(shared, &shared->receiver, &shared->sender);
    }
}

static enum rt_poll receiver_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct rt_oneshot_receiver *receiver = receiver_of(future);
    struct rt_oneshot *shared = receiver->shared;

    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    rt_lock_acquire(&shared->lock);
    receiver->result = receive_locked(receiver);
    if (receiver->result == -EAGAIN) {
        rt_waker_store(&shared->receiver, cx->waker);
    }
    rt_lock_release(&shared->lock);
    return receiver->result == -EAGAIN ? RT_PENDING : RT_READY;
}

static void receiver_drop(struct rt_future *future)
{
    receiver_leave(receiver_of(future));
}

static const struct rt_future_ops receiver_ops = {
    .poll = receiver_poll,
    .drop = receiver_drop,
    .name = "oneshot receive",
};

void rt_oneshot_close(struct rt_oneshot_receiver *receiver)
{
    struct rt_oneshot *shared = receiver->shared;
    struct rt_waker wake;

    rt_lock_acquire(&shared->lock);
    shared->is_closed = true;
    wake = take(&shared->sender);
    rt_lock_release(&shared->lock);
    rt_waker_wake(&wake);
}

int rt_oneshot_try_receive(struct rt_oneshot_receiver *receiver)
{
    int result;

    rt_lock_acquire(&receiver->shared->lock);
    result = receive_locked(receiver);
    rt_lock_release(&receiver->shared->lock);
    return result;
}

int rt_oneshot_create(size_t size, void *value,
                      struct rt_oneshot_sender *sender,
                      struct rt_oneshot_receiver *receiver)
{
    struct rt_oneshot *shared = rt_alloc(sizeof(*shared) + size);

    if (!shared) {
        return -ENOMEM;
    }
    shared->references = 2;
    shared->size = size;
    *sender = (struct rt_oneshot_sender){shared};
    *receiver = (struct rt_oneshot_receiver){
        .future = RT_FUTURE(&receiver_ops),
        .shared = shared,
        .value = value,
        .result = -EINPROGRESS,
    };
    return 0;
}
