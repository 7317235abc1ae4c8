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

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/lock.h"
#include "future/future.h"

struct rt_notify {
    struct rt_lock lock;
    struct rt_list waiters; /* guarded by lock, like the rest */
    bool has_permit;        /* a notify_one that found nobody */
    uint32_t broadcasts;    /* how often notify_waiters was called */
};

struct rt_notified {
    struct rt_future future;
    struct rt_notify *notify; /* borrowed */
    struct rt_list node;      /* guarded by its lock, like the rest */
    struct rt_waker waker;    /* owned; held exactly while it is queued */
    uint32_t broadcasts;      /* how many there had been at the call */
    bool was_picked;          /* by a notify_one, and has not said ready yet */
};

/* Nobody waits, and no permit is stored. Nothing to deinit. */
void rt_notify_init(struct rt_notify *notify);

/* A future that is ready when it has been notified, from this call on. */
struct rt_notified rt_notify_notified(struct rt_notify *notify);

/* Wakes the one that has waited longest or stores a permit; wakes all. */
void rt_notify_one(struct rt_notify *notify);
void rt_notify_waiters(struct rt_notify *notify);

/*
 * For the poll of a future that waits until something is so: polls, as the
 * child of self, one wait after another until look(self) says true. Each wait
 * is made before the look, so a change in between completes it; and each tells
 * of one change only, which need not be the one that self waits for. wait is
 * in the frame of self; notify lives at least as long.
 */
enum rt_poll rt_notify_poll_until(struct rt_notify *notify,
                                  struct rt_notified *wait,
                                  struct rt_future *self,
                                  bool (*look)(struct rt_future *self),
                                  struct rt_context *cx);

#endif
