/*
 * Hostile mode: the runtime makes the unlikely happen often.
 *
 * Everything it does is allowed by the rules: tasks that are ready may run in
 * any order, a poll may come without a wake, a read may be short, a local
 * variable is lost at an await. A right program doesn't notice. A wrong one
 * fails at once and, with the same seed, in the same way every time.
 */
#ifndef RT_BASE_HOSTILE_H
#define RT_BASE_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"

enum rt_hostile {
    RT_HOSTILE_SHUFFLE = 1 << 0,  /* any ready task runs next */
    RT_HOSTILE_SPURIOUS = 1 << 1, /* tasks are polled without a wake */
    RT_HOSTILE_SHORT = 1 << 2,    /* reads and writes move fewer bytes */
    RT_HOSTILE_AGAIN = 1 << 3,    /* EAGAIN and EINTR from ready sockets */
    RT_HOSTILE_ACCEPT = 1 << 4,   /* accept fails with ECONNABORTED, EMFILE */
    RT_HOSTILE_JUNK = 1 << 5,     /* the stack is overwritten between polls */
    RT_HOSTILE_ALL = (1 << 6) - 1,
};

/* Their names, in the order of the bits. */
#define RT_HOSTILE_NAMES "shuffle, spurious, short, again, accept, junk"

struct rt_hostility {
    uint32_t features; /* bits of enum rt_hostile; 0: not hostile */
    struct rt_random random;
};

/* Reads "SEED" or "SEED:feature,feature", as in RT_HOSTILE. 0 or -EINVAL. */
int rt_hostility_parse(const char *text, uint32_t *features, uint64_t *seed);

/* True when the feature is on and its turn has come: once in so many times. */
bool rt_hostility_strikes(struct rt_hostility *hostility,
                          enum rt_hostile feature, uint32_t times);

/* The size to use in place of size, which is at least 1: 1..size bytes. */
size_t rt_hostility_shorten(struct rt_hostility *hostility, size_t size);

/* Overwrites the stack below the caller, where the next poll has its locals. */
void rt_hostility_junk_stack(struct rt_hostility *hostility);

#endif
