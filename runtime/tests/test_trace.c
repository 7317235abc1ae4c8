/* The trace: the bytes of its file, and what stands in it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit.h"
#include "suites.h"
#include "trace_file.h"

static struct kit_counts counts;

/* Runs the future, traced. */
static struct trace_file trace_of(struct rt_future *future)
{
    struct rt_builder builder = trace_builder();

    ck_assert_int_eq(kit_run_built(&builder, future), 0);
    return trace_load();
}

START_TEST(the_header_says_what_the_run_was)
{
    struct rt_builder builder = trace_builder();
    struct kit_say say = kit_say("A", RT_SECONDS(1));
    struct trace_file trace;

    builder.seed = 77;
    builder.hostile = RT_HOSTILE_SHORT;
    ck_assert_int_eq(kit_run_built(&builder, &say.future), 0);
    trace = trace_load();
    ck_assert_uint_eq(trace.header->version, RT_TRACE_VERSION);
    ck_assert_uint_eq(trace.header->record_size, 32);
    ck_assert_uint_eq(trace.header->string_offset, RT_TRACE_PAGE);
    ck_assert_uint_eq(trace.header->record_offset,
                      RT_TRACE_PAGE + trace.header->string_capacity);
    ck_assert_uint_eq(trace.header->seed, 77);
    ck_assert_uint_eq(trace.header->hostile, RT_HOSTILE_SHORT);
    ck_assert_uint_eq(trace.header->clock, RT_TRACE_CLOCK_PAUSED);
    ck_assert_uint_eq(trace.header->workers, 1);
    ck_assert_uint_eq(trace.header->pid, (uint32_t)getpid());
    ck_assert_uint_eq(trace.count, trace.header->record_count);
    trace_free(&trace);
}
END_TEST

START_TEST(records_are_numbered_and_complete)
{
    struct kit_say say = kit_say("A", RT_SECONDS(1));
    struct trace_file trace = trace_of(&say.future);

    for (size_t i = 0; i < trace.count; i++) {
        ck_assert_uint_eq(trace.records[i].sequence, i);
        ck_assert_int_ne(trace.records[i].type, RT_TRACE_NONE);
    }
    ck_assert_int_eq(trace.records[0].type, RT_TRACE_START);
    ck_assert_int_eq(trace.records[trace.count - 1].type, RT_TRACE_STOP);
    trace_free(&trace);
}
END_TEST

/* A word for each record that tells the story of a sleep. */
static void tell(const struct trace_file *trace)
{
    static const char *const words[RT_TRACE_TYPE_COUNT] = {
        [RT_TRACE_START] = "start",        [RT_TRACE_SPAWN] = "spawn",
        [RT_TRACE_POLL_BEGIN] = "poll",    [RT_TRACE_POLL_END] = "end",
        [RT_TRACE_AWAIT] = "await",        [RT_TRACE_WAKE] = "wake",
        [RT_TRACE_ENQUEUE] = "queue",      [RT_TRACE_DEQUEUE] = "take",
        [RT_TRACE_TIMER_ARM] = "arm",      [RT_TRACE_TIMER_FIRE] = "fire",
        [RT_TRACE_CLOCK_ADVANCE] = "time", [RT_TRACE_FINISH] = "finish",
        [RT_TRACE_WAKER_CLONE] = "clone",  [RT_TRACE_WAKER_DROP] = "drop",
        [RT_TRACE_STOP] = "stop",
    };

    for (size_t i = 0; i < trace->count; i++) {
        const char *word = words[trace->records[i].type];

        kit_log("%s ", word ? word : "?");
    }
}

START_TEST(the_story_of_a_sleep)
{
    struct rt_sleep nap = rt_sleep_until(RT_SECONDS(1));
    struct trace_file trace = trace_of(&nap.future);

    tell(&trace);
    ck_assert_str_eq(kit_logged(),
                     "start spawn queue take poll clone arm end await await "
                     "time fire wake queue drop take poll end finish stop ");
    trace_free(&trace);
}
END_TEST

