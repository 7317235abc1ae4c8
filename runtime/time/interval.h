/*
 * Interval: a tick every so often.
 *
 *     self->every = rt_interval(RT_SECONDS(1));
 *     for (;;) {
 *         self->tick = rt_interval_tick(&self->every);
 *         RT_AWAIT(self->tick);
 *         ...
 *     }
 *
 * The first tick comes at once (or at the start that was asked for), the
 * next a period after it, however long the work in between takes. When a tick
 * is awaited more than 5 ms after its time, the rule for missed ticks decides
 * about the one that follows. A tick that is dropped while it is pending is
 * not lost: the next await waits for the same one.
 */
#ifndef RT_TIME_INTERVAL_H
#define RT_TIME_INTERVAL_H

#include "time/sleep.h"

enum rt_missed_ticks {
    RT_MISSED_BURST, /* they come at once, one after another, until the ticks
                        are where they would have been */
    RT_MISSED_DELAY, /* they are forgotten: a period from now, and so on */
    RT_MISSED_SKIP,  /* they are forgotten: the next whole number of periods
                        after the late tick */
};

struct rt_interval {
    uint64_t period; /* ns */
    uint64_t next;   /* when the next tick is due; may be set while none is
                        pending */
    enum rt_missed_ticks missed; /* may be set at any time */
};

struct rt_interval_tick {
    struct rt_future future;
    struct rt_interval *interval; /* borrowed */
    struct rt_sleep sleep;
    uint64_t scheduled; /* when ready: the time for which it was due, ns */
};

/*
 * A tick every period ns, which is not 0; the first one now, or at start ns.
 * Called inside a runtime. Missed ticks burst. Nothing to deinit.
 */
struct rt_interval rt_interval(uint64_t period);
struct rt_interval rt_interval_at(uint64_t start, uint64_t period);

/* A future that is ready at the next tick. One at a time for each interval. */
struct rt_interval_tick rt_interval_tick(struct rt_interval *interval);

/* The next tick is a period from now. Not while a tick is pending. */
void rt_interval_reset(struct rt_interval *interval);

#endif
