#include "suites.h"

#include "text.h"

static struct text text;

static void setup(void)
{
    text_init(&text);
}

static void teardown(void)
{
    text_deinit(&text);
}

START_TEST(escape_codes_do_not_reach_the_terminal)
{
    text_add_visible(&text, "a\033[2Jb\nc\x9b", 9);
    ck_assert_str_eq(text_get(&text), "a?[2Jb\\nc?");
}
END_TEST

START_TEST(whole_characters_pass_and_halves_do_not)
{
    text_add_visible(&text, "\xc3\xa4\xc3", 3);
    ck_assert_str_eq(text_get(&text), "\xc3\xa4?");
}
END_TEST

START_TEST(overlong_and_surrogate_characters_are_none)
{
    uint32_t code;

    ck_assert_uint_eq(text_decode("\xc0\xaf", 2, &code), 0);
    ck_assert_uint_eq(text_decode("\xed\xa0\x80", 3, &code), 0);
    ck_assert_uint_eq(text_decode("\xf4\x90\x80\x80", 4, &code), 0);
    ck_assert_uint_eq(text_decode("\xf0\x9f\x90\xb8", 4, &code), 4);
    ck_assert_uint_eq(code, 0x1f438);
}
END_TEST

START_TEST(json_escapes_what_it_must)
{
    text_add_json(&text, "\"\\\x01\n\xff\x7f", 6);
    ck_assert_str_eq(text_get(&text), "\"\\\"\\\\\\u0001\\n\\ufffd\\u007f\"");
}
END_TEST

START_TEST(times_have_the_digits_they_need)
{
    text_add_time(&text, 1500000000);
    text_add(&text, " ");
    text_add_time(&text, 1000001000);
    text_add(&text, " ");
    text_add_time(&text, 1);
    ck_assert_str_eq(text_get(&text), "1.500 s 1.000001 s 0.000000001 s");
}
END_TEST

Suite *suite_text(void)
{
    Suite *suite = suite_create("text");
    TCase *tests = tcase_create("text");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, escape_codes_do_not_reach_the_terminal);
    tcase_add_test(tests, whole_characters_pass_and_halves_do_not);
    tcase_add_test(tests, overlong_and_surrogate_characters_are_none);
    tcase_add_test(tests, json_escapes_what_it_must);
    tcase_add_test(tests, times_have_the_digits_they_need);
    suite_add_tcase(suite, tests);
    return suite;
}
