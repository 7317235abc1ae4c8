#include "time/wheel.h"

#include <string.h>

#include "base/memory.h"
#include "time/duration.h"
#include "trace/trace.h"

enum { SLOT_MASK = RT_WHEEL_SLOTS - 1 };

/* Beyond the reach of the top level: one turn of it less a tick. */
#define FARTHEST ((UINT64_C(1) << (RT_WHEEL_LEVELS * RT_WHEEL_SLOT_BITS)) - 1)

void rt_wheel_init(struct rt_wheel *wheel)
{
    memset(wheel, 0, sizeof(*wheel));
    for (int level = 0; level < RT_WHEEL_LEVELS; level++) {
        for (int slot = 0; slot < RT_WHEEL_SLOTS; slot++) {
            rt_list_init(&wheel->slots[level][slot]);
        }
    }
}

uint64_t rt_wheel_tick_of(uint64_t deadline_ns)
{
    uint64_t ms = RT_MILLISECONDS(1);

    return deadline_ns / ms + (deadline_ns % ms != 0);
}

/* The highest level whose 6 bits differ between now and tick. */
static int level_of(uint64_t now, uint64_t tick)
{
    uint64_t differ = (now ^ tick) | SLOT_MASK;
    int highest_bit;

    if (differ > FARTHEST) {
        return RT_WHEEL_LEVELS - 1;
    }
    highest_bit = 63 - __builtin_clzll(differ);
    return highest_bit / RT_WHEEL_SLOT_BITS;
}

static int slot_of(uint64_t tick, int level)
{
    return (int)((tick >> (level * RT_WHEEL_SLOT_BITS)) & SLOT_MASK);
}

/* Links a timer into its slot. One that is too far waits in the last slot. */
static void put(struct rt_wheel *wheel, struct rt_timer *timer)
{
    bool is_too_far = timer->tick - wheel->now > FARTHEST;
    uint64_t tick = is_too_far ? wheel->now + FARTHEST : timer->tick;
    int level = level_of(wheel->now, tick);
    int slot = slot_of(tick, level);

    rt_list_push_back(&wheel->slots[level][slot], &timer->node);
    wheel->occupied[level] |= UINT64_C(1) << slot;
}

/* If head is the head of a slot, that slot is empty now. */
static void mark_empty(struct rt_wheel *wheel, const struct rt_list *head)
{
    const struct rt_list *first = &wheel->slots[0][0];
    size_t index;

    if (head < first ||
        head >= first + (size_t)RT_WHEEL_LEVELS * RT_WHEEL_SLOTS) {
        return; /* the list of fired timers */
    }
    index = (size_t)(head - first);
    wheel->occupied[index / RT_WHEEL_SLOTS] &=
        ~(UINT64_C(1) << (index % RT_WHEEL_SLOTS));
}

static void add_to_count_locked(struct rt_wheel *wheel, int64_t change)
{
    /* No read-modify-write: only who holds the lock writes. */
    atomic_store_explicit(&wheel->count,
                          rt_wheel_count(wheel) + (uint64_t)change,
                          memory_order_relaxed);
}

/* Takes the timer's waker, with which it is no longer armed. */
static struct rt_waker take_waker_locked(struct rt_wheel *wheel,
                                         struct rt_timer *timer)
{
    struct rt_waker waker = timer->waker;

    timer->waker = RT_NO_WAKER;
    add_to_count_locked(wheel, -1);
    return waker;
}

static void insert_locked(struct rt_wheel *wheel, struct rt_timer *timer,
                          uint64_t tick, const struct rt_waker *waker)
{
    timer->tick = tick;
    timer->id = ++wheel->last_id;
    timer->waker = rt_waker_clone(waker);
    RT_TRACE(timer->task = rt_trace_task());
    RT_TRACE(rt_trace_write(RT_TRACE_TIMER_ARM, timer->task, timer->id, 0,
                            rt_duration_of_tick(tick)));
    add_to_count_locked(wheel, 1);
    put(wheel, timer);
}

enum rt_armed rt_wheel_arm(struct rt_wheel *wheel, struct rt_timer *timer,
                           uint64_t tick, const struct rt_waker *waker)
{
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
        insert_locked(wheel, timer, tick, waker);
        armed = tick < wheel->awaited ? RT_ARMED_NOW : RT_ARMED;
    }
    rt_lock_release(&wheel->lock);
    rt_waker_drop(&old);
    return armed;
}

struct rt_waker rt_wheel_disarm(struct rt_wheel *wheel, struct rt_timer *timer)
{
    struct rt_waker waker = RT_NO_WAKER;
    struct rt_list *neighbour;

    rt_lock_acquire(&wheel->lock);
    if (rt_timer_is_armed(timer)) {
        RT_TRACE(rt_trace_write(RT_TRACE_TIMER_CANCEL, timer->task, timer->id,
                                0, 0));
        neighbour = timer->node.next;
        rt_list_remove(&timer->node);
        if (rt_list_is_empty(neighbour)) {
            mark_empty(wheel, neighbour);
        }
        waker = take_waker_locked(wheel, timer);
    }
    rt_lock_release(&wheel->lock);
    return waker;
}

/*
 * The first slot in use of the lowest level in use holds the earliest timers:
 * a timer in a higher level differs from now in a higher group of bits.
 */
