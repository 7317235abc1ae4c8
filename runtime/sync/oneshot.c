#include "sync/oneshot.h"

#include <errno.h>
#include <string.h>

#include "future/async.h"

struct rt_oneshot {
    struct rt_waiters waiters; /* of either end */
    int references;            /* guarded by their lock, like the rest */
    bool is_sent;              /* the value is there */
    bool is_closed;            /* one end has gone, or has had enough */
    size_t size;               /* bytes of the value */
    _Alignas(16) char value[];
};

/*
 * One end goes, which closes the channel; the last one frees it. There is one
 * waiter at most at each end, so nothing is touched after the wakes.
 */
static void leave(struct rt_oneshot **end)
{
    struct rt_oneshot *shared = *end;
    bool is_last;

    if (!shared) {
        return;
    }
    *end = NULL;
    rt_lock_acquire(&shared->waiters.lock);
    shared->is_closed = true;
    is_last = --shared->references == 0;
    rt_waiters_unlock_and_wake(&shared->waiters);
    if (is_last) {
        rt_free(shared, sizeof(*shared) + shared->size);
    }
}

/* ---- the sender ---- */

int rt_oneshot_send(struct rt_oneshot_sender *sender, const void *value)
{
    struct rt_oneshot *shared = sender->shared;
    int result = 0;

    rt_lock_acquire(&shared->waiters.lock);
    if (shared->is_closed) {
        result = -EPIPE;
    } else {
        memcpy(shared->value, value, shared->size);
        shared->is_sent = true;
    }
    rt_lock_release(&shared->waiters.lock);
    leave(&sender->shared);
    return result;
}

void rt_oneshot_sender_drop(struct rt_oneshot_sender *sender)
{
    leave(&sender->shared);
}

bool rt_oneshot_is_closed(const struct rt_oneshot_sender *sender)
{
    bool is_closed;

    rt_lock_acquire(&sender->shared->waiters.lock);
    is_closed = sender->shared->is_closed;
    rt_lock_release(&sender->shared->waiters.lock);
    return is_closed;
}

static bool is_closed_locked(struct rt_future *future)
{
    return RT_SELF(future, struct rt_oneshot_closed)->shared->is_closed;
}

static enum rt_poll closed_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_oneshot_closed *self = RT_SELF(future, struct rt_oneshot_closed);

    return rt_wait_poll(&self->shared->waiters, &self->wait, future,
                        is_closed_locked, cx);
}

static void closed_drop(struct rt_future *future)
{
    struct rt_oneshot_closed *self = RT_SELF(future, struct rt_oneshot_closed);

    rt_wait_drop(&self->shared->waiters, &self->wait);
}

static const struct rt_future_ops closed_ops = {
    .poll = closed_poll,
    .drop = closed_drop,
    .name = "oneshot closed",
};

struct rt_oneshot_closed rt_oneshot_closed(struct rt_oneshot_sender *sender)
{
    return (struct rt_oneshot_closed){
        .future = RT_FUTURE(&closed_ops),
        .shared = sender->shared,
    };
}

/* ---- the receiver ---- */

/* 0, -EAGAIN or -EPIPE. */
static int receive_locked(struct rt_oneshot_receiver *receiver)
{
    struct rt_oneshot *shared = receiver->shared;

    if (shared->is_sent) {
        memcpy(receiver->value, shared->value, shared->size);
        return 0;
    }
    return shared->is_closed ? -EPIPE : -EAGAIN;
}

static bool is_received_locked(struct rt_future *future)
{
    struct rt_oneshot_receiver *self =
        RT_SELF(future, struct rt_oneshot_receiver);

    self->result = receive_locked(self);
    return self->result != -EAGAIN;
}

static enum rt_poll receiver_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct rt_oneshot_receiver *self =
        RT_SELF(future, struct rt_oneshot_receiver);

    return rt_wait_poll(&self->shared->waiters, &self->wait, future,
                        is_received_locked, cx);
}

static void receiver_drop(struct rt_future *future)
{
    struct rt_oneshot_receiver *self =
        RT_SELF(future, struct rt_oneshot_receiver);

    rt_wait_drop(&self->shared->waiters, &self->wait);
    leave(&self->shared);
}

static const struct rt_future_ops receiver_ops = {
    .poll = receiver_poll,
    .drop = receiver_drop,
    .name = "oneshot receive",
};

void rt_oneshot_close(struct rt_oneshot_receiver *receiver)
{
    rt_lock_acquire(&receiver->shared->waiters.lock);
    receiver->shared->is_closed = true;
    rt_waiters_unlock_and_wake(&receiver->shared->waiters);
}

int rt_oneshot_try_receive(struct rt_oneshot_receiver *receiver)
{
    int result;

    rt_lock_acquire(&receiver->shared->waiters.lock);
    result = receive_locked(receiver);
    rt_lock_release(&receiver->shared->waiters.lock);
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
    rt_waiters_init(&shared->waiters);
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