START_TEST(the_times_are_those_of_the_runtime)
{
    struct rt_sleep nap = rt_sleep_until(RT_SECONDS(1));
    struct trace_file trace = trace_of(&nap.future);

    ck_assert_uint_eq(trace_find(&trace, RT_TRACE_TIMER_ARM, 0)->time_ns, 0);
    ck_assert_uint_eq(trace_find(&trace, RT_TRACE_TIMER_ARM, 0)->argument,
                      RT_SECONDS(1));
    ck_assert_uint_eq(trace_find(&trace, RT_TRACE_TIMER_FIRE, 0)->time_ns,
                      RT_SECONDS(1));
    trace_free(&trace);
}
END_TEST

START_TEST(the_chain_of_awaits_is_named_from_the_task_down)
{
    struct kit_say say = kit_say("A", RT_SECONDS(1));
    struct trace_file trace = trace_of(&say.future);
    const struct rt_trace_record *record;

    for (unsigned depth = 0; depth < 3; depth++) {
        record = trace_find(&trace, RT_TRACE_AWAIT, depth);
        ck_assert_uint_eq(record->detail, depth);
        kit_log(">%s", trace_text(&trace, record->argument));
    }
    ck_assert_str_eq(kit_logged(), "A>block_on>say>sleep");
    trace_free(&trace);
}
END_TEST

START_TEST(a_timer_wakes_in_its_own_name)
{
    struct rt_sleep nap = rt_sleep_until(RT_SECONDS(1));
    struct trace_file trace = trace_of(&nap.future);
    const struct rt_trace_record *wake = trace_find(&trace, RT_TRACE_WAKE, 0);

    ck_assert_uint_eq(wake->detail,
                      RT_TRACE_WAKE_QUEUED | RT_TRACE_FROM_TIMER << 8);
    ck_assert_uint_eq(wake->other,
                      trace_find(&trace, RT_TRACE_TIMER_FIRE, 0)->other);
    trace_free(&trace);
}
END_TEST

/* Wakes another task in each of its states. */
struct pokes {
    struct rt_future future;
    struct rt_join_handle target;
    struct rt_yield turn;
    struct rt_waker late;
};

KIT_OPS_WITH_DROP(pokes);

static enum rt_poll pokes_poll(struct rt_future *future, struct rt_context *cx)
{
    struct pokes *self = RT_SELF(future, struct pokes);

    RT_BEGIN(self);
    self->target = RT_SPAWN(kit_probe(&counts, 1));
    self->turn = rt_yield();
    RT_AWAIT(self->turn);
    self->late = rt_waker_clone(&counts.waker);
    rt_waker_wake_by_ref(&self->late); /* idle: is queued */
    rt_waker_wake_by_ref(&self->late); /* queued: coalesces */
    rt_waker_wake_by_ref(cx->waker);   /* running: is marked */
    RT_AWAIT(self->target);
    rt_waker_wake_by_ref(&self->late); /* finished: too late */
    RT_END(self);
}

static void pokes_drop(struct rt_future *future)
{
    rt_waker_drop(&RT_SELF(future, struct pokes)->late);
}

START_TEST(each_outcome_of_a_wake_is_told)
{
    struct pokes pokes = KIT_MAKE(pokes);
    struct trace_file trace = trace_of(&pokes.future);

    for (int outcome = 0; outcome < 4; outcome++) {
        ck_assert_uint_ge(trace_count(&trace, RT_TRACE_WAKE,
                                      outcome | RT_TRACE_FROM_TASK << 8),
                          1);
    }
    ck_assert_uint_eq(
        trace_count(&trace, RT_TRACE_WAKE,
                    RT_TRACE_WAKE_QUEUED | RT_TRACE_FROM_YIELD << 8),
        1);
    trace_free(&trace);
}
END_TEST