static struct rt_list *first_slot(const struct rt_wheel *wheel, int *level,
                                  uint64_t *start)
{
    for (*level = 0; *level < RT_WHEEL_LEVELS; (*level)++) {
        uint64_t bits = wheel->occupied[*level];
        int shift = *level * RT_WHEEL_SLOT_BITS;
        int here = slot_of(wheel->now, *level);
        int ahead;

        if (!bits) {
            continue;
        }
        /* Rotate, so that the slot behind the current one is bit 0. */
        here = (here + 1) & SLOT_MASK;
        bits = bits >> here | bits << ((RT_WHEEL_SLOTS - here) & SLOT_MASK);
        ahead = __builtin_ctzll(bits) + 1;
        *start = ((wheel->now >> shift) + (uint64_t)ahead) << shift;
        here = (here - 1 + ahead) & SLOT_MASK;
        return (struct rt_list *)(uintptr_t)&wheel->slots[*level][here];
    }
    return NULL;
}

bool rt_wheel_next_work(struct rt_wheel *wheel, uint64_t *tick)
{
    bool has_work;
    int level;

    rt_lock_acquire(&wheel->lock);
    has_work = first_slot(wheel, &level, tick) != NULL;
    rt_lock_release(&wheel->lock);
    return has_work;
}

bool rt_wheel_await(struct rt_wheel *wheel, uint64_t *tick)
{
    bool has_work;
    int level;

    rt_lock_acquire(&wheel->lock);
    has_work = first_slot(wheel, &level, tick) != NULL;
    wheel->awaited = has_work ? *tick : UINT64_MAX;
    rt_lock_release(&wheel->lock);
    return has_work;
}

void rt_wheel_await_end(struct rt_wheel *wheel)
{
    rt_lock_acquire(&wheel->lock);
    wheel->awaited = 0;
    rt_lock_release(&wheel->lock);
}

static struct rt_timer *timer_of(struct rt_list *node)
{
    return RT_CONTAINER_OF(node, struct rt_timer, node);
}

/* The earliest tick in a slot; UINT64_MAX when it is empty. */
static uint64_t earliest_in(const struct rt_list *slot)
{
    uint64_t earliest = UINT64_MAX;

    for (struct rt_list *node = slot->next; node != slot; node = node->next) {
        if (timer_of(node)->tick < earliest) {
            earliest = timer_of(node)->tick;
        }
    }
    return earliest;
}

static bool next_timer_locked(const struct rt_wheel *wheel, uint64_t *tick)
{
    int level;
    struct rt_list *slot = first_slot(wheel, &level, tick);

    if (!slot) {
        return false;
    }
    *tick = earliest_in(slot);
    if (level < RT_WHEEL_LEVELS - 1) {
        return true;
    }
    /* Timers that are too far to be in order wait in the top level's slots. */
    for (int i = 0; i < RT_WHEEL_SLOTS; i++) {
        uint64_t other = earliest_in(&wheel->slots[level][i]);

        *tick = other < *tick ? other : *tick;
    }
    return true;
}

bool rt_wheel_next_timer(struct rt_wheel *wheel, uint64_t *tick)
{
    bool has_timer;

    rt_lock_acquire(&wheel->lock);
    has_timer = next_timer_locked(wheel, tick);
    rt_lock_release(&wheel->lock);
    return has_timer;
}

/*
 * Wakes one timer, which is on no list any more. Releases the lock for that:
 * a wake may run anything.
 */
static void fire_unlocked(struct rt_wheel *wheel, struct rt_timer *timer)
{
    struct rt_waker waker = take_waker_locked(wheel, timer);
    uint32_t id = timer->id;

    RT_TRACE(rt_trace_write(RT_TRACE_TIMER_FIRE, timer->task, id, 0,
                            rt_duration_of_tick(timer->tick)));
    rt_lock_release(&wheel->lock);
    RT_TRACE(rt_trace_set_source(RT_TRACE_FROM_TIMER, id));
    rt_waker_wake(&waker);
    rt_lock_acquire(&wheel->lock);
}

/*
 * Empties one slot whose time has come. Fired timers go to a list of our own
 * first: a wake may disarm any of them, and then it is simply not there.
 */
static void expire_slot(struct rt_wheel *wheel, struct rt_list *slot)
{
    struct rt_list moved, fired;
    struct rt_list *node;

    rt_list_move_all(slot, &moved);
    mark_empty(wheel, slot);
    rt_list_init(&fired);
    while ((node = rt_list_pop_front(&moved))) {
        if (timer_of(node)->tick <= wheel->now) {
            rt_list_push_back(&fired, node);
        } else {
            put(wheel, timer_of(node));
        }
    }
    while ((node = rt_list_pop_front(&fired))) {
        fire_unlocked(wheel, timer_of(node));
    }
}

void rt_wheel_advance(struct rt_wheel *wheel, uint64_t tick)
{
    uint64_t start;
    int level;
    struct rt_list *slot;

    rt_lock_acquire(&wheel->lock);
    while ((slot = first_slot(wheel, &level, &start)) && start <= tick) {
        wheel->now = start;
        expire_slot(wheel, slot);
    }
    if (tick > wheel->now) {
        wheel->now = tick;
    }
    rt_lock_release(&wheel->lock);
}
