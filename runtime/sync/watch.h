/*
 * Watch: one value that changes, and many who want to know the latest.
 *
 * It is a broadcast that keeps one value, and of which nobody minds what they
 * have missed. A receiver sees the last value only; what came and went between
 * two looks is never seen. changed is ready when there is a value that this
 * receiver has not seen; when the last sender has gone it fails, but only
 * after the last value was seen. Any thread; each end is dropped once by its
 * owner.
 */
#ifndef RT_SYNC_WATCH_H
#define RT_SYNC_WATCH_H

#include "sync/broadcast.h"

struct rt_watch_sender {
    struct rt_broadcast_sender values; /* owned */
};

struct rt_watch_receiver {
    struct rt_broadcast_receiver values; /* owned; next: the first unseen */
};

struct rt_watch_changed {
    union {
        struct rt_future future;
        struct rt_wait wait;
    };
    struct rt_watch_receiver *receiver; /* borrowed */
    int result; /* when ready: 0, there is a new value, which counts as seen;
                   -EPIPE: there will be none */
};

/* A value of size bytes, which is copied, and both ends. 0 or -ENOMEM. */
int rt_watch_create(size_t size, const void *value,
                    struct rt_watch_sender *sender,
                    struct rt_watch_receiver *receiver);

/* Sets the value, seen or not. 0, or -EPIPE: no receiver is left. */
int rt_watch_send(struct rt_watch_sender *sender, const void *value);

/* Copies the value, and marks it as seen. */
void rt_watch_look(struct rt_watch_receiver *receiver, void *value);

/* Is there a value that this receiver has not seen? */
bool rt_watch_has_changed(const struct rt_watch_receiver *receiver);

/* Waits for a value that this receiver has not seen. */
struct rt_watch_changed rt_watch_changed(struct rt_watch_receiver *receiver);

/* A new receiver, which has seen what the other has. */
struct rt_watch_receiver
rt_watch_receiver_clone(const struct rt_watch_receiver *receiver);

/* A new receiver, which has seen the present value. */
static inline struct rt_watch_receiver
rt_watch_subscribe(struct rt_watch_sender *sender)
{
    return (struct rt_watch_receiver){rt_broadcast_subscribe(&sender->values)};
}

/* One more sender. */
static inline struct rt_watch_sender
rt_watch_sender_clone(const struct rt_watch_sender *sender)
{
    return (struct rt_watch_sender){rt_broadcast_sender_clone(&sender->values)};
}

/* Gives up an end of the channel; harmless the second time. */
static inline void rt_watch_sender_drop(struct rt_watch_sender *sender)
{
    rt_broadcast_sender_drop(&sender->values);
}

/* As above. */
static inline void rt_watch_receiver_drop(struct rt_watch_receiver *receiver)
{
    rt_broadcast_receiver_drop(&receiver->values);
}

#endif
