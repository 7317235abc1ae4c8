/*
 * mpsc: a channel from many senders to one receiver.
 *
 *     rt_mpsc_create(sizeof(int), 16, &self->sender, &self->receiver);
 *     self->send = rt_mpsc_send(&self->sender, &self->value);   waits for room
 *     RT_AWAIT(self->send);
 *     self->receive = rt_mpsc_receive(&self->receiver, &self->value);
 *     RT_AWAIT(self->receive);   result 0: a value; -EPIPE: no more will come
 *
 * Bounded: senders that find no place wait in order, so a slow receiver slows
 * its senders down (back pressure). Unbounded (capacity 0): sending never
 * waits, and takes memory.
 *
 * Values are copied as bytes. Each sender and the receiver is dropped once by
 * its owner. The last sender's drop ends the stream behind what was sent; the
 * receiver's drop closes the channel and drops what nobody will receive. All
 * may be used on any thread; one end is used by one task at a time.
 */
#ifndef RT_SYNC_MPSC_H
#define RT_SYNC_MPSC_H

#include <stddef.h>
#include <stdint.h>

#include "base/atomic.h"
#include "io/buffer.h"
#include "sync/waiters.h"

enum {
    RT_MPSC_UNBOUNDED = 0,
    RT_MPSC_APART = 64, /* bytes: so that two cores don't share a cache line */
};

/*
 * What all ends share; private to mpsc.c.
 *
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
    uint64_t capacity; /* places; UINT64_MAX: unbounded */
    void (*drop)(void *value);
    char apart[RT_MPSC_APART];

    struct rt_waiters waiters; /* for a place */
    struct rt_buffer sent;     /* guarded by their lock, like the rest */
    struct rt_waker receiver;  /* owned: who waits for a value */
    uint64_t claimed;    /* places that were ever claimed, and not given back */
    uint64_t limit;      /* how far it may go, as far as we know */
    uint32_t references; /* all ends */
    uint32_t senders;    /* that are not weak */
    bool is_closed;      /* by the receiver */
    char apart_too[RT_MPSC_APART];

    struct rt_buffer taken; /* the receiver's own */
    RT_ATOMIC(uint64_t) received;
};

struct rt_mpsc_sender {
    struct rt_mpsc *channel; /* owned: one reference; NULL: dropped */
};

/* Doesn't keep the channel open. */
struct rt_mpsc_weak_sender {
    struct rt_mpsc *channel; /* owned: one reference; NULL: dropped */
};

struct rt_mpsc_receiver {
    struct rt_mpsc *channel; /* owned: one reference; NULL: dropped */
};

struct rt_mpsc_send {
    union {
        struct rt_future future;
        struct rt_wait wait; /* for a place */
    };
    const void *value; /* borrowed: in the frame beside this one; NULL: only a
                          place is wanted */
    int result; /* when ready: 0; -EPIPE: the receiver has closed; -ENOMEM */
};

struct rt_mpsc_receive {
    struct rt_future future;
    struct rt_mpsc *channel; /* borrowed from the receiver */
    void *value;             /* borrowed: where the value goes */
    int result; /* when ready: 0, or -EPIPE: the end of the stream */
};

/*
 * Makes a channel for values of size bytes, one or more, with so many places
 * or RT_MPSC_UNBOUNDED. 0 or -ENOMEM.
 */
int rt_mpsc_create(size_t size, uint32_t capacity,
                   struct rt_mpsc_sender *sender,
                   struct rt_mpsc_receiver *receiver);

/*
 * What to do with each value that nobody will receive: drop(value) frees what
 * it owns. NULL, the default: nothing. Before the first send.
 */
static inline void rt_mpsc_on_drop(struct rt_mpsc_receiver *receiver,
                                   void (*drop)(void *value))
{
    receiver->channel->drop = drop;
}

/* ---- sending ---- */

extern const struct rt_wait_ops rt_mpsc_send_ops;
extern const struct rt_future_ops rt_mpsc_receive_ops;

