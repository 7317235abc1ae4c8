#include "sync/semaphore.h"

#include <errno.h>

#include "base/memory.h"
#include "base/word.h"
#include "future/wake_list.h"

static struct rt_acquire *acquire_of(struct rt_future *future)
{
    return (struct rt_acquire *)(void *)future;
}

static uint64_t load(const struct rt_semaphore *semaphore)
{
    return atomic_load_explicit(&semaphore->state, memory_order_acquire);
}

void rt_semaphore_init(struct rt_semaphore *semaphore, uint32_t permits)
{
    atomic_init(&semaphore->state, (uint64_t)permits * RT_SEMAPHORE_ONE);
    semaphore->lock = (struct rt_lock){0};
    rt_list_init(&semaphore->waiters);
}

int rt_semaphore_try_acquire(struct rt_semaphore *semaphore, uint32_t permits)
{
    uint64_t wanted = (uint64_t)permits * RT_SEMAPHORE_ONE;
    uint64_t state = load(semaphore);

    do {
        if (state & RT_SEMAPHORE_CLOSED) {
            return -EPIPE;
        }
        if (state < wanted || (state & RT_SEMAPHORE_WAITERS)) {
            return -EAGAIN;
        }
    } while (!rt_word_exchange(&semaphore->state, &state, state - wanted));
    return 0;
}

/* ---- giving permits out ---- */

/* Adds free permits, with the queue empty. Under the lock. */
static void free_permits_locked(struct rt_semaphore *semaphore,
                                uint32_t permits)
{
    uint64_t state = load(semaphore);
    uint64_t next;

    do {
        next = (state & ~(uint64_t)RT_SEMAPHORE_WAITERS) +
               (uint64_t)permits * RT_SEMAPHORE_ONE;
    } while (!rt_word_exchange(&semaphore->state, &state, next));
}

/*
 * Hands permits to the waiters, first come, first served, until the wake list
 * is full. Returns what is left for another round.
 */
static uint32_t hand_out_locked(struct rt_semaphore *semaphore,
                                uint32_t permits, struct rt_wake_list *wakes)
{
    while (!rt_list_is_empty(&semaphore->waiters)) {
        struct rt_acquire *head =
            RT_CONTAINER_OF(semaphore->waiters.next, struct rt_acquire, node);
        uint32_t given = permits < head->missing ? permits : head->missing;

        if (permits == 0 || rt_wake_list_is_full(wakes)) {
            return permits;
        }
        head->missing -= given;
        permits -= given;
        if (head->missing == 0) {
            rt_list_remove(&head->node);
            rt_wake_list_take(wakes, &head->waker);
        }
    }
    free_permits_locked(semaphore, permits);
    return 0;
}

static void hand_out(struct rt_semaphore *semaphore, uint32_t permits)
{
    struct rt_wake_list wakes;

    rt_wake_list_init(&wakes);
    do {
        rt_lock_acquire(&semaphore->lock);
        permits = hand_out_locked(semaphore, permits, &wakes);
        rt_lock_release(&semaphore->lock);
        rt_wake_list_wake(&wakes);
    } while (permits > 0);
}

void rt_semaphore_release(struct rt_semaphore *semaphore, uint32_t permits)
{
    uint64_t more = (uint64_t)permits * RT_SEMAPHORE_ONE;
    uint64_t state = load(semaphore);

    do {
        if (state & RT_SEMAPHORE_WAITERS) {
            hand_out(semaphore, permits);
            return;
        }
    } while (!rt_word_exchange(&semaphore->state, &state, state + more));
}

uint32_t rt_semaphore_forget(struct rt_semaphore *semaphore, uint32_t permits)
{
    uint64_t state = load(semaphore);
    uint64_t taken;

    do {
        taken = state / RT_SEMAPHORE_ONE;
        taken = taken < permits ? taken : permits;
    } while (!rt_word_exchange(&semaphore->state, &state,
                               state - taken * RT_SEMAPHORE_ONE));
    return (uint32_t)taken;
}

