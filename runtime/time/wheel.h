/*
 * Timer wheel: holds any number of timers; insert and cancel take constant
 * time.
 *
 * A hierarchical wheel (Varghese and Lauck: "Hashed and hierarchical timing
 * wheels", SOSP 1987) of 6 levels with 64 slots each. A tick is 1 ms. A slot
 * of level 0 is one tick wide, one of level 1 is 64 ticks, and so on: level 5
 * reaches 2 years, and what lies beyond waits in its last slot and is sorted
 * in again. A timer sits in the level of the highest group of 6 bits in which
 * its deadline differs from now, and moves down as that time comes.
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

enum {
    RT_WHEEL_LEVELS = 6,
    RT_WHEEL_SLOT_BITS = 6,
    RT_WHEEL_SLOTS = 1 << RT_WHEEL_SLOT_BITS,
};

struct rt_timer {
    struct rt_list node;   /* in a slot, or in a list of fired timers */
    uint64_t tick;         /* when it is due */
    struct rt_waker waker; /* owned: woken when it fires; set while armed */
    uint32_t id;           /* from 1: which arming it is, for the trace */
    uint32_t task;         /* who armed it, for the trace */
};

struct rt_wheel {
    RT_ATOMIC(uint64_t) count; /* armed timers; changed under the lock only */
    struct rt_lock lock;       /* guards what follows */
    uint64_t now;              /* tick up to which timers have fired */
    uint64_t awaited;          /* the tick that somebody waits for: see below */
    uint32_t last_id;
    uint64_t occupied[RT_WHEEL_LEVELS]; /* a bit for each slot in use */
    struct rt_list slots[RT_WHEEL_LEVELS][RT_WHEEL_SLOTS];
};

/* A wheel without timers, at tick 0. Nothing to deinit. */
void rt_wheel_init(struct rt_wheel *wheel);

/* The tick at which a deadline in ns is over: rounded up, never early. */
uint64_t rt_wheel_tick_of(uint64_t deadline_ns);

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
    RT_ARMED_DUE, /* its tick is over: it is not armed */
    RT_ARMED_NOW, /* it will fire before what rt_wheel_await was told, so
                     whoever waits is to be interrupted */
};

/*
 * Arms a timer (zero at first) for a tick, to wake a clone of waker; the timer
 * must stay where it is until it fires or is disarmed. If it is armed already,
 * it keeps its tick and gets this waker.
 */
enum rt_armed rt_wheel_arm(struct rt_wheel *wheel, struct rt_timer *timer,
                           uint64_t tick, const struct rt_waker *waker);

/* Disarms a timer; returns the waker, owned, if it had not fired. */
struct rt_waker rt_wheel_disarm(struct rt_wheel *wheel, struct rt_timer *timer);

/*
 * The next tick at which the wheel has work, in constant time: a timer that
 * is due, or a slot to sort into lower levels. False: no timers.
 */
bool rt_wheel_next_work(struct rt_wheel *wheel, uint64_t *tick);

/*
 * The same, for somebody who is going to wait until then: see RT_ARMED_NOW.
 * He calls rt_wheel_await_end afterwards.
 */
bool rt_wheel_await(struct rt_wheel *wheel, uint64_t *tick);
void rt_wheel_await_end(struct rt_wheel *wheel);

/*
 * The tick of the earliest timer; looks through one slot, or through the top
 * level when only that is in use. False: no timers.
 */
bool rt_wheel_next_timer(struct rt_wheel *wheel, uint64_t *tick);

/*
 * Moves time on to tick and wakes the timers that are due, in the order of
 * their ticks. A wake may arm and disarm timers of this wheel.
 */
void rt_wheel_advance(struct rt_wheel *wheel, uint64_t tick);

#endif
