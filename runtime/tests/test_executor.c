/* The executor: who runs when, and how often. */
#include <errno.h>
#include <string.h>

#include "kit.h"
#include "suites.h"
#include "base/memory.h"

static struct rt_runtime *runtime;
static struct kit_counts counts;

/* Logs its name, so many times, and lets the others go in between. */
struct turns {
    struct rt_future future;
    const char *name;
    int left;
    struct kit_probe again;
};

KIT_OPS(turns);

static enum rt_poll turns_poll(struct rt_future *future, struct rt_context *cx)
{
    struct turns *self = RT_SELF(future, struct turns);

    RT_BEGIN(self);
    for (; self->left > 0; self->left--) {
        kit_log("%s", self->name);
        self->again = kit_probe(&counts, 1);
        self->again.wakes_itself = true;
        RT_AWAIT(self->again);
    }
    RT_END(self);
}

START_TEST(spawning_never_runs_the_task_at_once)
{
    runtime = kit_runtime();
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_probe(&counts, 0)), 0);
    ck_assert_int_eq(counts.polls, 0);
    ck_assert_uint_eq(rt_task_count(runtime), 1);
    rt_shutdown(runtime);
    ck_assert_int_eq(counts.polls, 0);
    ck_assert_int_eq(counts.drops, 1);
}
END_TEST

START_TEST(a_task_spawned_before_block_on_runs_within_it)
{
    runtime = kit_runtime();
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_probe(&counts, 0)), 0);
    kit_settle(runtime);
    ck_assert_int_eq(counts.polls, 1);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(tasks_run_in_the_order_they_were_woken)
{
    runtime = kit_runtime();
    ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(turns, .name = "A", .left = 3)),
                     0);
    ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(turns, .name = "B", .left = 3)),
                     0);
    ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(turns, .name = "C", .left = 3)),
                     0);
    for (int i = 0; i < 5; i++) {
        kit_settle(runtime);
    }
    ck_assert_str_eq(kit_logged(), "ABCABCABC");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(the_root_is_polled_only_when_woken)
{
    struct kit_probe root = kit_probe(&counts, 1);
    struct rt_join_handle handle;

    runtime = kit_runtime();
    root.wakes_itself = true;
    handle = RT_SPAWN(KIT_MAKE(turns, .name = "A", .left = 50));
    rt_join_detach(&handle);
    rt_block_on(runtime, &root.future);
    ck_assert_int_eq(counts.drops, 2);
    rt_shutdown(runtime);
}
END_TEST

struct waits {
    struct rt_future future;
    struct kit_counts *mine;
    struct kit_probe probe;
    struct rt_join_handle handle;
};

KIT_OPS(waits);

/* Waits for a task; its own polls are counted. */
static enum rt_poll waits_poll(struct rt_future *future, struct rt_context *cx)
{
    struct waits *self = RT_SELF(future, struct waits);

    self->mine->polls++;
    RT_BEGIN(self);
    self->handle = RT_SPAWN(KIT_MAKE(turns, .name = "A", .left = 50));
    RT_AWAIT(self->handle);
    RT_END(self);
}

START_TEST(a_waiting_root_costs_two_polls_whatever_the_others_do)
{
    struct kit_counts mine = {0};
    struct waits waits = KIT_MAKE(waits, .mine = &mine);

    ck_assert_int_eq(KIT_RUN(waits), 0);
    ck_assert_int_eq(mine.polls, 2);
}
END_TEST

START_TEST(a_ready_future_is_polled_once_and_dropped_once)
{
    struct kit_probe root = kit_probe(&counts, 0);

    ck_assert_int_eq(KIT_RUN(root), 0);
    ck_assert_int_eq(counts.polls, 1);
    ck_assert_int_eq(counts.drops, 1);
}
END_TEST

