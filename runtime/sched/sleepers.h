/*
 * Sleepers: which workers sleep, and how many look for work.
 *
 * Work that comes is worth a wake only if nobody is looking for work already:
 * a searcher will find it. That holds only if the last searcher, before it
 * goes to sleep, looks everywhere once more; that is the duty of whoever
 * calls rt_sleepers_add and gets true. The design is Tokio's (idle.rs).
 *
 * Both counters are in one word and change with sequentially consistent
 * operations: "push a task, then look for searchers" on one side, "stop
 * searching, then look for tasks" on the other. One of the two sees the other.
 */
#ifndef RT_SCHED_SLEEPERS_H
#define RT_SCHED_SLEEPERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/lock.h"
#include "sched/runtime.h"

enum { RT_NO_SLEEPER = -1 };

struct rt_sleepers {
    _Atomic uint32_t state; /* workers awake, and how many of them search */
    uint32_t workers;
    struct rt_lock lock; /* guards what follows, and the growth of state */
    uint32_t count;
    uint16_t asleep[RT_WORKERS_MOST]; /* indexes of workers; last in, first
                                         out: the warmest cache */
};

/* All workers are awake. */
void rt_sleepers_init(struct rt_sleepers *sleepers, uint32_t workers);

/*
 * There is new work: takes out a worker, to be woken and then counted as
 * searching, or returns RT_NO_SLEEPER when none is needed. The work must be
 * where a searcher finds it before the call.
 */
int rt_sleepers_take_for_work(struct rt_sleepers *sleepers);

/*
 * This worker goes to sleep. True: it was the last searcher, so it must look
 * at every queue again.
 */
bool rt_sleepers_add(struct rt_sleepers *sleepers, uint32_t worker,
                     bool is_searching);

/*
 * Was this worker taken out, to search? If not, and it has work all the same,
 * it takes itself out.
 */
bool rt_sleepers_was_taken(struct rt_sleepers *sleepers, uint32_t worker,
                           bool has_work);

/* May one more worker search? At most half of them do. */
bool rt_sleepers_begin_search(struct rt_sleepers *sleepers);

/* True: it was the last searcher, and found work: somebody else must look. */
bool rt_sleepers_end_search(struct rt_sleepers *sleepers);

#endif
