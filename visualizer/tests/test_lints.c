#include "suites.h"

#include <string.h>

#include "facts.h"
#include "lints.h"
#include "story.h"

static struct story story;
static struct text facts;

static void setup(void)
{
    story_begin(&story, RT_TRACE_CLOCK_PAUSED);
    text_init(&facts);
    story_spawn(&story, 1, "main", 0);
    story_poll(&story, 1);
}

static void teardown(void)
{
    text_deinit(&facts);
    story_end(&story);
}

/* Makes the facts of the story and looks for a text in them. */
static bool facts_have(const char *part)
{
    struct trace trace;

    text_clear(&facts);
    story_open(&story, &trace);
    facts_add(&facts, &trace);
    trace_close(&trace);
    return strstr(text_get(&facts), part) != NULL;
}

static bool has_lint(enum lint_kind kind)
{
    struct text part = {0};
    bool is_there;

    text_format(&part, "{\"name\":\"%s\"", lint_name(kind));
    is_there = facts_have(text_get(&part));
    text_deinit(&part);
    return is_there;
}

static void park_for_ever(void)
{
    story_add(&story, RT_TRACE_PARK, 0, 0, 0, UINT64_MAX);
}

START_TEST(a_good_story_has_no_lints)
{
    struct trace trace;
    struct story good;

    story_three_sleepers(&good);
    story_open(&good, &trace);
    facts_add(&facts, &trace);
    ck_assert_ptr_nonnull(strstr(text_get(&facts), "\"lints\":[]"));
    ck_assert_ptr_nonnull(strstr(text_get(&facts), "\"complete\":true"));
    ck_assert_ptr_nonnull(
        strstr(text_get(&facts), "\"output\":\"A\\nB\\nC\\n\""));
    trace_close(&trace);
    story_end(&good);
}
END_TEST

START_TEST(pending_without_a_waker_is_lost)
{
    story_pending(&story, 1, "sleep");
    park_for_ever();
    ck_assert(has_lint(LINT_LOST_WAKEUP));
    ck_assert(facts_have("nobody holds its waker"));
}
END_TEST

START_TEST(a_timer_a_join_and_an_fd_are_ways_to_wake)
{
    story_arm(&story, 1, 1, 1000);
    story_pending(&story, 1, "sleep");
    park_for_ever();
    ck_assert(!has_lint(LINT_LOST_WAKEUP));
}
END_TEST

/* Kept in the frame, say, where nobody ever calls it. */
START_TEST(a_waker_that_nobody_would_use_is_lost_too)
{
    story_add(&story, RT_TRACE_WAKER_CLONE, 1, 0, 0, 0);
    story_pending(&story, 1, "my_future");
    ck_assert(!has_lint(LINT_LOST_WAKEUP));
    park_for_ever();
    ck_assert(has_lint(LINT_LOST_WAKEUP));
}
END_TEST

/* The drops of a shutdown leave every task without wakers. */
START_TEST(a_shutdown_loses_no_wakeup)
{
    story_spawn(&story, 2, "say", 1);
    story_ready(&story, 1);
    story_poll(&story, 2);
    story_arm(&story, 2, 1, 1000);
    story_pending(&story, 2, "sleep");
    story_add(&story, RT_TRACE_TIMER_CANCEL, 2, 1, 0, 0);
    story_add(&story, RT_TRACE_WAKER_DROP, 2, 0, 0, 0);
    story_add(&story, RT_TRACE_FINISH, 2, 0, RT_TRACE_END_SHUTDOWN, 0);
    story_add(&story, RT_TRACE_STOP, 0, 0, 0, 0);
    ck_assert(!has_lint(LINT_LOST_WAKEUP));
}
END_TEST

