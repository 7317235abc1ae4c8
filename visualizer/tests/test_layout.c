#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
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

static void draw(struct text *screen, size_t rows, size_t columns, bool is_utf8)
{
    struct scene scene;
    struct grid grid;

    player_scene(&player, &scene);
    grid_init(&grid, is_utf8);
    grid_resize(&grid, rows, columns);
    layout_draw(&grid, &scene);
    grid_add_text(&grid, screen);
    grid_deinit(&grid);
}

/*
 * Compares a screen with visualizer/tests/goldens/NAME. With UPDATE_GOLDENS in
 * the environment it becomes the golden; look at it before the commit.
 */
static void expect(const char *name, size_t rows, size_t columns, bool is_utf8)
{
    struct text screen = {0};
    struct text golden = {0};
    char path[128];
    char line[1024];
    FILE *file;

    snprintf(path, sizeof(path), "visualizer/tests/goldens/%s", name);
    draw(&screen, rows, columns, is_utf8);
    if (getenv("UPDATE_GOLDENS")) {
        file = fopen(path, "w");
        fputs(text_get(&screen), file);
        fclose(file);
    }
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof(line), file)) {
        text_add(&golden, line);
    }
    fclose(file);
    ck_assert_str_eq(text_get(&screen), text_get(&golden));
    text_deinit(&screen);
    text_deinit(&golden);
}

START_TEST(the_beginning)
{
    expect("beginning", 24, 80, true);
}
END_TEST

START_TEST(three_sleepers_asleep)
{
    press("t");
    expect("asleep", 24, 80, true);
}
END_TEST

START_TEST(a_timer_wakes_a_task)
{
    press("a");
    expect("timer-wakes", 24, 80, true);
}
END_TEST

START_TEST(a_task_wakes_a_task_in_ascii)
{
    press("aaj");
    expect("task-wakes-ascii", 24, 80, false);
}
END_TEST

START_TEST(a_small_screen)
{
    press("aaaa");
    expect("small", LAYOUT_ROWS, LAYOUT_COLUMNS, true);
}
END_TEST

START_TEST(a_large_screen)
{
    press("G");
    expect("large", 50, 120, true);
}
END_TEST

START_TEST(too_small_says_what_it_needs)
{
    expect("too-small", 10, 40, true);
}
END_TEST

START_TEST(why_goes_back_to_the_causes)
{
    press("aap");
    press("jjw");
    expect("why", 24, 80, true);
}
END_TEST

START_TEST(help_fits)
{
    press("?");
    expect("help", 24, 80, true);
}
END_TEST

/* No size makes it write outside (the sanitizers watch). */
START_TEST(every_size_is_drawn)
{
    press("aaaa");
    for (size_t rows = 1; rows < 40; rows++) {
        for (size_t columns = 1; columns < 130; columns += 3) {
            struct text screen = {0};

            draw(&screen, rows, columns, true);
            text_deinit(&screen);
        }
    }
}
END_TEST

Suite *suite_layout(void)
{
    Suite *suite = suite_create("layout");
    TCase *tests = tcase_create("layout");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_beginning);
    tcase_add_test(tests, three_sleepers_asleep);
    tcase_add_test(tests, a_timer_wakes_a_task);
    tcase_add_test(tests, a_task_wakes_a_task_in_ascii);
    tcase_add_test(tests, a_small_screen);
    tcase_add_test(tests, a_large_screen);
    tcase_add_test(tests, too_small_says_what_it_needs);
    tcase_add_test(tests, why_goes_back_to_the_causes);
    tcase_add_test(tests, help_fits);
    tcase_add_test(tests, every_size_is_drawn);
    suite_add_tcase(suite, tests);
    return suite;
}
