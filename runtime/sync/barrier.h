/*
 * Barrier: so many tasks wait for each other, round after round.
 *
 * The last to come releases all; exactly one of a round, the leader, is told
 * so. A barrier for 0 or 1 never waits. Any thread.
 */
#ifndef RT_SYNC_BARRIER_H
#define RT_SYNC_BARRIER_H

#include <stdint.h>

#include "sync/waiters.h"

struct rt_barrier {
    struct rt_waiters waiters;
    uint32_t size;    /* tasks of a round */
    uint32_t arrived; /* guarded by the waiters' lock: in this round */
    uint64_t round;   /* likewise */
};

struct rt_barrier_wait {
    union {
        struct rt_future future;
        struct rt_wait wait;
    };
    uint64_t round;   /* in which it has arrived */
    bool has_arrived; /* counted, also when it is dropped */
    bool is_leader;   /* when ready */
};

/* For size tasks that wait for each other. Nothing to deinit. */
void rt_barrier_init(struct rt_barrier *barrier, uint32_t size);

/* Arrives at its first poll; ready when all have arrived. */
struct rt_barrier_wait rt_barrier_wait(struct rt_barrier *barrier);

#endif
