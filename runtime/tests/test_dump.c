/* Names of tasks, and the dump that shows what each waits for. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kit.h"
#include "suites.h"

static struct rt_runtime *runtime;
static struct kit_counts counts;

/* What a dump prints now, without the numbers of the tasks. */
static const char *dumped(void)
{
    static char text[4096];
    FILE *file = fmemopen(text, sizeof(text), "w");
    char *from = text, *to = text;

    ck_assert_int_eq(rt_dump(file), 0);
    fclose(file);
    while (*from) {
        if (*from >= '0' && *from <= '9') {
            from++;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
    return text;
}

static void spawn_named(const char *name, struct kit_say frame)
{
    struct rt_join_handle handle = RT_SPAWN_NAMED(name, frame);

    rt_join_detach(&handle);
}

START_TEST(a_dump_shows_what_each_task_awaits)
{
    runtime = kit_runtime();
    ck_assert_str_eq(dumped(), "");
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("A", RT_SECONDS(1))), 0);
    spawn_named("bell", kit_say("B", RT_SECONDS(1)));
    kit_settle(runtime);
    ck_assert_str_eq(dumped(), "task  say: idle in say > sleep\n"
                               "task  bell: idle in say > sleep\n");
    rt_shutdown(runtime);
}
END_TEST

/* Dumps from inside of a task. */
struct insider {
    struct rt_future future;
};

KIT_OPS(insider);

static enum rt_poll insider_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    (void)future;
    (void)cx;
    kit_log("%s", dumped());
    return RT_READY;
}

START_TEST(the_task_that_dumps_is_running)
{
    struct insider insider = KIT_MAKE(insider);

    ck_assert_int_eq(KIT_RUN(insider), 0);
    ck_assert_str_eq(kit_logged(), "task  main: running\n");
}
END_TEST

START_TEST(a_dump_polls_idle_tasks_once_more_and_loses_no_wake)
{
    struct rt_join_handle handle;

    runtime = kit_runtime();
    handle = RT_SPAWN(kit_probe(&counts, KIT_FOR_EVER));
    kit_settle(runtime);
    ck_assert_int_eq(counts.polls, 1);
    ck_assert_str_eq(dumped(), "task  probe: idle in probe\n");
    rt_waker_wake_by_ref(&counts.waker);
    ck_assert_str_eq(dumped(), "task  probe: queued\n");
    kit_settle(runtime);
    ck_assert_int_eq(counts.polls, 2);
    rt_join_abort(&handle);
    ck_assert_int_eq(rt_block_on(runtime, &handle.future), 0);
    ck_assert_int_eq(handle.result, -ECANCELED);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_dump_without_memory_says_so)
{
    runtime = kit_runtime();
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_dump(stdout), -ENOMEM);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_name_is_copied_and_lies_outside_of_the_frame)
{
    char name[] = "first";
    struct kit_say said;
    struct rt_join_handle handle;

    runtime = kit_runtime();
    handle = RT_SPAWN_NAMED(name, kit_say("A", RT_SECONDS(1)));
    strcpy(name, "wrong");
    ck_assert_str_eq(rt_task_name(handle.task), "first");
    rt_join_into(&handle, &said, sizeof(said));
    ck_assert_int_eq(rt_block_on(runtime, &handle.future), 0);
    ck_assert_str_eq(said.text, "A");
    rt_shutdown(runtime);
}
END_TEST

/* ---- threads ---- */

/* Dumps a hundred times, while the tasks around it sleep, wake and end. */
struct surveys {
    struct rt_future future;
    struct rt_join_set set;
    struct rt_join_set_next next;
    struct rt_yield turn;
    int round;
};

KIT_OPS_WITH_DROP(surveys);

static enum rt_poll surveys_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct surveys *self = RT_SELF(future, struct surveys);

    RT_BEGIN(self);
    rt_join_set_init(&self->set);
    for (self->round = 0; self->round < 100; self->round++) {
        RT_JOIN_SET_SPAWN(&self->set, rt_sleep(RT_MICROSECONDS(1)));
        RT_JOIN_SET_SPAWN(&self->set, rt_yield());
        dumped();
        self->turn = rt_yield();
        RT_AWAIT(self->turn);
    }
    do {
        self->next = rt_join_set_next(&self->set, NULL, 0);
        RT_AWAIT(self->next);
    } while (self->next.result != -ECHILD);
    RT_END(self);
}

static void surveys_drop(struct rt_future *future)
{
    rt_join_set_deinit(&RT_SELF(future, struct surveys)->set);
}

START_TEST(tasks_may_run_and_end_on_other_threads_during_a_dump)
{
    struct rt_builder builder = kit_builder();
    struct surveys surveys = KIT_MAKE(surveys);

    builder.workers = 3;
    ck_assert_int_eq(kit_run_built(&builder, &surveys.future), 0);
}
END_TEST

/* ---- on a signal ---- */

/* Asks for a dump, gives it time, and ends. */
struct asks {
    struct rt_future future;
    struct rt_sleep nap;
};

KIT_OPS(asks);

static enum rt_poll asks_poll(struct rt_future *future, struct rt_context *cx)
{
    struct asks *self = RT_SELF(future, struct asks);

    RT_BEGIN(self);
    self->nap = rt_sleep(RT_SECONDS(1)); /* the dumper listens by then */
    RT_AWAIT(self->nap);
    raise(SIGUSR1);
    self->nap = rt_sleep(RT_SECONDS(1));
    RT_AWAIT(self->nap);
    RT_END(self);
}

static void be_dumped(void)
{
    struct asks asks = KIT_MAKE(asks);

    setenv("RT_DUMP", "1", 1);
    setenv("RT_CLOCK", "paused", 1);
    exit(rt_main_run(rt_main_begin(), &asks.future));
}

START_TEST(main_dumps_on_a_signal_when_the_environment_asks)
{
    kit_expect_exit(be_dumped, 0, " main: idle in block_on > asks > sleep\n");
}
END_TEST

Suite *dump_suite(void)
{
    const TTest *const tests[] = {
        a_dump_shows_what_each_task_awaits,
        the_task_that_dumps_is_running,
        a_dump_polls_idle_tasks_once_more_and_loses_no_wake,
        a_dump_without_memory_says_so,
        a_name_is_copied_and_lies_outside_of_the_frame,
        tasks_may_run_and_end_on_other_threads_during_a_dump,
        main_dumps_on_a_signal_when_the_environment_asks,
        NULL,
    };

    return suite_of("dump", tests);
}
