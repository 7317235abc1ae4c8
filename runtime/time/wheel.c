#include "time/wheel.h"

#include <string.h>

#include "base/memory.h"
#include "trace/trace.h"

enum { SLOT_MASK = RT_WHEEL_SLOTS - 1 };

static const uint64_t tick_ns = RT_MILLISECONDS(1);

/* The tick at which a deadline is over: rounded up, never early. */
static uint64_t tick_of(const struct rt_timer *timer)
{
    return timer->deadline / tick_ns + (timer->deadline % tick_ns != 0);
}

/* When a tick is over; or RT_NEVER when that is too much. */
static uint64_t end_of(uint64_t tick)
{
    return tick > RT_NEVER / tick_ns ? RT_NEVER : tick * tick_ns;
}

static struct rt_timer *timer_of(struct rt_list *node)
{
    return RT_CONTAINER_OF(node, struct rt_timer, node);
}

void rt_wheel_init(struct rt_wheel *wheel)
{
    memset(wheel, 0, sizeof(*wheel));
    for (int level = 0; level < RT_WHEEL_LEVELS; level++) {
        for (int slot = 0; slot < RT_WHEEL_SLOTS; slot++) {
            rt_list_init(&wheel->slots[level][slot]);
        }
    }
}

/* ---- arming ---- */

/* Links a timer into its slot: that of now itself, if it is due. */
static void put(struct rt_wheel *wheel, struct rt_timer *timer, uint64_t tick)
{
    uint64_t differ = (wheel->now ^ tick) | SLOT_MASK;
    int level = (63 - __builtin_clzll(differ)) / RT_WHEEL_SLOT_BITS;
    int slot = (int)(tick >> (level * RT_WHEEL_SLOT_BITS) & SLOT_MASK);

    rt_list_push_back(&wheel->slots[level][slot], &timer->node);
    wheel->occupied[level] |= UINT64_C(1) << slot;
}

/* No read-modify-write: only who holds the lock writes. */
static void set_count_locked(struct rt_wheel *wheel, uint64_t count)
{
    atomic_store_explicit(&wheel->count, count, memory_order_relaxed);
}

static void trace_arming(struct rt_timer *timer, uint64_t tick)
{
    static RT_ATOMIC(uint32_t) last_id; /* of all wheels */

    timer->id = atomic_fetch_add(&last_id, 1) + 1;
    timer->task = rt_trace_task();
    rt_trace_write(RT_TRACE_TIMER_ARM, timer->task, timer->id, 0, end_of(tick));
}

enum rt_armed rt_wheel_arm(struct rt_wheel *wheel, struct rt_timer *timer,
                           const struct rt_waker *waker)
{
    uint64_t tick = tick_of(timer);
    struct rt_waker old = RT_NO_WAKER;
    enum rt_armed armed = RT_ARMED;

    rt_lock_acquire(&wheel->lock);
    if (rt_timer_is_armed(timer)) {
        if (!rt_waker_is_same(&timer->waker, waker)) {
            old = timer->waker;
            timer->waker = rt_waker_clone(waker);
        }
    } else if (tick <= wheel->now) {
        armed = RT_ARMED_DUE;
    } else {
        timer->waker = rt_waker_clone(waker);
        RT_TRACE(trace_arming(timer, tick));
        set_count_locked(wheel, rt_wheel_count(wheel) + 1);
        put(wheel, timer, tick);
        if (tick < wheel->awaited) {
            wheel->awaited = 0; /* once is enough: he will ask again */
            armed = RT_ARMED_NOW;
        }
    }
    rt_lock_release(&wheel->lock);
    rt_waker_drop(&old);
    return armed;
}

/* Takes the timer's waker, with which it is no longer armed. */
static struct rt_waker take_waker_locked(struct rt_wheel *wheel,
                                         struct rt_timer *timer)
{
    struct rt_waker waker = timer->waker;

    timer->waker = RT_NO_WAKER;
    set_count_locked(wheel, rt_wheel_count(wheel) - 1);
    return waker;
}

struct rt_waker rt_wheel_disarm(struct rt_wheel *wheel, struct rt_timer *timer)
{
    struct rt_waker waker = RT_NO_WAKER;

    rt_lock_acquire(&wheel->lock);
    if (rt_timer_is_armed(timer)) {
        RT_TRACE(rt_trace_write(RT_TRACE_TIMER_CANCEL, timer->task, timer->id,
                                0, 0));
        rt_list_remove(&timer->node);
        waker = take_waker_locked(wheel, timer);
    }
    rt_lock_release(&wheel->lock);
    return waker;
}

