/*
 * Broadcast: every receiver gets every value that is sent after it joined.
 *
 * The channel keeps the last capacity values, rounded up to a power of two. A
 * receiver that falls behind learns how many values it has missed, and goes
 * on with the oldest that is kept. Sending never waits. Any thread; each end
 * is dropped once by its owner.
 */
#ifndef RT_SYNC_BROADCAST_H
#define RT_SYNC_BROADCAST_H

#include <stddef.h>
#include <stdint.h>

#include "sync/waiters.h"

/* What all ends share; private to this file and sync/watch.c. */
struct rt_broadcast {
    struct rt_waiters waiters; /* for a value, or the end */
    uint32_t references;       /* guarded by their lock, like the rest */
    uint32_t senders;
    uint32_t receivers;
    uint64_t next; /* number of the value to be sent next */
    uint64_t kept; /* values in the ring: a power of two */
    size_t size;   /* bytes of a value */
    char *ring;    /* in the same block of memory */
};

struct rt_broadcast_sender {
    struct rt_broadcast *shared; /* owned: one reference; NULL: dropped */
};

struct rt_broadcast_receiver {
    struct rt_broadcast *shared; /* owned: one reference; NULL: dropped */
    uint64_t next;               /* number of the value to receive next */
};

struct rt_broadcast_receive {
    union {
        struct rt_future future;
        struct rt_wait wait;
    };
    struct rt_broadcast_receiver *receiver; /* borrowed */
    void *value;                            /* borrowed: where it goes */
    uint64_t missed; /* with -EOVERFLOW: how many values are lost */
    int result;      /* when ready: 0, a value; -EOVERFLOW, the receiver was
                        too slow; -EPIPE, the end of the stream */
};

/* For values of size bytes; capacity is at least 1. 0 or -ENOMEM. */
int rt_broadcast_create(size_t size, uint32_t capacity,
                        struct rt_broadcast_sender *sender,
                        struct rt_broadcast_receiver *receiver);

/* To how many receivers it goes (0: it is lost). */
uint32_t rt_broadcast_send(struct rt_broadcast_sender *sender,
                           const void *value);

/* Waits for the next value. A receive that is dropped loses none. */
struct rt_broadcast_receive
rt_broadcast_receive(struct rt_broadcast_receiver *receiver, void *value);

/* Now: 0, -EAGAIN, -EOVERFLOW with *missed, or -EPIPE. */
int rt_broadcast_try_receive(struct rt_broadcast_receiver *receiver,
                             void *value, uint64_t *missed);

/* A new receiver, for what is sent from now on. */
struct rt_broadcast_receiver
rt_broadcast_subscribe(struct rt_broadcast_sender *sender);

/* One more sender; the end of the stream comes with the drop of the last. */
struct rt_broadcast_sender
rt_broadcast_sender_clone(const struct rt_broadcast_sender *sender);

/* Gives up an end of the channel; harmless the second time. */
void rt_broadcast_sender_drop(struct rt_broadcast_sender *sender);
void rt_broadcast_receiver_drop(struct rt_broadcast_receiver *receiver);

#endif
