#include "sync/broadcast.h"

#include <errno.h>
#include <string.h>

#include "future/async.h"

static size_t bytes(uint64_t kept, size_t size)
{
    return sizeof(struct rt_broadcast) + (size_t)kept * size;
}

static char *place(const struct rt_broadcast *shared, uint64_t number)
{
    return shared->ring + (size_t)(number & (shared->kept - 1)) * shared->size;
}

int rt_broadcast_create(size_t size, uint32_t capacity,
                        struct rt_broadcast_sender *sender,
                        struct rt_broadcast_receiver *receiver)
{
    struct rt_broadcast *shared;
    uint64_t kept = 1;

    while (kept < capacity) {
        kept *= 2;
    }
    shared = rt_alloc(bytes(kept, size));
    if (!shared) {
        return -ENOMEM;
    }
    rt_waiters_init(&shared->waiters);
    shared->references = 2;
    shared->senders = 1;
    shared->receivers = 1;
    shared->kept = kept;
    shared->size = size;
    shared->ring = (char *)(shared + 1);
    *sender = (struct rt_broadcast_sender){shared};
    *receiver = (struct rt_broadcast_receiver){shared, 0};
    return 0;
}

/* ---- the ends ---- */

/* One more of senders, or of receivers. What is sent next has this number. */
static uint64_t join(struct rt_broadcast *shared, uint32_t *ends)
{
    uint64_t next;

    rt_waiters_lock(&shared->waiters);
    shared->references++;
    ++*ends;
    next = shared->next;
    rt_waiters_unlock(&shared->waiters);
    return next;
}

/* One less. Our reference is given up after all were told of the end. */
static void leave(struct rt_broadcast *shared, uint32_t *ends)
{
    bool is_last;

    rt_waiters_lock(&shared->waiters);
    --*ends;
    if (shared->senders == 0) {
        rt_waiters_unlock_and_wake(&shared->waiters);
        rt_waiters_lock(&shared->waiters);
    }
    is_last = --shared->references == 0;
    rt_waiters_unlock(&shared->waiters);
    if (is_last) {
        rt_free(shared, bytes(shared->kept, shared->size));
    }
}

struct rt_broadcast_sender
rt_broadcast_sender_clone(const struct rt_broadcast_sender *sender)
{
    join(sender->shared, &sender->shared->senders);
    return *sender;
}

struct rt_broadcast_receiver
rt_broadcast_subscribe(struct rt_broadcast_sender *sender)
{
    struct rt_broadcast *shared = sender->shared;
    uint64_t next = join(shared, &shared->receivers);

    return (struct rt_broadcast_receiver){shared, next};
}

void rt_broadcast_sender_drop(struct rt_broadcast_sender *sender)
{
    if (sender->shared) {
        leave(sender->shared, &sender->shared->senders);
        sender->shared = NULL;
    }
}

void rt_broadcast_receiver_drop(struct rt_broadcast_receiver *receiver)
{
    if (receiver->shared) {
        leave(receiver->shared, &receiver->shared->receivers);
        receiver->shared = NULL;
    }
}

/* ---- values ---- */

uint32_t rt_broadcast_send(struct rt_broadcast_sender *sender,
                           const void *value)
{
    struct rt_broadcast *shared = sender->shared;
    uint32_t receivers;

    rt_waiters_lock(&shared->waiters);
    receivers = shared->receivers;
    if (receivers > 0) {
        memcpy(place(shared, shared->next), value, shared->size);
        shared->next++;
    }
    rt_waiters_unlock_and_wake(&shared->waiters);
    return receivers;
}

static int receive_locked(struct rt_broadcast_receiver *receiver, void *value,
                          uint64_t *missed)
{
    struct rt_broadcast *shared = receiver->shared;

    if (receiver->next == shared->next) {
        return shared->senders == 0 ? -EPIPE : -EAGAIN;
    }
    if (shared->next - receiver->next > shared->kept) {
        *missed = shared->next - receiver->next - shared->kept;
        receiver->next += *missed;
        return -EOVERFLOW;
    }
    memcpy(value, place(shared, receiver->next), shared->size);
    receiver->next++;
    return 0;
}

int rt_broadcast_try_receive(struct rt_broadcast_receiver *receiver,
                             void *value, uint64_t *missed)
{
    int result;

    rt_waiters_lock(&receiver->shared->waiters);
    result = receive_locked(receiver, value, missed);
    rt_waiters_unlock(&receiver->shared->waiters);
    return result;
}

static bool is_received_locked(struct rt_wait *wait)
{
    struct rt_broadcast_receive *self =
        RT_SELF(&wait->future, struct rt_broadcast_receive);

    self->result = receive_locked(self->receiver, self->value, &self->missed);
    return self->result != -EAGAIN;
}

static const struct rt_wait_ops receive_ops =
    RT_WAIT_OPS("broadcast receive", is_received_locked, NULL);

struct rt_broadcast_receive
rt_broadcast_receive(struct rt_broadcast_receiver *receiver, void *value)
{
    return (struct rt_broadcast_receive){
        .wait = rt_wait_make(&receive_ops, &receiver->shared->waiters),
        .receiver = receiver,
        .value = value,
    };
}
