/*
 * Notify: "something has changed, look again", without a value.
 *
 * notify_one wakes the waiter that has waited longest. When nobody waits it
 * stores one permit, and at most one, for the next who does; so a change
 * between a look and a wait is not missed. notify_waiters completes all the
 * waits that exist, also those not yet polled, and stores nothing. Any thread.
 */
#ifndef RT_SYNC_NOTIFY_H
#define RT_SYNC_NOTIFY_H

#include <stdint.h>

#include "sync/waiters.h"

struct rt_notify {
    struct rt_waiters waiters;
    bool has_permit;     /* guarded by their lock: of a notify_one that found
                            nobody */
    uint32_t broadcasts; /* likewise: how often notify_waiters was called */
};

struct rt_notified {
    union {
        struct rt_future future;
        struct rt_wait wait;
    };
    uint32_t broadcasts; /* how many there had been at the call */
};

/* Nobody waits, and no permit is stored. Nothing to deinit. */
void rt_notify_init(struct rt_notify *notify);

/* A future that is ready when it has been notified, from this call on. */
struct rt_notified rt_notify_notified(struct rt_notify *notify);

/* Wakes the one that has waited longest or stores a permit; wakes all. */
void rt_notify_one(struct rt_notify *notify);
void rt_notify_waiters(struct rt_notify *notify);

#endif
