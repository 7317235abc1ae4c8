/*
 * Watch: one value that changes, and many who want to know the latest.
 *
 * A receiver sees the last value only; what came and went between two looks
 * is never seen. changed is ready when there is a value that this receiver
 * has not seen; when the last sender has gone it fails, but only after the
 * last value was seen. Any thread; each end is dropped once by its owner.
 */
#ifndef RT_SYNC_WATCH_H
#define RT_SYNC_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/notify.h"

struct rt_watch; /* what all ends share */

struct rt_watch_sender {
    struct rt_watch *shared; /* owned: one reference; NULL: dropped */
};

struct rt_watch_receiver {
    struct rt_watch *shared; /* owned: one reference; NULL: dropped */
    uint64_t seen;           /* version of the value that it has seen */
};

struct rt_watch_changed {
    struct rt_future future;
    struct rt_watch_receiver *receiver; /* borrowed */
    struct rt_notified notified;
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
struct rt_watch_receiver rt_watch_subscribe(struct rt_watch_sender *sender);

/* One more sender. */
struct rt_watch_sender
rt_watch_sender_clone(const struct rt_watch_sender *sender);

/* Gives up an end of the channel; harmless the second time. */
void rt_watch_sender_drop(struct rt_watch_sender *sender);
void rt_watch_receiver_drop(struct rt_watch_receiver *receiver);

#endif
