#include "sync/broadcast.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

struct rt_broadcast {
    struct rt_notify sent; /* each new value, and the last sender's end */
    struct rt_lock lock;
    uint32_t references; /* guarded by lock, like the rest: all ends */
    uint32_t senders;
    uint32_t receivers;
    uint64_t next; /* number of the value to be sent next */
    uint64_t kept; /* values in the ring: a power of two */
    size_t size;   /* bytes of a value */
    char ring[];
};

static size_t bytes(const struct rt_broadcast *shared)
{
    return sizeof(*shared) + (size_t)shared->kept * shared->size;
}

static char *place(struct rt_broadcast *shared, uint64_t number)
{
    return shared->ring + (size_t)(number & (shared->kept - 1)) * shared->size;
}

int rt_broadcast_create(size_t size, uint32_t capacity,
                        struct rt_broadcast_sender *sender,
                        struct rt_broadcast_receiver *receiver)
{
    struct rt_broadcast wanted = {.size = size, .kept = 1};
    struct rt_broadcast *shared;

    while (wanted.kept < capacity) {
        wanted.kept *= 2;
    }
    shared = rt_alloc(bytes(&wanted));
    if (!shared) {
        return -ENOMEM;
    }
    rt_notify_init(&shared->sent);
    shared->kept = wanted.kept;
    shared->size = size;
    shared->references = 2;
    shared->senders = 1;
    shared->receivers = 1;
    *sender = (struct rt_broadcast_sender){shared};
    *receiver = (struct rt_broadcast_receiver){shared, 0};
    return 0;
}

static void unref(struct rt_broadcast *shared)
{
    bool is_last;

    rt_lock_acquire(&shared->lock);
    is_last = --shared->references == 0;
    rt_lock_release(&shared->lock);
    if (is_last) {
        rt_free(shared, bytes(shared));
    }
}

/* ---- senders ---- */

uint32_t rt_broadcast_send(struct rt_broadcast_sender *sender,
                           const void *value)
{
    struct rt_broadcast *shared = sender->shared;
    uint32_t receivers;

    rt_lock_acquire(&shared->lock);
    receivers = shared->receivers;
    if (receivers > 0) {
        memcpy(place(shared, shared->next), value, shared->size);
        shared->next++;
    }
    rt_lock_release(&shared->lock);
    if (receivers > 0) {
        rt_notify_waiters(&shared->sent);
    }
    return receivers;
}

struct rt_broadcast_sender
rt_broadcast_sender_clone(const struct rt_broadcast_sender *sender)
{
    rt_lock_acquire(&sender->shared->lock);
    sender->shared->references++;
    sender->shared->senders++;
    rt_lock_release(&sender->shared->lock);
    return *sender;
}

void rt_broadcast_sender_drop(struct rt_broadcast_sender *sender)
{
    struct rt_broadcast *shared = sender->shared;
    bool is_last;

    if (!shared) {
        return;
    }
    sender->shared = NULL;
    rt_lock_acquire(&shared->lock);
    is_last = --shared->senders == 0;
    rt_lock_release(&shared->lock);
    if (is_last) {
        rt_notify_waiters(&shared->sent);
    }
    unref(shared);
}

/* ---- receivers ---- */

struct rt_broadcast_receiver
rt_broadcast_subscribe(struct rt_broadcast_sender *sender)
{
    struct rt_broadcast_receiver receiver = {.shared = sender->shared};

    rt_lock_acquire(&sender->shared->lock);
    sender->shared->references++;
    sender->shared->receivers++;
    receiver.next = sender->shared->next;
    rt_lock_release(&sender->shared->lock);
    return receiver;
}

void rt_broadcast_receiver_drop(struct rt_broadcast_receiver *receiver)
{
    struct rt_broadcast *shared = receiver->shared;

    if (shared) {
        receiver->shared = NULL;
        rt_lock_acquire(&shared->lock);
        shared->receivers--;
        rt_lock_release(&shared->lock);
        unref(shared);
    }
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

    rt_lock_acquire(&receiver->shared->lock);
    result = receive_locked(receiver, value, missed);
    rt_lock_release(&receiver->shared->lock);
    return result;
}

static struct rt_broadcast_receive *receive_of(struct rt_future *future)
{
    return (struct rt_broadcast_receive *)(void *)future;
}

static bool is_settled(struct rt_future *future)
{
    struct rt_broadcast_receive *self = receive_of(future);

    self->result =
        rt_broadcast_try_receive(self->receiver, self->value, &self->missed);
    return self->result != -EAGAIN;
}

static enum rt_poll receive_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_broadcast_receive *self = receive_of(future);

    return rt_notify_poll_until(&self->receiver->shared->sent, &self->notified,
                                future, is_settled, cx);
}

static const struct rt_future_ops receive_ops = {
    .poll = receive_poll,
    .name = "broadcast receive",
};

struct rt_broadcast_receive
rt_broadcast_receive(struct rt_broadcast_receiver *receiver, void *value)
{
    return (struct rt_broadcast_receive){
        .future = RT_FUTURE(&receive_ops),
        .receiver = receiver,
        .value = value,
    };
}
