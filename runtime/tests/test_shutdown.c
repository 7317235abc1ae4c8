/* Shutdown: everything that is left is dropped, and nothing is leaked. */
#include <errno.h>

#include "kit.h"
#include "suites.h"

static struct rt_runtime *runtime;
static struct kit_counts counts;

START_TEST(shutdown_drops_tasks_that_wait)
{
    runtime = kit_runtime();
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("x", RT_SECONDS(5))), 0);
    }
    kit_settle(runtime);
    ck_assert_uint_eq(rt_task_count(runtime), 10);
    rt_shutdown(runtime);
    ck_assert_str_eq(kit_logged(), "");
}
END_TEST

START_TEST(shutdown_drops_tasks_that_never_ran_and_tasks_that_are_queued)
{
    struct kit_probe busy = kit_probe(&counts, KIT_FOR_EVER);

    runtime = kit_runtime();
    busy.wakes_itself = true;
    ck_assert_int_eq(RT_SPAWN_DETACHED(busy), 0);
    kit_settle(runtime);
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_probe(&counts, 0)), 0);
    rt_shutdown(runtime);
    ck_assert_int_eq(counts.drops, 2);
}
END_TEST

/* What the drop of a frame does. */
struct last_will {
    struct rt_future future;
    void (*act)(void);
    struct kit_probe probe;
};

KIT_OPS_WITH_DROP(last_will);

static enum rt_poll last_will_poll(struct rt_future *future,
                                   struct rt_context *cx)
{
    struct last_will *self = RT_SELF(future, struct last_will);

    RT_BEGIN(self);
    RT_AWAIT(self->probe);
    RT_END(self);
}

static void last_will_drop(struct rt_future *future)
{
    RT_SELF(future, struct last_will)->act();
}

static struct last_will last_will(void (*act)(void))
{
    return KIT_MAKE(last_will, .act = act,
                    .probe = kit_probe(&counts, KIT_FOR_EVER));
}

static void spawn_one(void)
{
    kit_log("spawn ");
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_probe(&counts, KIT_FOR_EVER)), 0);
}

START_TEST(shutdown_drops_tasks_that_drops_spawn)
{
    runtime = kit_runtime();
    ck_assert_int_eq(RT_SPAWN_DETACHED(last_will(spawn_one)), 0);
    kit_settle(runtime);
    rt_shutdown(runtime);
    ck_assert_str_eq(kit_logged(), "spawn ");
    ck_assert_int_eq(counts.drops, 2);
}
END_TEST

static struct kit_counts other;

static void wake_other(void)
{
    kit_log("wake ");
    if (other.waker.ops) {
        rt_waker_wake_by_ref(&other.waker);
    }
}

START_TEST(drops_may_wake_tasks_that_are_dropped_before_or_after)
{
    runtime = kit_runtime();
    ck_assert_int_eq(RT_SPAWN_DETACHED(last_will(wake_other)), 0);
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_probe(&other, KIT_FOR_EVER)), 0);
    ck_assert_int_eq(RT_SPAWN_DETACHED(last_will(wake_other)), 0);
    kit_settle(runtime);
    rt_shutdown(runtime);
    ck_assert_str_eq(kit_logged(), "wake wake ");
    ck_assert_int_eq(other.polls, 1);
    ck_assert_int_eq(other.drops, 1);
}
END_TEST

static struct rt_join_handle victim;

static void abort_victim(void)
{
    rt_join_abort(&victim);
}

START_TEST(drops_may_abort_other_tasks)
{
    runtime = kit_runtime();
    ck_assert_int_eq(RT_SPAWN_DETACHED(last_will(abort_victim)), 0);
    victim = RT_SPAWN(kit_probe(&other, KIT_FOR_EVER));
    kit_settle(runtime);
    rt_shutdown(runtime);
    ck_assert_int_eq(other.drops, 1);
    rt_future_drop(&victim.future);
}
END_TEST

/* A task that waits for a task: both are dropped. */
struct joins {
    struct rt_future future;
    struct rt_join_handle child;
};

