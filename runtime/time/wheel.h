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
 * Not locked: one thread, or a lock around it.
 */
#ifndef RT_TIME_WHEEL_H
#define RT_TIME_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "future/waker.h"

enum {
    RT_WHEEL_LEVELS = 6,
    RT_WHEEL_SLOT_BITS = 6,
    RT_WHEEL_SLOTS = 1 << RT_WHEEL_SLOT_BITS,
};

struct rt_timer {
    struct rt_list node;   /* in a slot, or in a list of fired timers */
    uint64_t tick;         /* when it is due */
    struct rt_waker waker; /* owned: woken when it fires */
    uint32_t id;           /* from 1: which arming it is, for the trace */
    uint32_t task;         /* who armed it, for the trace */
};

struct rt_wheel {
    uint64_t now;   /* tick up to which timers have fired */
    uint64_t count; /* timers in the slots */
    uint32_t last_id;
    uint64_t occupied[RT_WHEEL_LEVELS]; /* a bit for each slot in use */
    struct rt_list slots[RT_WHEEL_LEVELS][RT_WHEEL_SLOTS];
};

void rt_wheel_init(struct rt_wheel *wheel);

/* The tick at which a deadline in ns is over: rounded up, never early. */
uint64_t rt_wheel_tick_of(uint64_t deadline_ns);

/* Makes a timer that is in no wheel. */
void rt_timer_init(struct rt_timer *timer);

/* True from insertion until it fires or is removed. */
bool rt_timer_is_armed(const struct rt_timer *timer);

/*
 * Inserts a timer that is not armed, for a tick later than wheel->now; the
 * timer must stay where it is until it fires or is removed.
 */
void rt_wheel_insert(struct rt_wheel *wheel, struct rt_timer *timer,
                     uint64_t tick);

/* Removes a timer, also one that has fired but was not woken yet. */
void rt_wheel_remove(struct rt_wheel *wheel, struct rt_timer *timer);

/*
 * The next tick at which the wheel has work, in constant time: a timer that
 * is due, or a slot to sort into lower levels. False: no timers.
 */
bool rt_wheel_next_work(const struct rt_wheel *wheel, uint64_t *tick);

/*
 * The tick of the earliest timer; looks through one slot, or through the top
 * level when only that is in use. False: no timers.
 */
bool rt_wheel_next_timer(const struct rt_wheel *wheel, uint64_t *tick);

/*
 * Moves time on to tick and wakes the timers that are due, in the order of
 * their ticks. A wake may insert and remove timers of this wheel.
 */
void rt_wheel_advance(struct rt_wheel *wheel, uint64_t tick);

#endif