void rt_semaphore_close(struct rt_semaphore *semaphore)
{
    struct rt_wake_list wakes;
    struct rt_list *node;
    bool is_done;

    rt_wake_list_init(&wakes);
    atomic_fetch_or(&semaphore->state, RT_SEMAPHORE_CLOSED);
    do {
        rt_lock_acquire(&semaphore->lock);
        while (!rt_wake_list_is_full(&wakes) &&
               (node = rt_list_pop_front(&semaphore->waiters))) {
            rt_wake_list_take(
                &wakes, &RT_CONTAINER_OF(node, struct rt_acquire, node)->waker);
        }
        is_done = rt_list_is_empty(&semaphore->waiters);
        rt_lock_release(&semaphore->lock);
        rt_wake_list_wake(&wakes);
    } while (!is_done);
}

bool rt_semaphore_is_closed(const struct rt_semaphore *semaphore)
{
    return load(semaphore) & RT_SEMAPHORE_CLOSED;
}

uint32_t rt_semaphore_available(const struct rt_semaphore *semaphore)
{
    return (uint32_t)(load(semaphore) / RT_SEMAPHORE_ONE);
}

/* ---- waiting ---- */

/*
 * Takes what is free and, if that is not enough, queues for the rest. WAITERS
 * is set in the same exchange, so a release that finds it clear came before.
 */
static void enqueue_locked(struct rt_acquire *acquire)
{
    struct rt_semaphore *semaphore = acquire->semaphore;
    uint64_t state = load(semaphore);
    uint64_t wanted = acquire->permits;
    uint64_t got;
    uint64_t next;

    do {
        got = state & RT_SEMAPHORE_CLOSED ? 0 : state / RT_SEMAPHORE_ONE;
        got = got < wanted ? got : wanted;
        next = state - got * RT_SEMAPHORE_ONE;
        if (got < wanted && !(state & RT_SEMAPHORE_CLOSED)) {
            next |= RT_SEMAPHORE_WAITERS;
        }
    } while (!rt_word_exchange(&semaphore->state, &state, next));
    acquire->missing = (uint32_t)(wanted - got);
    if (next & RT_SEMAPHORE_WAITERS) {
        rt_list_push_back(&semaphore->waiters, &acquire->node);
    }
}

/* Is there an answer? Under the lock; if not, leaves the waker. */
static bool is_settled_locked(struct rt_acquire *acquire,
                              const struct rt_waker *waker)
{
    if (acquire->missing == 0) {
        acquire->result = 0;
        return true;
    }
    if (rt_semaphore_is_closed(acquire->semaphore)) {
        acquire->result = -EPIPE;
        return true;
    }
    rt_waker_store(&acquire->waker, waker);
    return false;
}

static bool wait_in_queue(struct rt_acquire *acquire,
                          const struct rt_waker *waker)
{
    bool is_settled;

    rt_lock_acquire(&acquire->semaphore->lock);
    if (!acquire->is_queued) {
        acquire->is_queued = true;
        rt_list_init(&acquire->node);
        enqueue_locked(acquire);
    }
    is_settled = is_settled_locked(acquire, waker);
    rt_lock_release(&acquire->semaphore->lock);
    return is_settled;
}

static enum rt_poll acquire_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_acquire *acquire = acquire_of(future);

    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    if (!acquire->is_queued) {
        acquire->result =
            rt_semaphore_try_acquire(acquire->semaphore, acquire->permits);
        if (acquire->result != -EAGAIN) {
            return RT_READY;
        }
    }
    return wait_in_queue(acquire, cx->waker) ? RT_READY : RT_PENDING;
}

/*
 * Out of the queue; what was collected and not given to the caller goes back.
 * A waiter that was ready, with result 0, keeps its permits: they are the
 * caller's now.
 */
static void acquire_drop(struct rt_future *future)
{
    struct rt_acquire *acquire = acquire_of(future);
    struct rt_semaphore *semaphore = acquire->semaphore;
    uint32_t collected;

    if (!acquire->is_queued || acquire->result == 0) {
        return;
    }
    rt_lock_acquire(&semaphore->lock);
    collected = acquire->permits - acquire->missing;
    rt_list_remove(&acquire->node);
    rt_lock_release(&semaphore->lock);
    rt_waker_drop(&acquire->waker);
    hand_out(semaphore, collected);
}

static const struct rt_future_ops acquire_ops = {
    .poll = acquire_poll,
    .drop = acquire_drop,
    .name = "acquire",
};

struct rt_acquire rt_semaphore_acquire(struct rt_semaphore *semaphore,
                                       uint32_t permits)
{
    return (struct rt_acquire){
        .future = RT_FUTURE(&acquire_ops),
        .semaphore = semaphore,
        .permits = permits,
        .result = -EINPROGRESS,
    };
}
