/*
 * Spawning, waking, yielding.
 */
#include "rows.h"

static struct rt_join_handle handles[BENCH_BATCH];

/* The sum of 0, 1, ... up to the size of a batch. */
enum { SUM_OF_BATCH = BENCH_BATCH * (BENCH_BATCH - 1) / 2 };

/* ---- spawn and join ---- */

struct child {
    struct rt_future future;
    uint64_t value;
};

BENCH_OPS(child);

static enum rt_poll child_poll(struct rt_future *future, struct rt_context *cx)
{
    struct child *self = RT_SELF(future, struct child);

    (void)cx;
    bench_keep(self->value);
    return RT_READY;
}

struct spawn_join {
    struct rt_future future;
    uint64_t batches;
    uint64_t batch;
    uint64_t next;
    uint64_t sum;
    struct child result;
};

BENCH_OPS(spawn_join);

static void spawn_batch(struct spawn_join *self)
{
    for (uint64_t i = 0; i < BENCH_BATCH; i++) {
        handles[i] = RT_SPAWN(BENCH_MAKE(child, .value = i));
        rt_join_into(&handles[i], &self->result, sizeof(self->result));
    }
}

static enum rt_poll spawn_join_poll(struct rt_future *future,
                                    struct rt_context *cx)
{
    struct spawn_join *self = RT_SELF(future, struct spawn_join);

    RT_BEGIN(self);
    bench_start();
    for (self->batch = 0; self->batch < self->batches; self->batch++) {
        spawn_batch(self);
        for (self->next = 0; self->next < BENCH_BATCH; self->next++) {
            RT_AWAIT(handles[self->next]);
            bench_check(handles[self->next].result == 0, "a spawn failed");
            self->sum += self->result.value;
        }
    }
    bench_stop();
    bench_check(self->sum == self->batches * SUM_OF_BATCH, "wrong sum");
    RT_END(self);
}

struct rt_join_handle bench_spawn_join(uint64_t count)
{
    return RT_SPAWN(BENCH_MAKE(spawn_join, .batches = count / BENCH_BATCH));
}

/* ---- self-wake ---- */

struct self_wake {
    struct rt_future future;
    uint64_t left;
};

BENCH_OPS(self_wake);

static enum rt_poll self_wake_poll(struct rt_future *future,
                                   struct rt_context *cx)
{
    struct self_wake *self = RT_SELF(future, struct self_wake);

    if (self->left == 0) {
        return RT_READY;
    }
    self->left--;
    rt_waker_wake_by_ref(cx->waker);
    return RT_PENDING;
}

struct time_self_wake {
    struct rt_future future;
    struct self_wake wakes;
};

BENCH_OPS(time_self_wake);

static enum rt_poll time_self_wake_poll(struct rt_future *future,
                                        struct rt_context *cx)
{
    struct time_self_wake *self = RT_SELF(future, struct time_self_wake);

    RT_BEGIN(self);
    bench_start();
    RT_AWAIT(self->wakes);
    bench_stop();
    RT_END(self);
}

struct rt_join_handle bench_self_wake(uint64_t count)
{
    struct self_wake wakes = BENCH_MAKE(self_wake, .left = count);

    return RT_SPAWN(BENCH_MAKE(time_self_wake, .wakes = wakes));
}

/* ---- yield ---- */

struct yielder {
    struct rt_future future;
    uint64_t left;
    uint64_t value;
    struct rt_yield yield;
};

BENCH_OPS(yielder);

static enum rt_poll yielder_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct yielder *self = RT_SELF(future, struct yielder);

    RT_BEGIN(self);
    for (; self->left > 0; self->left--) {
        self->yield = rt_yield();
        RT_AWAIT(self->yield);
    }
    RT_END(self);
}

struct yield_1000 {
    struct rt_future future;
    uint64_t rounds;
    uint64_t next;
    uint64_t sum;
    struct yielder result;
};

BENCH_OPS(yield_1000);

static enum rt_poll yield_1000_poll(struct rt_future *future,
                                    struct rt_context *cx)
{
    struct yield_1000 *self = RT_SELF(future, struct yield_1000);

    RT_BEGIN(self);
    bench_start();
    for (uint64_t i = 0; i < BENCH_BATCH; i++) {
        handles[i] =
            RT_SPAWN(BENCH_MAKE(yielder, .left = self->rounds, .value = i));
        rt_join_into(&handles[i], &self->result, sizeof(self->result));
    }
    for (self->next = 0; self->next < BENCH_BATCH; self->next++) {
        RT_AWAIT(handles[self->next]);
        bench_check(handles[self->next].result == 0, "a spawn failed");
        self->sum += self->result.value;
    }
    bench_stop();
    bench_check(self->sum == SUM_OF_BATCH, "wrong sum");
    RT_END(self);
}

struct rt_join_handle bench_yield_1000(uint64_t count)
{
    return RT_SPAWN(BENCH_MAKE(yield_1000, .rounds = count / BENCH_BATCH));
}
