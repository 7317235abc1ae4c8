/* Join handles: result, abort, detach, and no reference left behind. */
#include <errno.h>

#include "kit.h"
#include "base/memory.h"
#include "suites.h"

static struct rt_runtime *runtime;
static struct kit_counts counts;

struct answer {
    struct rt_future future;
    struct rt_sleep nap;
    int value;
};

KIT_OPS(answer);

static enum rt_poll answer_poll(struct rt_future *future, struct rt_context *cx)
{
    struct answer *self = RT_SELF(future, struct answer);

    RT_BEGIN(self);
    self->nap = rt_sleep(RT_SECONDS(1));
    RT_AWAIT(self->nap);
    self->value = 42;
    RT_END(self);
}

static int join(struct rt_join_handle *handle)
{
    ck_assert_int_eq(rt_block_on(runtime, &handle->future), 0);
    return handle->result;
}

START_TEST(joining_gives_0_when_the_task_ran_to_its_end)
{
    struct rt_join_handle handle;

    runtime = kit_runtime();
    handle = RT_SPAWN(kit_say("A", RT_SECONDS(1)));
    ck_assert(!rt_join_is_finished(&handle));
    ck_assert_int_eq(join(&handle), 0);
    ck_assert_str_eq(kit_logged(), "A");
    ck_assert(rt_join_is_finished(&handle));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(join_into_copies_the_finished_frame)
{
    struct answer place = {0};
    struct rt_join_handle handle;

    runtime = kit_runtime();
    handle = RT_SPAWN(KIT_MAKE(answer));
    rt_join_into(&handle, &place, sizeof(place));
    ck_assert_int_eq(join(&handle), 0);
    ck_assert_int_eq(place.value, 42);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(join_into_leaves_the_place_alone_when_aborted)
{
    struct answer place = {.value = 7};
    struct rt_join_handle handle;

    runtime = kit_runtime();
    handle = RT_SPAWN(KIT_MAKE(answer));
    rt_join_into(&handle, &place, sizeof(place));
    rt_join_abort(&handle);
    ck_assert_int_eq(join(&handle), -ECANCELED);
    ck_assert_int_eq(place.value, 7);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_handle_can_be_joined_long_after_the_end)
{
    struct rt_join_handle handle;
    struct rt_sleep nap;

    runtime = kit_runtime();
    handle = RT_SPAWN(kit_say("A", RT_SECONDS(1)));
    nap = rt_sleep(RT_SECONDS(100));
    rt_block_on(runtime, &nap.future);
    ck_assert(rt_join_is_finished(&handle));
    ck_assert_int_eq(join(&handle), 0);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(100));
    rt_shutdown(runtime);
}
END_TEST

START_TEST(the_joiner_of_an_aborted_task_learns_it_was_cancelled)
{
    struct rt_join_handle handle;

    runtime = kit_runtime();
    handle = RT_SPAWN(kit_probe(&counts, KIT_FOR_EVER));
    kit_settle(runtime);
    ck_assert_int_eq(counts.polls, 1);
    rt_join_abort(&handle);
    ck_assert_int_eq(join(&handle), -ECANCELED);
    ck_assert_int_eq(counts.polls, 1);
    ck_assert_int_eq(counts.drops, 1);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(aborting_a_finished_task_keeps_its_result)
{
    struct rt_join_handle handle;

    runtime = kit_runtime();
    handle = RT_SPAWN(kit_probe(&counts, 0));
    kit_settle(runtime);
    rt_join_abort(&handle);
    ck_assert_int_eq(join(&handle), 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(aborting_a_task_that_never_ran_never_polls_it)
{
    struct rt_join_handle handle;

    runtime = kit_runtime();
    handle = RT_SPAWN(kit_probe(&counts, KIT_FOR_EVER));
    rt_join_abort(&handle);
    ck_assert_int_eq(join(&handle), -ECANCELED);
    ck_assert_int_eq(counts.polls, 0);
    ck_assert_int_eq(counts.drops, 1);
    rt_shutdown(runtime);
}
END_TEST

static struct rt_join_handle own_handle;

struct suicide {
    struct rt_future future;
    struct kit_probe probe;
};

KIT_OPS(suicide);

static enum rt_poll suicide_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct suicide *self = RT_SELF(future, struct suicide);

    RT_BEGIN(self);
    rt_join_abort(&own_handle);
    kit_log("still here");
    RT_AWAIT(self->probe);
    RT_END(self);
}

START_TEST(a_task_can_abort_itself_and_ends_at_its_next_await)
{
    runtime = kit_runtime();
    own_handle =
        RT_SPAWN(KIT_MAKE(suicide, .probe = kit_probe(&counts, KIT_FOR_EVER)));
    ck_assert_int_eq(join(&own_handle), -ECANCELED);
    ck_assert_str_eq(kit_logged(), "still here");
    ck_assert_int_eq(counts.drops, 1);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_detached_task_runs_on)
{
    struct rt_join_handle handle;
    struct rt_sleep nap;

    runtime = kit_runtime();
    handle = RT_SPAWN(kit_say("A", RT_SECONDS(1)));
    rt_join_detach(&handle);
    rt_join_detach(&handle);
    ck_assert(rt_join_is_finished(&handle));
    nap = rt_sleep(RT_SECONDS(2));
    rt_block_on(runtime, &nap.future);
    ck_assert_str_eq(kit_logged(), "A");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(dropping_the_handle_after_completion_frees_the_task)
{
    struct rt_join_handle handle;

    runtime = kit_runtime();
    handle = RT_SPAWN(kit_probe(&counts, 0));
    kit_settle(runtime);
    ck_assert_uint_eq(rt_task_count(runtime), 0);
    rt_future_drop(&handle.future);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(abort_and_drop_of_the_handle_frees_the_task)
{
    struct rt_join_handle handle;

    runtime = kit_runtime();
    handle = RT_SPAWN(kit_probe(&counts, KIT_FOR_EVER));
    kit_settle(runtime);
    rt_join_abort(&handle);
    rt_future_drop(&handle.future);
    kit_settle(runtime);
    ck_assert_uint_eq(rt_task_count(runtime), 0);
    ck_assert_int_eq(counts.drops, 1);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_handle_that_waits_can_be_dropped)
{
    struct kit_waker waker;
    struct rt_join_handle handle;

    kit_waker_init(&waker);
    runtime = kit_runtime();
    handle = RT_SPAWN(kit_probe(&counts, 0));
    ck_assert_int_eq(kit_poll(&handle.future, &waker), RT_PENDING);
    rt_future_drop(&handle.future);
    ck_assert_int_eq(waker.held, 0);
    kit_settle(runtime);
    ck_assert_int_eq(waker.wakes, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_spawn_without_memory_is_ready_with_ENOMEM)
{
    struct rt_join_handle handle;

    runtime = kit_runtime();
    rt_alloc_fail_after(1);
    handle = RT_SPAWN(kit_probe(&counts, 0));
    ck_assert_int_eq(handle.result, -ENOMEM);
    ck_assert_int_eq(counts.drops, 1);
    ck_assert_int_eq(join(&handle), -ENOMEM);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_probe(&counts, 0)), -ENOMEM);
    ck_assert_int_eq(counts.drops, 2);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_handle_outlives_the_runtime)
{
    struct kit_waker waker;
    struct rt_join_handle handle;

    kit_waker_init(&waker);
    runtime = kit_runtime();
    handle = RT_SPAWN(kit_probe(&counts, KIT_FOR_EVER));
    rt_shutdown(runtime);
    ck_assert_int_eq(kit_poll(&handle.future, &waker), RT_READY);
    ck_assert_int_eq(handle.result, -ECANCELED);
    rt_future_drop(&handle.future);
}
END_TEST

Suite *join_handle_suite(void)
{
    const TTest *const tests[] = {
        joining_gives_0_when_the_task_ran_to_its_end,
        join_into_copies_the_finished_frame,
        join_into_leaves_the_place_alone_when_aborted,
        a_handle_can_be_joined_long_after_the_end,
        the_joiner_of_an_aborted_task_learns_it_was_cancelled,
        aborting_a_finished_task_keeps_its_result,
        aborting_a_task_that_never_ran_never_polls_it,
        a_task_can_abort_itself_and_ends_at_its_next_await,
        a_detached_task_runs_on,
        dropping_the_handle_after_completion_frees_the_task,
        abort_and_drop_of_the_handle_frees_the_task,
        a_handle_that_waits_can_be_dropped,
        a_spawn_without_memory_is_ready_with_ENOMEM,
        a_handle_outlives_the_runtime,
        NULL,
    };

    return suite_of("join_handle", tests);
}
