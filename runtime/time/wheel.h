/*
 * Timer wheel: holds any number of timers; arming and disarming one takes
 * constant time.
 *
 * A hierarchical wheel (Varghese and Lauck: "Hashed and hierarchical timing
 * wheels", SOSP 1987). A tick is 1 ms; deadlines round up to one. A level has
 * 64 slots: one of level 0 is a tick wide, one of level 1 is 64 ticks, and so
 * on. A timer sits in the level of the highest group of 6 bits in which its
 * tick differs from now, and moves down as that time comes. With 8 levels there
 * is no time in ns that is out of reach.
 *
 * Threads: any thread may use a wheel; its lock guards it and its timers. A
 * timer's waker is woken outside of the lock, so it may do anything.
 */
#ifndef RT_TIME_WHEEL_H
#define RT_TIME_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/list.h"
#include "base/lock.h"
#include "future/waker.h"
#include "time/duration.h"

enum {
    RT_WHEEL_LEVELS = 8,
    RT_WHEEL_SLOT_BITS = 6,
    RT_WHEEL_SLOTS = 1 << RT_WHEEL_SLOT_BITS,
};

/* Zero at first; it stays where it is while it is armed. */
struct rt_timer {
    struct rt_list node;   /* in a slot, while armed */
    uint64_t deadline;     /* ns: set by its owner, while not armed */
    struct rt_waker waker; /* owned: woken when it fires; set while armed */
    uint32_t id;           /* for the trace, from 1: which arming it is */
    uint32_t task;         /* for the trace: who armed it */
};

struct rt_wheel {
    RT_ATOMIC(uint64_t) count; /* armed timers; changed under the lock only */
    struct rt_lock lock;       /* guards what follows */
    uint64_t now;              /* tick up to which timers have fired */
    uint64_t awaited;          /* the tick that somebody waits for; 0: nobody */
    uint64_t occupied[RT_WHEEL_LEVELS]; /* a bit for each slot in use; may be
                                           set for one that got empty */
    struct rt_list slots[RT_WHEEL_LEVELS][RT_WHEEL_SLOTS];
};

/* A wheel without timers, at time 0. Nothing to deinit. */
void rt_wheel_init(struct rt_wheel *wheel);

/* How many timers are armed. */
static inline uint64_t rt_wheel_count(const struct rt_wheel *wheel)
{
    return atomic_load_explicit(&wheel->count, memory_order_relaxed);
}

/* True from arming until it fires or is disarmed. Under the lock. */
static inline bool rt_timer_is_armed(const struct rt_timer *timer)
{
    return timer->waker.ops != NULL;
}

/* What became of a timer that was to be armed. */
enum rt_armed {
    RT_ARMED,     /* it will fire */
    RT_ARMED_DUE, /* its time is over: it is not armed */
    RT_ARMED_NOW, /* it will fire before what rt_wheel_await has told, so
                     whoever waits is to be interrupted; told once a wait */
};

/*
 * Arms a timer to wake a clone of waker at its deadline. If it is armed
 * already, it gets this waker.
 */
enum rt_armed rt_wheel_arm(struct rt_wheel *wheel, struct rt_timer *timer,
                           const struct rt_waker *waker);

/* Disarms a timer; returns the waker, owned, if it had not fired. */
struct rt_waker rt_wheel_disarm(struct rt_wheel *wheel, struct rt_timer *timer);

/*
 * The next time, ns, at which the wheel has work: a timer that is due, or a
 * slot whose timers move down. RT_NEVER: no timers. In constant time. The
 * caller is going to wait for it, and calls rt_wheel_advance then.
 */
uint64_t rt_wheel_await(struct rt_wheel *wheel);

/* When the earliest timer fires, ns; looks through one slot. RT_NEVER: none. */
uint64_t rt_wheel_next_timer(struct rt_wheel *wheel);

/*
 * Moves time on to now ns and wakes the timers that are due, in the order of
 * their ticks. A wake may arm and disarm timers of this wheel.
 */
void rt_wheel_advance(struct rt_wheel *wheel, uint64_t now);

#endif
