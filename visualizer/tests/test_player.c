#include "suites.h"

#include <string.h>

#include "player.h"
#include "story.h"

static struct story story;
static struct trace trace;
static struct player player;

static void setup(void)
{
    story_three_sleepers(&story);
    story_open(&story, &trace);
    player_init(&player, &trace, false, NULL);
}

static void teardown(void)
{
    player_deinit(&player);
    trace_close(&trace);
    story_end(&story);
}

static void press(const char *keys)
{
    for (; *keys; keys++) {
        player_key(&player, (unsigned char)*keys);
    }
}

static uint64_t position(void)
{
    return history_position(&player.history);
}

START_TEST(steps_go_both_ways)
{
    press("lnen");
    ck_assert_uint_eq(position(), 4);
    press("hbE");
    ck_assert_uint_eq(position(), 1);
    press("hhhh");
    ck_assert_uint_eq(position(), 0);
    press("G");
    ck_assert_uint_eq(position(), trace.count);
    press("l");
    ck_assert_uint_eq(position(), trace.count);
    press("g");
    ck_assert_uint_eq(position(), 0);
}
END_TEST

START_TEST(steps_of_a_kind_stop_at_that_kind)
{
    press("p");
    ck_assert_uint_eq(player.history.event.type, RT_TRACE_POLL_BEGIN);
    press("a");
    ck_assert_uint_eq(player.history.event.type, RT_TRACE_WAKE);
    press("t");
    ck_assert_uint_eq(player.history.event.type, RT_TRACE_CLOCK_ADVANCE);
    press("A");
    ck_assert_uint_eq(player.history.event.type, RT_TRACE_WAKE);
    press("P");
    ck_assert_uint_eq(player.history.event.type, RT_TRACE_POLL_BEGIN);
}
END_TEST

START_TEST(following_stops_at_one_task_only)
{
    press("Ggp");
    press("jjf");
    press("G");
    while (position() > 0 && player.history.event.task == 0) {
        press("h");
    }
    while (position() > 0) {
        ck_assert_uint_eq(player.history.event.task, player.selected);
        press("h");
    }
}
END_TEST

START_TEST(playing_goes_one_beat_an_event_and_stops_at_the_end)
{
    press(" ");
    ck_assert(player.is_playing);
    ck_assert(!player_pass(&player, 100000000));
    ck_assert(player_pass(&player, 150000000));
    ck_assert_uint_eq(position(), 1);
    press("+");
    ck_assert(player_pass(&player, 250000000));
    ck_assert_uint_eq(position(), 3);
    player_pass(&player, 1000000000000);
    ck_assert_uint_eq(position(), trace.count);
    ck_assert(!player.is_playing);
}
END_TEST

START_TEST(a_search_finds_words_in_the_captions)
{
    press("/prints: b\n");
    ck_assert_uint_eq(player.history.event.type, RT_TRACE_OUTPUT);
    ck_assert_ptr_nonnull(strstr(text_get(&player.history.caption), "B"));
    press("/no such thing\n");
    ck_assert_ptr_nonnull(strstr(text_get(&player.message), "is not in"));
}
END_TEST

START_TEST(escape_leaves_the_search_then_the_page_then_the_program)
{
    press("/x\033");
    ck_assert(!player.is_typing);
    press("?\033");
    ck_assert_ptr_null(player.overlay_title);
    ck_assert(!player.is_over);
    press("\033");
    ck_assert(player.is_over);
}
END_TEST

START_TEST(why_names_the_missing_edge)
{
    struct story lost;
    struct trace lost_trace;
    struct player watcher;

    story_begin(&lost, RT_TRACE_CLOCK_PAUSED);
    story_spawn(&lost, 1, "main", 0);
    story_poll(&lost, 1);
    story_pending(&lost, 1, "sleep");
    story_open(&lost, &lost_trace);
    player_init(&watcher, &lost_trace, false, NULL);
    player_key(&watcher, 'G');
    player_key(&watcher, 'w');
    ck_assert_ptr_nonnull(
        strstr(text_get(&watcher.overlay), "no clone of its waker is left"));
    ck_assert_ptr_nonnull(
        strstr(text_get(&watcher.overlay), "spawned by the runtime"));
    player_key(&watcher, 'q');
    player_key(&watcher, 'i');
    ck_assert_ptr_nonnull(
        strstr(text_get(&watcher.overlay), "lost-wakeup, at event 5: task 1"));
    player_deinit(&watcher);
    trace_close(&lost_trace);
    story_end(&lost);
}
END_TEST

START_TEST(the_findings_are_a_page)
{
    press("i");
    ck_assert_ptr_nonnull(
        strstr(text_get(&player.overlay), "Nothing looks wrong"));
    press("jq");
    ck_assert_ptr_null(player.overlay_title);
}
END_TEST

Suite *suite_player(void)
{
    Suite *suite = suite_create("player");
    TCase *tests = tcase_create("player");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, steps_go_both_ways);
    tcase_add_test(tests, steps_of_a_kind_stop_at_that_kind);
    tcase_add_test(tests, following_stops_at_one_task_only);
    tcase_add_test(tests, playing_goes_one_beat_an_event_and_stops_at_the_end);
    tcase_add_test(tests, a_search_finds_words_in_the_captions);
    tcase_add_test(tests,
                   escape_leaves_the_search_then_the_page_then_the_program);
    tcase_add_test(tests, why_names_the_missing_edge);
    tcase_add_test(tests, the_findings_are_a_page);
    suite_add_tcase(suite, tests);
    return suite;
}