START_TEST(lost_before_the_shutdown_is_lost)
{
    story_spawn(&story, 2, "say", 1);
    story_pending(&story, 1, "sleep");
    story_add(&story, RT_TRACE_POLL_BEGIN, 2, 0, 0, 0);
    story_ready(&story, 2);
    story_add(&story, RT_TRACE_FINISH, 1, 0, RT_TRACE_END_SHUTDOWN, 0);
    story_add(&story, RT_TRACE_STOP, 0, 0, 0, 0);
    ck_assert(has_lint(LINT_LOST_WAKEUP));
}
END_TEST

static void poll_by_itself(int times)
{
    for (int i = 0; i < times; i++) {
        story_add(&story, RT_TRACE_WAKE, 1, 1,
                  RT_TRACE_WAKE_MARKED | RT_TRACE_FROM_TASK << 8, 0);
        story_pending(&story, 1, "spin");
        story_add(&story, RT_TRACE_ENQUEUE, 1, 0, 0, 1);
        story_poll(&story, 1);
    }
    story_ready(&story, 1);
}

START_TEST(sixteen_self_wakes_are_busy)
{
    poll_by_itself(16);
    ck_assert(has_lint(LINT_BUSY_POLL));
    ck_assert(facts_have("\"self_wakes\":16"));
}
END_TEST

START_TEST(fifteen_self_wakes_are_not)
{
    poll_by_itself(15);
    ck_assert(!has_lint(LINT_BUSY_POLL));
}
END_TEST

/* A server that always has something to read stops when its budget ends. */
START_TEST(the_end_of_a_budget_is_not_busy)
{
    for (int i = 0; i < 100; i++) {
        story_add(&story, RT_TRACE_WAKE, 1, 1,
                  RT_TRACE_WAKE_MARKED | RT_TRACE_FROM_TASK << 8, 0);
        story_add(&story, RT_TRACE_POLL_END, 1, 0, RT_TRACE_POLL_PENDING,
                  200000);
        story_add(&story, RT_TRACE_ENQUEUE, 1, 0, 0, 1);
        story_poll(&story, 1);
    }
    story_ready(&story, 1);
    ck_assert(!has_lint(LINT_BUSY_POLL));
}
END_TEST

START_TEST(a_thousand_yields_in_a_row_are_busy)
{
    for (int i = 0; i < LINT_BUSY_STREAK; i++) {
        story_add(&story, RT_TRACE_WAKER_CLONE, 1, 0, 0, 0);
        story_pending(&story, 1, "yield");
        story_wake(&story, 1, RT_TRACE_FROM_YIELD, 1);
        story_add(&story, RT_TRACE_WAKER_DROP, 1, 0, 0, 0);
        story_poll(&story, 1);
    }
    story_ready(&story, 1);
    ck_assert(has_lint(LINT_BUSY_POLL));
    ck_assert(facts_have("\"yields\":1000"));
}
END_TEST

START_TEST(a_long_poll_blocks_who_waits)
{
    story_spawn(&story, 2, "say", 1);
    story_add(&story, RT_TRACE_POLL_END, 1, 0, RT_TRACE_POLL_READY, 42000000);
    story_add(&story, RT_TRACE_FINISH, 1, 0, RT_TRACE_END_READY, 0);
    ck_assert(has_lint(LINT_BLOCKED_EXECUTOR));
    ck_assert(facts_have("42 ms"));
    ck_assert(facts_have("first task 2 'say'"));
}
END_TEST

START_TEST(a_poll_without_an_end_is_told)
{
    ck_assert(has_lint(LINT_NEVER_YIELDS));
    story_ready(&story, 1);
    ck_assert(!has_lint(LINT_NEVER_YIELDS));
}
END_TEST

START_TEST(a_poll_without_a_wake_is_told)
{
    story_add(&story, RT_TRACE_WAKER_CLONE, 1, 0, 0, 0);
    story_pending(&story, 1, "sleep");
    story_add(&story, RT_TRACE_POLL_BEGIN, 1, 0, 0, 0);
    story_ready(&story, 1);
    ck_assert(has_lint(LINT_POLLED_WITHOUT_WAKE));
    story.header.hostile = 2; /* RT_HOSTILE_SPURIOUS: then it is allowed */
    ck_assert(!has_lint(LINT_POLLED_WITHOUT_WAKE));
}
END_TEST