/* Sends when there is room. A dropped send has sent nothing. */
static inline struct rt_mpsc_send rt_mpsc_send(struct rt_mpsc_sender *sender,
                                               const void *value)
{
    return (struct rt_mpsc_send){
        .wait = rt_wait_make(&rt_mpsc_send_ops, &sender->channel->waiters),
        .value = value,
        .result = 0,
    };
}

/* Sends now: 0, -EAGAIN when there is no room, -EPIPE, -ENOMEM. */
int rt_mpsc_try_send(struct rt_mpsc_sender *sender, const void *value);

/*
 * From a thread outside of the runtime: blocks until there is room. 0, -EPIPE,
 * -ENOMEM.
 */
int rt_mpsc_blocking_send(struct rt_mpsc_sender *sender, const void *value);

/*
 * Waits for a place first, and decides later what to put there: when the
 * result is 0, follow it by rt_mpsc_send_reserved or rt_mpsc_unreserve.
 */
static inline struct rt_mpsc_send rt_mpsc_reserve(struct rt_mpsc_sender *sender)
{
    return rt_mpsc_send(sender, NULL);
}

/* Puts a value into a reserved place; works also after the close. */
int rt_mpsc_send_reserved(struct rt_mpsc_sender *sender, const void *value);
void rt_mpsc_unreserve(struct rt_mpsc_sender *sender);

/* One more end, and so many senders; one less, and tells who waits of it. */
void rt_mpsc_join(struct rt_mpsc *channel, uint32_t senders);
void rt_mpsc_leave(struct rt_mpsc **end, uint32_t senders);

/* One more sender for the same channel. */
static inline struct rt_mpsc_sender
rt_mpsc_sender_clone(const struct rt_mpsc_sender *sender)
{
    rt_mpsc_join(sender->channel, 1);
    return *sender;
}

/* Gives it up; harmless the second time. */
static inline void rt_mpsc_sender_drop(struct rt_mpsc_sender *sender)
{
    rt_mpsc_leave(&sender->channel, 1);
}

/* A weak sender for the same channel; to be dropped, too. */
static inline struct rt_mpsc_weak_sender
rt_mpsc_downgrade(const struct rt_mpsc_sender *sender)
{
    rt_mpsc_join(sender->channel, 0);
    return (struct rt_mpsc_weak_sender){sender->channel};
}

/* Gives it up; harmless the second time. */
static inline void rt_mpsc_weak_sender_drop(struct rt_mpsc_weak_sender *weak)
{
    rt_mpsc_leave(&weak->channel, 0);
}

/* False when the last sender has gone. */
bool rt_mpsc_upgrade(const struct rt_mpsc_weak_sender *weak,
                     struct rt_mpsc_sender *sender);

/* ---- receiving ---- */

/* Waits for the next value. A receive that is dropped loses none. */
static inline struct rt_mpsc_receive
rt_mpsc_receive(struct rt_mpsc_receiver *receiver, void *value)
{
    return (struct rt_mpsc_receive){
        .future = RT_FUTURE(&rt_mpsc_receive_ops),
        .channel = receiver->channel,
        .value = value,
        .result = 0,
    };
}

/* Receives now: 0, -EAGAIN when it is empty, -EPIPE at the end. */
int rt_mpsc_try_receive(struct rt_mpsc_receiver *receiver, void *value);

/*
 * From a thread outside of the runtime: blocks until there is a value. 0,
 * -EPIPE at the end, -ENOMEM.
 */
int rt_mpsc_blocking_receive(struct rt_mpsc_receiver *receiver, void *value);

/* No more sends; what was sent, or reserved, is still received. */
void rt_mpsc_close(struct rt_mpsc_receiver *receiver);

/* Closes the channel and drops what is in it; harmless the second time. */
void rt_mpsc_receiver_drop(struct rt_mpsc_receiver *receiver);

#endif
