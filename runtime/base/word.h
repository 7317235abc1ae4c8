/*
 * Word: a state of 64 bits that several threads change.
 *
 * Every change acquires and releases: who changes the word sees all that was
 * written before the change that it builds on, and shows what it wrote itself.
 */
#ifndef RT_BASE_WORD_H
#define RT_BASE_WORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"

/*
 * Changes the word from *seen to next. False when it was something else (or,
 * now and then, for no reason): *seen is what it is now. Any thread.
 */
static inline bool rt_word_exchange(_Atomic uint64_t *word, uint64_t *seen,
                                    uint64_t next)
{
    uint64_t now;

    if (!rt_is_alone()) {
        return atomic_compare_exchange_weak_explicit(
            word, seen, next, memory_order_acq_rel, memory_order_acquire);
    }
    now = atomic_load_explicit(word, memory_order_relaxed);
    if (now != *seen) {
        *seen = now;
        return false;
    }
    atomic_store_explicit(word, next, memory_order_relaxed);
    return true;
}

/* Adds to the word. Returns what it was before. Any thread. */
static inline uint64_t rt_word_add(_Atomic uint64_t *word, uint64_t more)
{
    uint64_t before;

    if (!rt_is_alone()) {
        return atomic_fetch_add_explicit(word, more, memory_order_acq_rel);
    }
    before = atomic_load_explicit(word, memory_order_relaxed);
    atomic_store_explicit(word, before + more, memory_order_relaxed);
    return before;
}

#endif