START_TEST(equal_names_are_stored_once)
{
    struct rt_builder builder = trace_builder();
    struct kit_say say = kit_say("A", RT_SECONDS(2));
    struct rt_runtime *runtime;
    struct trace_file trace;

    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("B", RT_SECONDS(1))), 0);
    }
    rt_block_on(runtime, &say.future);
    rt_shutdown(runtime);
    trace = trace_load();
    ck_assert_uint_eq(trace_find(&trace, RT_TRACE_SPAWN, 0)->argument,
                      trace_find(&trace, RT_TRACE_SPAWN, 99)->argument);
    ck_assert_uint_lt(trace.header->string_used, 100);
    trace_free(&trace);
}
END_TEST

START_TEST(a_mark_stands_where_it_was_made)
{
    struct rt_builder builder = trace_builder();
    struct rt_runtime *runtime;
    struct trace_file trace;

    rt_trace_mark("no trace: nothing happens");
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_trace_mark("here");
    rt_shutdown(runtime);
    trace = trace_load();
    ck_assert_uint_eq(trace_count(&trace, RT_TRACE_MARK, -1), 1);
    ck_assert_str_eq(
        trace_text(&trace, trace_find(&trace, RT_TRACE_MARK, 0)->argument),
        "here");
    trace_free(&trace);
}
END_TEST

/* ---- what is printed ---- */

struct prints {
    struct rt_future future;
    struct rt_sleep nap;
};

KIT_OPS(prints);

static enum rt_poll prints_poll(struct rt_future *future, struct rt_context *cx)
{
    struct prints *self = RT_SELF(future, struct prints);

    RT_BEGIN(self);
    puts("one");
    self->nap = rt_sleep(RT_SECONDS(1));
    RT_AWAIT(self->nap);
    puts("two");
    RT_END(self);
}

static void print_traced(void)
{
    struct prints prints = KIT_MAKE(prints);
    struct rt_builder builder = trace_builder();
    struct trace_file trace;

    kit_run_built(&builder, &prints.future);
    trace = trace_load();
    for (size_t i = 0; i < 2; i++) {
        const struct rt_trace_record *record =
            trace_find(&trace, RT_TRACE_OUTPUT, i);

        printf("%d s: %s", (int)(record->time_ns / RT_SECONDS(1)),
               trace_text(&trace, record->argument));
    }
    trace_free(&trace);
}

START_TEST(output_is_shown_and_recorded_when_it_was_printed)
{
    kit_expect_exit(print_traced, 0, "one\ntwo\n0 s: one\n1 s: two\n");
}
END_TEST

/* ---- limits ---- */

START_TEST(a_full_trace_counts_what_is_lost_and_the_program_goes_on)
{
    struct kit_probe busy = kit_probe(&counts, 400000);
    struct trace_file trace;

    busy.wakes_itself = true;
    trace = trace_of(&busy.future);
    ck_assert_int_eq(counts.polls, 400001);
    ck_assert_uint_gt(trace.header->record_count,
                      trace.header->record_capacity);
    ck_assert_uint_eq(trace.count, trace.header->record_capacity);
    trace_free(&trace);
}
END_TEST

START_TEST(full_strings_do_no_harm)
{
    struct rt_builder builder = trace_builder();
    struct rt_runtime *runtime;
    struct trace_file trace;
    char text[4000];

    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    for (int i = 0; i < 2000; i++) {
        memset(text, 'a' + i % 26, sizeof(text));
        snprintf(text + sizeof(text) - 16, 16, "%d", i);
        rt_trace_mark(text);
    }
    rt_shutdown(runtime);
    trace = trace_load();
    ck_assert_uint_gt(trace.header->string_used, trace.header->string_capacity);
    ck_assert_uint_eq(trace_find(&trace, RT_TRACE_MARK, 1999)->argument, 0);
    trace_free(&trace);
}
END_TEST

