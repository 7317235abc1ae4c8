/*
 * Memory: how much a task takes while it waits.
 *
 * What the kernel says of the process before and after so many tasks were
 * spawned; so it holds whatever allocates them. Handles are dropped, and what
 * is not the task's own memory, like the places for the wakers, is there
 * before; so is what the first batch brings along.
 */
#include <stdio.h>
#include <sys/mman.h>

#include "rows.h"

static atomic_ulong begun;
static atomic_ulong done;

/* Bytes of memory that the process really uses, beside code and files. */
static double resident(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "re");
    char line[256];
    unsigned long kib = 0;

    bench_check(file != NULL, "/proc says nothing of our memory");
    while (kib == 0 && fgets(line, sizeof(line), file)) {
        /* NOLINTNEXTLINE(cert-err34-c): a line that is another gives 0 */
        (void)sscanf(line, "Anonymous: %lu kB", &kib);
    }
    fclose(file);
    return (double)kib * 1024;
}

/* ---- the tasks ---- */

/* Leaves its waker in the slot and waits for it. */
struct park {
    struct rt_future future;
    struct rt_waker *slot;
};

BENCH_OPS(park);

static enum rt_poll park_poll(struct rt_future *future, struct rt_context *cx)
{
    struct park *self = RT_SELF(future, struct park);

    if (self->slot->ops) {
        rt_waker_drop(self->slot);
        atomic_fetch_add(&done, 1);
        return RT_READY;
    }
    *self->slot = rt_waker_clone(cx->waker);
    atomic_fetch_add(&begun, 1);
    return RT_PENDING;
}

struct sleeper {
    struct rt_future future;
    struct rt_sleep sleep; /* made by the spawner: the time counts from there */
};

BENCH_OPS(sleeper);

static enum rt_poll sleeper_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct sleeper *self = RT_SELF(future, struct sleeper);

    RT_BEGIN(self);
    atomic_fetch_add(&begun, 1);
    RT_AWAIT(self->sleep);
    RT_END(self);
}

/* ---- the measurement ---- */

enum { LONG_MS = 60000 };

struct grow {
    struct rt_future future;
    struct rt_waker *slots; /* owned; NULL: the tasks are to sleep */
    uint64_t count;         /* with the first batch, which is not measured */
    uint64_t spawned;
    double before;
    struct rt_yield yield;
};

BENCH_OPS(grow);

static void spawn_one(struct grow *self)
{
    uint64_t i = self->spawned++;
    int error;

    if (self->slots) {
        error = RT_SPAWN_DETACHED(BENCH_MAKE(park, .slot = &self->slots[i]));
    } else {
        error = RT_SPAWN_DETACHED(BENCH_MAKE(
            sleeper, .sleep = rt_sleep(RT_MILLISECONDS(LONG_MS + i))));
    }
    bench_check(error == 0, "a spawn failed");
}

static void finish(struct grow *self)
{
    double more = resident() - self->before;

    bench_set_result(more / (double)(self->count - BENCH_BATCH));
    for (uint64_t i = 0; self->slots && i < self->count; i++) {
        rt_waker_wake_by_ref(&self->slots[i]);
    }
}

static enum rt_poll grow_poll(struct rt_future *future, struct rt_context *cx)
{
    struct grow *self = RT_SELF(future, struct grow);

    RT_BEGIN(self);
    while (self->spawned < self->count) {
        spawn_one(self);
        if (self->spawned % BENCH_BATCH > 0 && self->spawned < self->count) {
            continue;
        }
        while (atomic_load(&begun) < self->spawned) {
            self->yield = rt_yield();
            RT_AWAIT(self->yield);
        }
        if (self->spawned == BENCH_BATCH) {
            self->before = resident();
        }
    }
    finish(self);
    while (self->slots && atomic_load(&done) < self->count) {
        self->yield = rt_yield();
        RT_AWAIT(self->yield);
    }
    RT_END(self);
}

struct rt_join_handle bench_parked(uint64_t count)
{
    uint64_t all = count + BENCH_BATCH;
    void *slots =
        mmap(NULL, all * sizeof(struct rt_waker), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    bench_check(slots != MAP_FAILED, "no memory");
    return RT_SPAWN(BENCH_MAKE(grow, .count = all, .slots = slots));
}

struct rt_join_handle bench_sleeping(uint64_t count)
{
    return RT_SPAWN(BENCH_MAKE(grow, .count = count + BENCH_BATCH));
}
