/*
 * What the ends of an mpsc channel share. Private to sync/mpsc*.c.
 */
#ifndef RT_SYNC_MPSC_CORE_H
#define RT_SYNC_MPSC_CORE_H

#include "sync/mpsc.h"
#include "sync/ring.h"

struct rt_mpsc {
    struct rt_semaphore room; /* a permit for each free place; if bounded */
    uint32_t capacity;        /* permits in all; 0: unbounded */
    void (*drop)(void *value);

    struct rt_lock lock;
    uint32_t references;      /* guarded by lock, like the rest: all ends */
    uint32_t senders;         /* that are not weak */
    bool is_closed;           /* by the receiver */
    struct rt_waker receiver; /* owned: who waits for a value */
    struct rt_ring values;    /* what waits to be received */
};

/* Gives up a reference, and so many senders; tells the receiver of the end. */
void rt_mpsc_leave(struct rt_mpsc *channel, uint32_t senders);

/* The receiver's waker, to be woken or dropped when the lock is free again. */
static inline struct rt_waker
rt_mpsc_take_receiver_locked(struct rt_mpsc *channel)
{
    struct rt_waker waker = channel->receiver;

    channel->receiver = RT_NO_WAKER;
    return waker;
}

#endif
