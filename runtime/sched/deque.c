#include "sched/deque.h"

enum { MASK = RT_DEQUE_SIZE - 1 };

/* Positions count up for ever and wrap; only their differences matter. */
struct head {
    uint32_t steal; /* the oldest slot that is in use */
    uint32_t real;  /* the next task; equal to steal: no thief is at work */
};

static uint64_t pack(struct head head)
{
    return (uint64_t)head.steal << 32 | head.real;
}

static struct head unpack(uint64_t word)
{
    return (struct head){(uint32_t)(word >> 32), (uint32_t)word};
}

/*
 * Release pairs with the acquire loads of the head: the worker reuses a slot,
 * and a thief counts on a claim, only after what was done before the exchange.
 */
static bool exchange(struct rt_deque *deque, uint64_t *word, struct head next)
{
    return atomic_compare_exchange_strong_explicit(
        &deque->head, word, pack(next), memory_order_acq_rel,
        memory_order_acquire);
}

static uint64_t load_head(const struct rt_deque *deque)
{
    return atomic_load_explicit(&deque->head, memory_order_acquire);
}

/* Moves the older half and the task to overflow. False: a thief came first. */
static bool spill(struct rt_deque *deque, uint64_t word, struct rt_task *task,
                  struct rt_queue *overflow)
{
    uint32_t real = unpack(word).real;
    uint32_t half = RT_DEQUE_SIZE / 2;

    if (!exchange(deque, &word, (struct head){real + half, real + half})) {
        return false;
    }
    for (uint32_t i = 0; i < half; i++) {
        rt_queue_push(overflow, deque->slots[(real + i) & MASK]);
    }
    rt_queue_push(overflow, task);
    return true;
}

void rt_deque_push(struct rt_deque *deque, struct rt_task *task,
                   struct rt_queue *overflow)
{
    uint32_t tail = atomic_load_explicit(&deque->tail, memory_order_relaxed);
    struct head head;
    uint64_t word;

    do {
        word = load_head(deque);
        head = unpack(word);
        if (tail - head.steal < RT_DEQUE_SIZE) {
            deque->slots[tail & MASK] = task;
            /* Release pairs with the thief's acquire: it sees the slot. */
            atomic_store_explicit(&deque->tail, tail + 1, memory_order_release);
            return;
        }
        if (head.steal != head.real) {
            rt_queue_push(overflow, task); /* a thief is making room */
            return;
        }
    } while (!spill(deque, word, task, overflow));
}

struct rt_task *rt_deque_pop(struct rt_deque *deque)
{
    uint32_t tail = atomic_load_explicit(&deque->tail, memory_order_relaxed);
    uint64_t word = load_head(deque);
    struct head head;
    struct head next;

    do {
        head = unpack(word);
        if (head.real == tail) {
            return NULL;
        }
        next.real = head.real + 1;
        /* While a thief copies, steal is his to move. */
        next.steal = head.steal == head.real ? next.real : head.steal;
    } while (!exchange(deque, &word, next));
    return deque->slots[head.real & MASK];
}

/* Claims half of the tasks, from *first on. Returns how many; 0: none. */
static uint32_t claim(struct rt_deque *victim, uint32_t *first)
{
    uint64_t word = load_head(victim);
    struct head head;
    uint32_t count;

    do {
        /* Acquire pairs with the release in push: we see the slots. */
        uint32_t tail =
            atomic_load_explicit(&victim->tail, memory_order_acquire);

        head = unpack(word);
        count = tail - head.real;
        count -= count / 2;
        if (count == 0 || head.steal != head.real) {
            return 0;
        }
    } while (
        !exchange(victim, &word, (struct head){head.steal, head.real + count}));
    *first = head.real;
    return count;
}

/* The copy is done: the worker may use the slots again. */
static void end_claim(struct rt_deque *victim)
{
    uint64_t word = load_head(victim);
    uint32_t real;

    do {
        real = unpack(word).real;
    } while (!exchange(victim, &word, (struct head){real, real}));
}

struct rt_task *rt_deque_steal(struct rt_deque *victim, struct rt_deque *own)
{
    uint32_t tail = atomic_load_explicit(&own->tail, memory_order_relaxed);
    struct rt_task *task;
    uint32_t first;
    uint32_t count;

    if (tail - unpack(load_head(own)).steal > RT_DEQUE_SIZE / 2) {
        return NULL;
    }
    count = claim(victim, &first);
    if (count == 0) {
        return NULL;
    }
    for (uint32_t i = 0; i + 1 < count; i++) {
        own->slots[(tail + i) & MASK] = victim->slots[(first + i) & MASK];
    }
    task = victim->slots[(first + count - 1) & MASK];
    end_claim(victim);
    /* Release, as in push. */
    atomic_store_explicit(&own->tail, tail + count - 1, memory_order_release);
    return task;
}

uint32_t rt_deque_length(const struct rt_deque *deque)
{
    uint32_t real = unpack(load_head(deque)).real;

    return atomic_load_explicit(&deque->tail, memory_order_acquire) - real;
}