START_TEST(one_trace_in_a_process)
{
    struct rt_builder builder = trace_builder();
    struct rt_runtime *runtime;
    struct rt_runtime *second;
    struct trace_file trace;

    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    ck_assert_int_eq(rt_build(&builder, &second), -EBUSY);
    rt_shutdown(runtime);
    trace = trace_load();
    trace_free(&trace);
}
END_TEST

/* ---- a program that dies ---- */

static char dead_path[64];

static void panic_traced(void)
{
    struct kit_probe probe = kit_probe(&counts, 0);
    struct rt_builder builder = trace_builder();
    struct rt_runtime *runtime;

    builder.trace_path = dead_path;
    rt_build(&builder, &runtime);
    rt_block_on(runtime, &probe.future);
    rt_block_on(runtime, &probe.future);
}

static void be_killed_traced(void)
{
    struct rt_builder builder = trace_builder();
    struct rt_runtime *runtime;

    builder.trace_path = dead_path;
    rt_build(&builder, &runtime);
    rt_trace_mark("last words");
    _exit(9);
}

START_TEST(a_panic_is_the_last_thing_in_the_trace)
{
    struct trace_file trace;
    const struct rt_trace_record *panic;

    strcpy(dead_path, trace_path());
    kit_expect_panic(panic_traced, "polled-after-ready");
    trace = trace_load();
    panic = trace_find(&trace, RT_TRACE_PANIC, 0);
    ck_assert_ptr_nonnull(
        strstr(trace_text(&trace, panic->argument), "polled-after-ready: "));
    ck_assert_uint_eq(panic->sequence + 1, trace.header->record_count);
    trace_free(&trace);
}
END_TEST

START_TEST(records_outlive_a_program_that_ends_at_once)
{
    struct trace_file trace;

    strcpy(dead_path, trace_path());
    kit_expect_exit(be_killed_traced, 9, "");
    trace = trace_load();
    ck_assert_uint_eq(trace_count(&trace, RT_TRACE_MARK, -1), 1);
    trace_free(&trace);
}
END_TEST

START_TEST(each_end_of_a_task_is_told)
{
    struct rt_builder builder = trace_builder();
    struct rt_runtime *runtime;
    struct rt_join_handle aborted;
    struct trace_file trace;

    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    aborted = RT_SPAWN(kit_probe(&counts, KIT_FOR_EVER));
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_probe(&counts, KIT_FOR_EVER)), 0);
    rt_join_abort(&aborted);
    rt_block_on(runtime, &aborted.future);
    rt_shutdown(runtime);
    trace = trace_load();
    ck_assert_uint_eq(trace_count(&trace, RT_TRACE_FINISH, RT_TRACE_END_READY),
                      1);
    ck_assert_uint_eq(
        trace_count(&trace, RT_TRACE_FINISH, RT_TRACE_END_ABORTED), 1);
    ck_assert_uint_eq(
        trace_count(&trace, RT_TRACE_FINISH, RT_TRACE_END_SHUTDOWN), 1);
    ck_assert_uint_eq(trace_count(&trace, RT_TRACE_ABORT, -1), 1);
    trace_free(&trace);
}
END_TEST

Suite *trace_suite(void)
{
    const TTest *const tests[] = {
        the_header_says_what_the_run_was,
        records_are_numbered_and_complete,
        the_story_of_a_sleep,
        the_times_are_those_of_the_runtime,
        the_chain_of_awaits_is_named_from_the_task_down,
        a_timer_wakes_in_its_own_name,
        each_outcome_of_a_wake_is_told,
        equal_names_are_stored_once,
        a_mark_stands_where_it_was_made,
        output_is_shown_and_recorded_when_it_was_printed,
        a_full_trace_counts_what_is_lost_and_the_program_goes_on,
        full_strings_do_no_harm,
        one_trace_in_a_process,
        a_panic_is_the_last_thing_in_the_trace,
        records_outlive_a_program_that_ends_at_once,
        each_end_of_a_task_is_told,
        NULL,
    };

    return suite_of("trace", tests);
}
