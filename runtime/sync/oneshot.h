/*
 * Oneshot: one value, once, from one task to another.
 *
 *     rt_oneshot_create(sizeof(int), &self->sender, &self->receiver);
 *     ...
 *     rt_oneshot_send(&sender, &value);          in one task
 *     RT_AWAIT(receiver); ... receiver.result    in the other
 *
 * Each end is dropped once by its owner, or used up: the sender by sending,
 * the receiver by being ready. The value is copied as bytes. Any thread.
 */
#ifndef RT_SYNC_ONESHOT_H
#define RT_SYNC_ONESHOT_H

#include <stddef.h>

#include "sync/waiters.h"

struct rt_oneshot; /* what both ends share */

struct rt_oneshot_sender {
    struct rt_oneshot *shared; /* owned: one of two references */
};

struct rt_oneshot_receiver {
    union {
        struct rt_future future;
        struct rt_wait wait;
    };
    struct rt_oneshot *shared; /* owned: one of two references */
    void *value;               /* borrowed: where the value goes */
    int result; /* when ready: 0, the value is there; -EPIPE: the sender was
                   dropped, or the receiver was closed, without a value */
};

/* Ready when the receiver is closed or dropped. */
struct rt_oneshot_closed {
    union {
        struct rt_future future;
        struct rt_wait wait;
    };
};

/*
 * Makes both ends, for values of size bytes. value is where the receiver puts
 * it, and lives as long as the receiver. 0 or -ENOMEM.
 */
int rt_oneshot_create(size_t size, void *value,
                      struct rt_oneshot_sender *sender,
                      struct rt_oneshot_receiver *receiver);

/* Sends and uses the sender up. 0, or -EPIPE: nobody will receive it. */
int rt_oneshot_send(struct rt_oneshot_sender *sender, const void *value);

/* Gives up the sender without a value; harmless when it is used up. */
void rt_oneshot_sender_drop(struct rt_oneshot_sender *sender);

/* A future for who would rather not compute what nobody waits for. */
struct rt_oneshot_closed rt_oneshot_closed(struct rt_oneshot_sender *sender);

/* The sender fails from now on; a value that was sent is still received. */
void rt_oneshot_close(struct rt_oneshot_receiver *receiver);

/* The value now: 0, -EAGAIN when it is not there yet, or -EPIPE. */
int rt_oneshot_try_receive(struct rt_oneshot_receiver *receiver);

#endif