START_TEST(block_on_can_be_called_again)
{
    struct kit_probe first = kit_probe(&counts, 0);
    struct kit_probe second = kit_probe(&counts, 0);

    runtime = kit_runtime();
    ck_assert_int_eq(rt_block_on(runtime, &first.future), 0);
    ck_assert_int_eq(rt_block_on(runtime, &second.future), 0);
    ck_assert_int_eq(counts.polls, 2);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(block_on_enters_the_runtime_and_leaves_it)
{
    struct rt_builder builder = kit_builder();
    struct kit_say say = kit_say("A", RT_MILLISECONDS(1));

    ck_assert_ptr_null(rt_current());
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    ck_assert_int_eq(rt_block_on(runtime, &say.future), 0);
    ck_assert_ptr_null(rt_current());
    ck_assert_str_eq(kit_logged(), "A");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(spinning_tasks_do_not_starve_timers_or_the_root)
{
    struct kit_counts spins = {0};
    struct kit_say say = kit_say("done", RT_MILLISECONDS(20));
    struct rt_builder builder = kit_lone_builder();

    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    for (int i = 0; i < 100; i++) {
        struct kit_probe busy = kit_probe(&spins, KIT_FOR_EVER);

        busy.wakes_itself = true;
        ck_assert_int_eq(RT_SPAWN_DETACHED(busy), 0);
    }
    ck_assert_int_eq(rt_block_on(runtime, &say.future), 0);
    ck_assert_str_eq(kit_logged(), "done");
    ck_assert_int_gt(spins.polls, 100);
    rt_shutdown(runtime);
}
END_TEST

/* Yields until the time has come. */
struct yielder {
    struct rt_future future;
    struct rt_yield turn;
    bool *is_over;
    int *turns;
};

KIT_OPS(yielder);

static enum rt_poll yielder_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct yielder *self = RT_SELF(future, struct yielder);

    RT_BEGIN(self);
    while (!*self->is_over) {
        self->turn = rt_yield();
        RT_AWAIT(self->turn);
        ++*self->turns;
    }
    RT_END(self);
}

START_TEST(yielding_tasks_let_timers_run)
{
    bool is_over = false;
    int turns = 0;
    struct kit_say say = kit_say("done", RT_MILLISECONDS(10));
    struct rt_builder builder = kit_lone_builder();

    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(
                             yielder, .is_over = &is_over, .turns = &turns)),
                         0);
    }
    ck_assert_int_eq(rt_block_on(runtime, &say.future), 0);
    ck_assert_int_ge(turns, 100);
    is_over = true;
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_yield_under_a_waker_that_is_no_task_wakes_it_at_once)
{
    struct kit_waker waker;
    struct rt_yield turn = rt_yield();

    kit_waker_init(&waker);
    runtime = kit_runtime();
    ck_assert_int_eq(kit_poll(&turn.future, &waker), RT_PENDING);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&turn.future, &waker), RT_READY);
    rt_future_drop(&turn.future);
    ck_assert_int_eq(waker.held, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(the_task_count_goes_down_again)
{
    runtime = kit_runtime();
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(kit_probe(&counts, 0)), 0);
    }
    ck_assert_uint_eq(rt_task_count(runtime), 10);
    kit_settle(runtime);
    ck_assert_uint_eq(rt_task_count(runtime), 0);
    rt_shutdown(runtime);
}
END_TEST

/* Spawns a task that spawns a task, and so on. */
struct spawner {
    struct rt_future future;
    int depth;
};

KIT_OPS(spawner);

static enum rt_poll spawner_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct spawner *self = RT_SELF(future, struct spawner);

    (void)cx;
    counts.polls++;
    if (self->depth > 0) {
        ck_assert_int_eq(
            RT_SPAWN_DETACHED(KIT_MAKE(spawner, .depth = self->depth - 1)), 0);
    }
    return RT_READY;
}

START_TEST(tasks_can_spawn_tasks)
{
    struct kit_counts root_counts = {0};
    struct kit_probe root = kit_probe(&root_counts, 200);

    runtime = kit_runtime();
    root.wakes_itself = true;
    ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(spawner, .depth = 99)), 0);
    rt_block_on(runtime, &root.future);
    ck_assert_int_eq(counts.polls, 100);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(block_on_without_memory_drops_the_future)
{
    struct kit_probe root = kit_probe(&counts, 0);

    runtime = kit_runtime();
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_block_on(runtime, &root.future), -ENOMEM);
    ck_assert_int_eq(counts.polls, 0);
    ck_assert_int_eq(counts.drops, 1);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(two_runtimes_live_side_by_side)
{
    struct rt_runtime *other = kit_runtime();
    struct kit_say first = kit_say("A", RT_SECONDS(1));
    struct kit_say second = kit_say("B", RT_SECONDS(2));

    runtime = kit_runtime();
    ck_assert_int_eq(rt_block_on(runtime, &first.future), 0);
    ck_assert_int_eq(rt_block_on(other, &second.future), 0);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(1));
    rt_shutdown(runtime);
    ck_assert_ptr_null(rt_current());
    rt_enter(other);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(2));
    rt_shutdown(other);
    ck_assert_str_eq(kit_logged(), "AB");
}
END_TEST

Suite *executor_suite(void)
{
    const TTest *const tests[] = {
        spawning_never_runs_the_task_at_once,
        a_task_spawned_before_block_on_runs_within_it,
        tasks_run_in_the_order_they_were_woken,
        the_root_is_polled_only_when_woken,
        a_waiting_root_costs_two_polls_whatever_the_others_do,
        a_ready_future_is_polled_once_and_dropped_once,
        block_on_can_be_called_again,
        block_on_enters_the_runtime_and_leaves_it,
        spinning_tasks_do_not_starve_timers_or_the_root,
        yielding_tasks_let_timers_run,
        a_yield_under_a_waker_that_is_no_task_wakes_it_at_once,
        the_task_count_goes_down_again,
        tasks_can_spawn_tasks,
        block_on_without_memory_drops_the_future,
        two_runtimes_live_side_by_side,
        NULL,
    };

    return suite_of("executor", tests);
}