KIT_OPS(joins);

static enum rt_poll joins_poll(struct rt_future *future, struct rt_context *cx)
{
    struct joins *self = RT_SELF(future, struct joins);

    RT_BEGIN(self);
    self->child = RT_SPAWN(kit_probe(&counts, KIT_FOR_EVER));
    RT_AWAIT(self->child);
    kit_log("resumed");
    RT_END(self);
}

START_TEST(a_joiner_is_not_resumed_by_the_shutdown)
{
    runtime = kit_runtime();
    ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(joins)), 0);
    kit_settle(runtime);
    kit_settle(runtime);
    ck_assert_uint_eq(rt_task_count(runtime), 2);
    rt_shutdown(runtime);
    ck_assert_int_eq(counts.drops, 1);
    ck_assert_str_eq(kit_logged(), "");
}
END_TEST

START_TEST(a_handle_that_is_left_learns_of_the_shutdown)
{
    struct kit_waker waker;
    struct rt_join_handle handle;

    kit_waker_init(&waker);
    runtime = kit_runtime();
    handle = RT_SPAWN(kit_probe(&counts, KIT_FOR_EVER));
    ck_assert_int_eq(kit_poll(&handle.future, &waker), RT_PENDING);
    rt_shutdown(runtime);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&handle.future, &waker), RT_READY);
    ck_assert_int_eq(handle.result, -ECANCELED);
    rt_future_drop(&handle.future);
}
END_TEST

START_TEST(shutdown_of_an_unused_runtime_leaves_nothing)
{
    for (int i = 0; i < 2000; i++) {
        runtime = kit_runtime(); /* an fd left each time would show */
        rt_shutdown(runtime);
    }
    ck_assert_ptr_null(rt_current());
}
END_TEST

START_TEST(sockets_of_dropped_tasks_are_closed)
{
    kit_local_net();
    for (int i = 0; i < 10; i++) {
        struct rt_tcp_listener listener;
        struct rt_tcp_accept accept;
        struct kit_waker waker;

        kit_waker_init(&waker);
        runtime = kit_runtime();
        ck_assert_int_eq(
            rt_tcp_listen(&listener, "127.0.0.1", (uint16_t)(7 + i)), 0);
        accept = rt_tcp_accept(&listener);
        ck_assert_int_eq(kit_poll(&accept.future, &waker), RT_PENDING);
        rt_future_drop(&accept.future);
        rt_tcp_listener_close(&listener);
        ck_assert_int_eq(waker.held, 0);
        rt_shutdown(runtime);
    }
    kit_no_local_net();
}
END_TEST

struct shuts {
    struct rt_future future;
};

KIT_OPS(shuts);

static enum rt_poll shuts_poll(struct rt_future *future, struct rt_context *cx)
{
    (void)future;
    (void)cx;
    rt_shutdown(runtime);
    return RT_READY;
}

static void run_shuts(void)
{
    struct shuts shuts = KIT_MAKE(shuts);

    runtime = kit_runtime();
    rt_block_on(runtime, &shuts.future);
}

START_TEST(shutdown_from_inside_a_task_is_stopped)
{
    kit_expect_panic(run_shuts, "shutdown-inside-task");
}
END_TEST

Suite *shutdown_suite(void)
{
    const TTest *const tests[] = {
        shutdown_drops_tasks_that_wait,
        shutdown_drops_tasks_that_never_ran_and_tasks_that_are_queued,
        shutdown_drops_tasks_that_drops_spawn,
        drops_may_wake_tasks_that_are_dropped_before_or_after,
        drops_may_abort_other_tasks,
        a_joiner_is_not_resumed_by_the_shutdown,
        a_handle_that_is_left_learns_of_the_shutdown,
        shutdown_of_an_unused_runtime_leaves_nothing,
        sockets_of_dropped_tasks_are_closed,
        shutdown_from_inside_a_task_is_stopped,
        NULL,
    };

    return suite_of("shutdown", tests);
}
