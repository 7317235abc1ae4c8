#include "sync/oneshot.h"

#include <errno.h>
#include <string.h>

#include "future/async.h"

struct rt_oneshot {
    struct rt_waiters waiters; /* one at most at each end */
    int references;            /* guarded by their lock, like the rest */
    bool is_sent;              /* the value is there */
    bool is_closed;            /* one end has gone, or has had enough */
    size_t size;               /* bytes of the value */
    _Alignas(16) char value[];
};

static struct rt_oneshot *shared_of(const struct rt_wait *wait)
{
    return RT_CONTAINER_OF(wait->waiters, struct rt_oneshot, waiters);
}

/* One end goes, which closes the channel; the last one frees it. */
static void leave(struct rt_oneshot **end)
{
    struct rt_oneshot *shared = *end;
    bool is_last;

    if (!shared) {
        return;
    }
    *end = NULL;
    rt_waiters_lock(&shared->waiters);
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
    int result = -EPIPE;

    rt_waiters_lock(&shared->waiters);
    if (!shared->is_closed) {
        memcpy(shared->value, value, shared->size);
        shared->is_sent = true;
        result = 0;
    }
    rt_waiters_unlock(&shared->waiters);
    leave(&sender->shared);
    return result;
}

void rt_oneshot_sender_drop(struct rt_oneshot_sender *sender)
{
    leave(&sender->shared);
}

static bool is_closed_locked(struct rt_wait *wait)
{
    return shared_of(wait)->is_closed;
}

static const struct rt_wait_ops closed_ops =
    RT_WAIT_OPS("oneshot closed", is_closed_locked, NULL);

struct rt_oneshot_closed rt_oneshot_closed(struct rt_oneshot_sender *sender)
{
    return (struct rt_oneshot_closed){
        .wait = rt_wait_make(&closed_ops, &sender->shared->waiters),
    };
}

/* ---- the receiver ---- */

/* 0, -EAGAIN or -EPIPE. */
static int receive_locked(const struct rt_oneshot_receiver *receiver)
{
    const struct rt_oneshot *shared = receiver->shared;

    if (shared->is_sent) {
        memcpy(receiver->value, shared->value, shared->size);
        return 0;
    }
    return shared->is_closed ? -EPIPE : -EAGAIN;
}

int rt_oneshot_try_receive(struct rt_oneshot_receiver *receiver)
{
    int result;

    rt_waiters_lock(&receiver->shared->waiters);
    result = receive_locked(receiver);
    rt_waiters_unlock(&receiver->shared->waiters);
    return result;
}

void rt_oneshot_close(struct rt_oneshot_receiver *receiver)
{
    rt_waiters_lock(&receiver->shared->waiters);
    receiver->shared->is_closed = true;
    rt_waiters_unlock_and_wake(&receiver->shared->waiters);
}

static bool is_received_locked(struct rt_wait *wait)
{
    struct rt_oneshot_receiver *self =
        RT_SELF(&wait->future, struct rt_oneshot_receiver);

    self->result = receive_locked(self);
    return self->result != -EAGAIN;
}

static void receiver_drop(struct rt_future *future)
{
    rt_wait_drop(future);
    leave(&RT_SELF(future, struct rt_oneshot_receiver)->shared);
}

static const struct rt_wait_ops receiver_ops = {
    .future = {.poll = rt_wait_poll,
               .drop = receiver_drop,
               .name = "oneshot receive"},
    .is_over_locked = is_received_locked,
};

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
        .wait = rt_wait_make(&receiver_ops, &shared->waiters),
        .shared = shared,
        .value = value,
        .result = -EINPROGRESS,
    };
    return 0;
}