START_TEST(a_wake_that_queues_nothing_is_told)
{
    story_add(&story, RT_TRACE_WAKER_CLONE, 1, 0, 0, 0);
    story_pending(&story, 1, "sleep");
    story_add(&story, RT_TRACE_WAKE, 1, 1,
              RT_TRACE_WAKE_QUEUED | RT_TRACE_FROM_TIMER << 8, 0);
    park_for_ever();
    ck_assert(has_lint(LINT_WAKE_WITHOUT_POLL));
}
END_TEST

START_TEST(a_starved_task_is_told)
{
    story_spawn(&story, 2, "say", 1);
    for (int i = 0; i < 150; i++) {
        story_add(&story, RT_TRACE_POLL_BEGIN, 1, 0, 0, 0);
    }
    story_poll(&story, 2);
    ck_assert(has_lint(LINT_STARVED));
}
END_TEST

START_TEST(a_late_timer_is_told)
{
    story_arm(&story, 1, 1, 1000000000);
    story_pending(&story, 1, "sleep");
    story.now_ns = 1020000000;
    story_add(&story, RT_TRACE_TIMER_FIRE, 1, 1, 0, 1000000000);
    ck_assert(has_lint(LINT_TIMER_LATE));
    ck_assert(facts_have("20 ms behind"));
}
END_TEST

START_TEST(an_fd_left_open_is_told_at_a_shutdown_only)
{
    story_add(&story, RT_TRACE_IO_REGISTER, 1, 7, 0,
              story_string(&story, "tcp stream"));
    story_add(&story, RT_TRACE_IO_REGISTER, 0, 3, 0,
              story_string(&story, "conductor"));
    story_ready(&story, 1);
    ck_assert(!has_lint(LINT_FD_LEFT_OPEN));
    ck_assert(facts_have("\"fds_open\":[{\"fd\":7,\"what\":\"tcp stream\"}]"));
    story_add(&story, RT_TRACE_STOP, 0, 0, 0, 0);
    ck_assert(has_lint(LINT_FD_LEFT_OPEN));
    ck_assert(!facts_have("conductor 2"));
}
END_TEST

Suite *suite_lints(void)
{
    Suite *suite = suite_create("lints");
    TCase *tests = tcase_create("lints");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_good_story_has_no_lints);
    tcase_add_test(tests, pending_without_a_waker_is_lost);
    tcase_add_test(tests, a_timer_a_join_and_an_fd_are_ways_to_wake);
    tcase_add_test(tests, a_waker_that_nobody_would_use_is_lost_too);
    tcase_add_test(tests, a_shutdown_loses_no_wakeup);
    tcase_add_test(tests, lost_before_the_shutdown_is_lost);
    tcase_add_test(tests, sixteen_self_wakes_are_busy);
    tcase_add_test(tests, fifteen_self_wakes_are_not);
    tcase_add_test(tests, the_end_of_a_budget_is_not_busy);
    tcase_add_test(tests, a_thousand_yields_in_a_row_are_busy);
    tcase_add_test(tests, a_long_poll_blocks_who_waits);
    tcase_add_test(tests, a_poll_without_an_end_is_told);
    tcase_add_test(tests, a_poll_without_a_wake_is_told);
    tcase_add_test(tests, a_wake_that_queues_nothing_is_told);
    tcase_add_test(tests, a_starved_task_is_told);
    tcase_add_test(tests, a_late_timer_is_told);
    tcase_add_test(tests, an_fd_left_open_is_told_at_a_shutdown_only);
    suite_add_tcase(suite, tests);
    return suite;
}
