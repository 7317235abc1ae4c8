/* Tasks of a local set, and abort handles. */
#include <errno.h>

#include "kit.h"
#include "suites.h"

/* Adds to a plain integer in several polls. */
struct adder {
    struct rt_future future;
    int *sum; /* borrowed */
    int turns;
    int seen;
    struct rt_yield yield;
};

KIT_OPS(adder);

static enum rt_poll adder_poll(struct rt_future *future, struct rt_context *cx)
{
    struct adder *self = RT_SELF(future, struct adder);

    RT_BEGIN(self);
    while (self->turns-- > 0) {
        self->seen = *self->sum;
        *self->sum = self->seen + 1;
        self->yield = rt_yield();
        RT_AWAIT(self->yield);
    }
    RT_END(self);
}

enum { TASKS = 50, TURNS = 40 };

struct group {
    struct rt_future future;
    int sum;
    int i;
    struct rt_local_set set;
    struct rt_join_handle handles[TASKS];
};

KIT_OPS(group);

static enum rt_poll group_poll(struct rt_future *future, struct rt_context *cx)
{
    struct group *self = RT_SELF(future, struct group);

    RT_BEGIN(self);
    ck_assert_int_eq(rt_local_set_init(&self->set), 0);
    for (self->i = 0; self->i < TASKS; self->i++) {
        self->handles[self->i] = RT_SPAWN_LOCAL(
            &self->set, KIT_MAKE(adder, .sum = &self->sum, .turns = TURNS));
    }
    RT_AWAIT(self->set);
    for (self->i = 0; self->i < TASKS; self->i++) {
        RT_AWAIT(self->handles[self->i]);
        ck_assert_int_eq(self->handles[self->i].result, 0);
    }
    RT_END(self);
}

static void run_groups(uint32_t workers)
{
    struct rt_builder builder = rt_builder_default();
    static struct group groups[3];
    static struct rt_join_handle handles[3];
    struct rt_runtime *runtime;

    builder.workers = workers;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    for (int i = 0; i < 3; i++) {
        groups[i] = KIT_MAKE(group);
        handles[i] = RT_SPAWN(groups[i]);
        rt_join_into(&handles[i], &groups[i], sizeof(groups[i]));
    }
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(rt_block_on(runtime, &handles[i].future), 0);
        ck_assert_int_eq(groups[i].sum, TASKS * TURNS);
    }
    rt_shutdown(runtime);
}

START_TEST(tasks_of_a_set_never_run_side_by_side)
{
    run_groups(0);
    run_groups(4);
}
END_TEST

START_TEST(a_set_without_tasks_is_ready)
{
    struct rt_local_set set;

    ck_assert_int_eq(rt_local_set_init(&set), 0);
    ck_assert_int_eq(KIT_RUN(set), 0);
}
END_TEST

START_TEST(a_dropped_set_cancels_its_tasks)
{
    struct rt_runtime *runtime = kit_runtime();
    struct kit_counts counts = {0};
    struct kit_waker waker;
    struct rt_local_set set;
    struct rt_join_handle handle;

    kit_waker_init(&waker);
    ck_assert_int_eq(rt_local_set_init(&set), 0);
    handle = RT_SPAWN_LOCAL(&set, kit_probe(&counts, KIT_FOR_EVER));
    ck_assert_int_eq(kit_poll(&set.future, &waker), RT_PENDING);
    ck_assert_int_eq(counts.polls, 1);
    rt_future_drop(&set.future);
    ck_assert_int_eq(counts.drops, 1);
    ck_assert_int_eq(kit_poll(&handle.future, &waker), RT_READY);
    ck_assert_int_eq(handle.result, -ECANCELED);
    rt_future_drop(&handle.future);
    rt_waker_wake(&counts.waker); /* outlives the set: harmless */
    ck_assert_int_eq(waker.held, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_wake_of_a_task_wakes_who_polls_the_set)
{
    struct rt_runtime *runtime = kit_runtime();
    struct kit_counts counts = {0};
    struct kit_waker waker;
    struct rt_local_set set;
    struct rt_join_handle handle;

    kit_waker_init(&waker);
    ck_assert_int_eq(rt_local_set_init(&set), 0);
    handle = RT_SPAWN_LOCAL(&set, kit_probe(&counts, 1));
    rt_join_detach(&handle);
    ck_assert_int_eq(kit_poll(&set.future, &waker), RT_PENDING);
    ck_assert_int_eq(waker.wakes, 0);
    rt_waker_wake(&counts.waker);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&set.future, &waker), RT_READY);
    rt_future_drop(&set.future);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(without_memory_a_local_spawn_fails_and_drops_its_frame)
{
    struct rt_runtime *runtime = kit_runtime();
    struct kit_counts counts = {0};
    struct rt_local_set set;
    struct rt_join_handle handle;

    ck_assert_int_eq(rt_local_set_init(&set), 0);
    rt_alloc_fail_after(1);
    handle = RT_SPAWN_LOCAL(&set, kit_probe(&counts, 0));
    ck_assert_int_eq(handle.result, -ENOMEM);
    ck_assert_int_eq(counts.drops, 1);
    rt_future_drop(&set.future);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_local_set_init(&set), -ENOMEM);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(an_abort_handle_aborts_and_outlives_the_task)
{
    struct rt_runtime *runtime = kit_runtime();
    struct kit_counts counts = {0};
    struct rt_join_handle join = RT_SPAWN(kit_probe(&counts, KIT_FOR_EVER));
    struct rt_abort_handle abort = rt_join_abort_handle(&join);

    kit_settle(runtime);
    rt_abort(&abort);
    ck_assert_int_eq(rt_block_on(runtime, &join.future), 0);
    ck_assert_int_eq(join.result, -ECANCELED);
    rt_abort(&abort);
    rt_abort_handle_drop(&abort);
    rt_abort_handle_drop(&abort);
    rt_abort(&abort);
    rt_waker_drop(&counts.waker);
    rt_shutdown(runtime);
}
END_TEST

Suite *local_set_suite(void)
{
    const TTest *const tests[] = {
        tasks_of_a_set_never_run_side_by_side,
        a_set_without_tasks_is_ready,
        a_dropped_set_cancels_its_tasks,
        a_wake_of_a_task_wakes_who_polls_the_set,
        without_memory_a_local_spawn_fails_and_drops_its_frame,
        an_abort_handle_aborts_and_outlives_the_task,
        NULL,
    };

    return suite_of("local_set", tests);
}
