/*
 * A timeout among many other timers.
 */
#include <stdlib.h>

#include "rows.h"

enum {
    OTHERS = 100000,
    OTHERS_FIRST_MS = 20000, /* the others are due from then on, */
    OTHERS_LAST_MS = 120000, /* spread until then, */
    OTHERS_STEP_MS = 7919,   /* in no order */
    LIMIT_MS = 30000,        /* the timeouts lie among them */
    LIMIT_SPREAD_MS = 8192,
};

static struct rt_sleep *others; /* owned, of OTHERS */

static void register_others(struct rt_context *cx)
{
    const uint64_t spread = OTHERS_LAST_MS - OTHERS_FIRST_MS;

    others = calloc(OTHERS, sizeof(*others));
    bench_check(others != NULL, "no memory");
    for (uint64_t i = 0; i < OTHERS; i++) {
        uint64_t ms = OTHERS_FIRST_MS + i * OTHERS_STEP_MS % spread;

        others[i] = rt_sleep(RT_MILLISECONDS(ms));
        bench_check(rt_future_poll(&others[i].future, cx) == RT_PENDING,
                    "a sleep is over");
    }
}

static void drop_others(void)
{
    for (size_t i = 0; i < OTHERS; i++) {
        rt_future_drop(&others[i].future);
    }
    free(others);
}

/* Pending once: whoever waits for it gets suspended. */
struct once {
    struct rt_future future;
    bool is_second;
    uint64_t value;
};

BENCH_OPS(once);

static enum rt_poll once_poll(struct rt_future *future, struct rt_context *cx)
{
    struct once *self = RT_SELF(future, struct once);

    if (self->is_second) {
        self->value = 1;
        return RT_READY;
    }
    self->is_second = true;
    rt_waker_wake_by_ref(cx->waker);
    return RT_PENDING;
}

struct timeouts {
    struct rt_future future;
    uint64_t count;
    uint64_t round;
    uint64_t sum;
    struct once once;
    struct rt_timeout timeout;
};

BENCH_OPS(timeouts);

static enum rt_poll timeouts_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct timeouts *self = RT_SELF(future, struct timeouts);

    RT_BEGIN(self);
    register_others(cx);
    bench_start();
    for (self->round = 0; self->round < self->count; self->round++) {
        self->once = BENCH_MAKE(once);
        self->timeout = RT_TIMEOUT(
            self->once,
            RT_MILLISECONDS(LIMIT_MS + self->round % LIMIT_SPREAD_MS));
        RT_AWAIT(self->timeout);
        bench_check(!self->timeout.is_expired, "not in time");
        self->sum += self->once.value;
    }
    bench_stop();
    bench_check(self->sum == self->count, "wrong sum");
    drop_others();
    RT_END(self);
}

struct rt_join_handle bench_timeout(uint64_t count)
{
    return RT_SPAWN(BENCH_MAKE(timeouts, .count = count));
}