/* ---- what comes next ---- */

/* The first slot in use of a level, or NULL. Forgets those that got empty. */
static struct rt_list *first_of_level(struct rt_wheel *wheel, int level)
{
    while (wheel->occupied[level]) {
        int slot = __builtin_ctzll(wheel->occupied[level]);

        if (!rt_list_is_empty(&wheel->slots[level][slot])) {
            return &wheel->slots[level][slot];
        }
        wheel->occupied[level] &= wheel->occupied[level] - 1;
    }
    return NULL;
}

/*
 * The first slot in use of the lowest level in use holds the earliest timers:
 * a timer in a higher level differs from now in a higher group of bits. None
 * lies behind now, since it has the higher groups in common with now, and is
 * later. *start is the tick at which the slot begins; UINT64_MAX: no timers.
 */
static struct rt_list *first_slot(struct rt_wheel *wheel, int *level,
                                  uint64_t *start)
{
    for (*level = 0; *level < RT_WHEEL_LEVELS; (*level)++) {
        int shift = *level * RT_WHEEL_SLOT_BITS;
        struct rt_list *slot = first_of_level(wheel, *level);

        if (slot) {
            *start = wheel->now >> shift & ~(uint64_t)SLOT_MASK;
            *start += (uint64_t)(slot - wheel->slots[*level]);
            *start <<= shift;
            return slot;
        }
    }
    *start = UINT64_MAX;
    return NULL;
}

uint64_t rt_wheel_await(struct rt_wheel *wheel)
{
    uint64_t time;
    int level;

    rt_lock_acquire(&wheel->lock);
    first_slot(wheel, &level, &wheel->awaited);
    time = end_of(wheel->awaited);
    rt_lock_release(&wheel->lock);
    return time;
}

uint64_t rt_wheel_next_timer(struct rt_wheel *wheel)
{
    uint64_t earliest = RT_NEVER;
    struct rt_list *slot;
    uint64_t start;
    int level;

    rt_lock_acquire(&wheel->lock);
    slot = first_slot(wheel, &level, &start);
    for (struct rt_list *node = slot ? slot->next : NULL; node != slot;
         node = node->next) {
        uint64_t time = end_of(tick_of(timer_of(node)));

        earliest = time < earliest ? time : earliest;
    }
    rt_lock_release(&wheel->lock);
    return earliest;
}

/* ---- firing ---- */

/*
 * Wakes one timer, which is in no slot any more. Releases the lock for that:
 * a wake may run anything.
 */
static void fire_unlocked(struct rt_wheel *wheel, struct rt_timer *timer)
{
    struct rt_waker waker = take_waker_locked(wheel, timer);
    uint32_t id = timer->id;

    RT_TRACE(rt_trace_write(RT_TRACE_TIMER_FIRE, timer->task, id, 0,
                            end_of(tick_of(timer))));
    rt_lock_release(&wheel->lock);
    RT_TRACE(rt_trace_set_source(RT_TRACE_FROM_TIMER, id));
    rt_waker_wake(&waker);
    rt_lock_acquire(&wheel->lock);
}

/*
 * Empties a slot whose time has come. All timers of level 0 are due. While one
 * of them is woken, others may be disarmed, but none can be added: its tick
 * would be over.
 */
static void empty_slot(struct rt_wheel *wheel, struct rt_list *slot, int level)
{
    struct rt_list moved;
    struct rt_list *node;

    if (level == 0) {
        while ((node = rt_list_pop_front(slot))) {
            fire_unlocked(wheel, timer_of(node));
        }
        return;
    }
    rt_list_move_all(slot, &moved);
    while ((node = rt_list_pop_front(&moved))) {
        put(wheel, timer_of(node), tick_of(timer_of(node)));
    }
}

void rt_wheel_advance(struct rt_wheel *wheel, uint64_t now)
{
    uint64_t tick = now / tick_ns;
    uint64_t start;
    int level;
    struct rt_list *slot;

    rt_lock_acquire(&wheel->lock);
    wheel->awaited = 0;
    while ((slot = first_slot(wheel, &level, &start)) && start <= tick) {
        wheel->now = start;
        empty_slot(wheel, slot, level);
    }
    if (tick > wheel->now) {
        wheel->now = tick;
    }
    rt_lock_release(&wheel->lock);
}
