#include "sched/sleepers.h"

enum {
    SEARCHING_ONE = 1,
    AWAKE_ONE = 1 << 16,
    SEARCHING_MASK = AWAKE_ONE - 1,
};

static uint32_t searching(uint32_t state)
{
    return state & SEARCHING_MASK;
}

static uint32_t awake(uint32_t state)
{
    return state / AWAKE_ONE;
}

void rt_sleepers_init(struct rt_sleepers *sleepers, uint32_t workers)
{
    sleepers->workers = workers;
    sleepers->count = 0;
    atomic_init(&sleepers->state, workers * AWAKE_ONE);
}

static bool is_wake_needed(const struct rt_sleepers *sleepers, uint32_t state)
{
    return searching(state) == 0 && awake(state) < sleepers->workers;
}

int rt_sleepers_take_for_work(struct rt_sleepers *sleepers)
{
    int worker = RT_NO_SLEEPER;

    /*
     * The fence between the push of the work and this load: pairs with the
     * subtraction in rt_sleepers_add.
     */
    atomic_thread_fence(memory_order_seq_cst);
    if (!is_wake_needed(sleepers, atomic_load(&sleepers->state))) {
        return RT_NO_SLEEPER;
    }
    rt_lock_acquire(&sleepers->lock);
    if (sleepers->count > 0 &&
        is_wake_needed(sleepers, atomic_load(&sleepers->state))) {
        atomic_fetch_add(&sleepers->state, AWAKE_ONE + SEARCHING_ONE);
        worker = sleepers->asleep[--sleepers->count];
    }
    rt_lock_release(&sleepers->lock);
    return worker;
}

bool rt_sleepers_add(struct rt_sleepers *sleepers, uint32_t worker,
                     bool is_searching)
{
    uint32_t less = is_searching ? AWAKE_ONE + SEARCHING_ONE : AWAKE_ONE;
    uint32_t before;

    rt_lock_acquire(&sleepers->lock);
    before = atomic_fetch_sub(&sleepers->state, less);
    sleepers->asleep[sleepers->count++] = (uint16_t)worker;
    rt_lock_release(&sleepers->lock);
    return is_searching && searching(before) == 1;
}

bool rt_sleepers_was_taken(struct rt_sleepers *sleepers, uint32_t worker,
                           bool has_work)
{
    uint32_t place = 0;
    bool is_there;

    rt_lock_acquire(&sleepers->lock);
    while (place < sleepers->count && sleepers->asleep[place] != worker) {
        place++;
    }
    is_there = place < sleepers->count;
    if (is_there && has_work) {
        sleepers->asleep[place] = sleepers->asleep[--sleepers->count];
        atomic_fetch_add(&sleepers->state, AWAKE_ONE);
    }
    rt_lock_release(&sleepers->lock);
    return !is_there;
}

bool rt_sleepers_begin_search(struct rt_sleepers *sleepers)
{
    if (2 * searching(atomic_load(&sleepers->state)) >= sleepers->workers) {
        return false;
    }
    /* Two may pass at once: "half" is a bound for the load, not a lock. */
    atomic_fetch_add(&sleepers->state, SEARCHING_ONE);
    return true;
}

bool rt_sleepers_end_search(struct rt_sleepers *sleepers)
{
    return searching(atomic_fetch_sub(&sleepers->state, SEARCHING_ONE)) == 1;
}
