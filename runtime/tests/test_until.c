/* Reading to a delimiter, lines, reading to the end. */
#include <errno.h>
#include <string.h>

#include "kit.h"
#include "suites.h"

static struct rt_script script;
static struct rt_buffered buffered;
static struct rt_lines lines;
static struct rt_buffer bytes;
static size_t most;
static struct kit_waker waker;

static void set_up(void)
{
    kit_waker_init(&waker);
    kit_runtime();
    buffered = rt_buffered(&script.io, 4, 0);
    most = 1000;
    lines = rt_lines(&buffered, 8);
}

static void tear_down(void)
{
    rt_lines_deinit(&lines);
    rt_buffer_deinit(&bytes);
    rt_buffered_deinit(&buffered);
    rt_script_close(&script);
    rt_shutdown(rt_current());
    ck_assert_int_eq(waker.held, 0);
}

#define RESULT(future_)                                                        \
    (kit_poll(&(future_).future, &waker) == RT_READY ? (future_).result        \
                                                     : -EAGAIN)

static ssize_t until(char delimiter)
{
    struct rt_read_until until =
        rt_read_until(&buffered, delimiter, &bytes, most);

    return RESULT(until);
}

static int next(void)
{
    struct rt_next_line line = rt_lines_next(&lines);

    return RESULT(line);
}

static ssize_t to_end(void)
{
    struct rt_read_to_end all = rt_read_to_end(&script.io, &bytes, most);

    return RESULT(all);
}

static void expect_slice(struct rt_slice got, const char *text)
{
    ck_assert_uint_eq(got.size, strlen(text));
    ck_assert_int_eq(memcmp(got.data, text, got.size), 0);
}

#define EXPECT_BYTES(text) expect_slice(rt_buffer_slice(&bytes), text)
#define EXPECT_LINE(text)                                                      \
    do {                                                                       \
        ck_assert_int_eq(next(), 1);                                           \
        expect_slice(lines.line, text);                                        \
    } while (0)

/* ---- until ---- */

START_TEST(until_takes_the_delimiter_too_and_no_more)
{
    script = RT_SCRIPT(RT_GIVE("ab,"), RT_GIVE("c,d"));
    ck_assert_int_eq(until(','), 3);
    EXPECT_BYTES("ab,");
    ck_assert_int_eq(until(','), 2);
    EXPECT_BYTES("ab,c,");
    ck_assert_uint_eq(rt_buffer_length(&buffered.in), 1);
}
END_TEST

START_TEST(until_goes_on_over_any_pieces)
{
    script = RT_SCRIPT(RT_GIVE("a"), RT_GIVE("bcdefgh"), RT_GIVE("i,j"));
    ck_assert_int_eq(until(','), 10);
    EXPECT_BYTES("abcdefghi,");
}
END_TEST

START_TEST(until_stops_at_the_end_of_the_stream)
{
    script = RT_SCRIPT(RT_GIVE("ab"));
    ck_assert_int_eq(until(','), 2);
    ck_assert_int_eq(until(','), 0);
    EXPECT_BYTES("ab");
}
END_TEST

START_TEST(until_keeps_what_came_before_an_error)
{
    script = RT_SCRIPT(RT_GIVE("ab"), rt_script_fail_read(-ECONNRESET),
                       RT_GIVE("c,"));
    ck_assert_int_eq(until(','), -ECONNRESET);
    EXPECT_BYTES("ab");
    ck_assert_int_eq(until(','), 2);
    EXPECT_BYTES("abc,");
}
END_TEST

START_TEST(until_keeps_what_came_before_it_was_dropped)
{
    struct rt_read_until dropped = rt_read_until(&buffered, ',', &bytes, most);
    struct rt_write write = rt_write(&script.io, "x", 1);

    script = RT_SCRIPT(RT_GIVE("ab"), RT_EXPECT("x"), RT_GIVE("c,"));
    ck_assert_int_eq(RESULT(dropped), -EAGAIN);
    ck_assert_uint_eq(dropped.done, 2);
    rt_future_drop(&dropped.future);
    EXPECT_BYTES("ab");
    ck_assert_int_eq(RESULT(write), 1);
    ck_assert_int_eq(until(','), 2);
    EXPECT_BYTES("abc,");
}
END_TEST

START_TEST(until_counts_over_several_polls)
{
    struct rt_read_until split = rt_read_until(&buffered, ',', &bytes, most);
    struct rt_write write = rt_write(&script.io, "x", 1);

    script = RT_SCRIPT(RT_GIVE("ab"), RT_EXPECT("x"), RT_GIVE("c,"));
    ck_assert_int_eq(RESULT(split), -EAGAIN);
    ck_assert_int_eq(RESULT(write), 1);
    ck_assert_int_eq(RESULT(split), 4);
}
END_TEST

START_TEST(until_fills_a_buffer_that_is_too_small)
{
    most = 3;
    script = RT_SCRIPT(RT_GIVE("ab"), RT_GIVE("cde,"));
    ck_assert_int_eq(until(','), -EMSGSIZE);
    EXPECT_BYTES("abc");
    rt_buffer_consume(&bytes, 3);
    ck_assert_int_eq(until(','), 3);
    EXPECT_BYTES("de,");
}
END_TEST

START_TEST(until_without_memory_takes_nothing)
{
    script = RT_SCRIPT(RT_GIVE("ab,"));
    for (unsigned long n = 1; n <= 2; n++) { /* to read ahead, and into */
        rt_alloc_fail_after(n);
        ck_assert_int_eq(until(','), -ENOMEM);
        rt_buffer_deinit(&bytes);
    }
    ck_assert_int_eq(until(','), 3);
    EXPECT_BYTES("ab,");
}
END_TEST

/* ---- lines ---- */

START_TEST(lines_come_without_their_ends)
{
    script = RT_SCRIPT(RT_GIVE("ab\n\ncd\r\n"), RT_GIVE("\r\ne\rf\n"));
    EXPECT_LINE("ab");
    EXPECT_LINE("");
    EXPECT_LINE("cd");
    EXPECT_LINE("");
    EXPECT_LINE("e\rf");
    ck_assert_int_eq(next(), 0);
    ck_assert_int_eq(next(), 0);
}
END_TEST

START_TEST(the_last_line_needs_no_end)
{
    script = RT_SCRIPT(RT_GIVE("ab\ncd"));
    EXPECT_LINE("ab");
    EXPECT_LINE("cd");
    ck_assert_int_eq(next(), 0);
}
END_TEST

START_TEST(a_line_that_came_in_halves_of_dropped_futures_is_whole)
{
    struct rt_next_line dropped = rt_lines_next(&lines);
    struct rt_write write = rt_write(&script.io, "x", 1);

    script = RT_SCRIPT(RT_GIVE("ab"), RT_EXPECT("x"), RT_GIVE("cd\n"));
    ck_assert_int_eq(RESULT(dropped), -EAGAIN);
    rt_future_drop(&dropped.future);
    ck_assert_int_eq(RESULT(write), 1);
    EXPECT_LINE("abcd");
}
END_TEST

START_TEST(a_line_that_is_too_long_is_an_error_that_stays)
{
    script = RT_SCRIPT(RT_GIVE("1234567\n"), RT_GIVE("12345678\n"));
    EXPECT_LINE("1234567");
    ck_assert_int_eq(next(), -EMSGSIZE);
    ck_assert_int_eq(next(), -EMSGSIZE);
    rt_buffer_consume(&buffered.in, rt_buffer_length(&buffered.in));
}
END_TEST

START_TEST(a_line_survives_an_error_in_its_middle)
{
    script =
        RT_SCRIPT(RT_GIVE("ab"), rt_script_fail_read(-EIO), RT_GIVE("cd\n"));
    ck_assert_int_eq(next(), -EIO);
    EXPECT_LINE("abcd");
}
END_TEST

/* ---- to the end ---- */

START_TEST(read_to_end_reads_all_pieces)
{
    script = RT_SCRIPT(RT_GIVE("ab"), RT_GIVE("cd"));
    ck_assert_int_eq(to_end(), 4);
    EXPECT_BYTES("abcd");
    ck_assert_int_eq(to_end(), 0);
}
END_TEST

START_TEST(read_to_end_keeps_what_came_before_an_error)
{
    script = RT_SCRIPT(RT_GIVE("ab"), rt_script_fail_read(-EIO));
    ck_assert_int_eq(to_end(), -EIO);
    EXPECT_BYTES("ab");
}
END_TEST

START_TEST(read_to_end_may_just_fit)
{
    most = 4;
    script = RT_SCRIPT(RT_GIVE("abcd"));
    ck_assert_int_eq(to_end(), 4);
    EXPECT_BYTES("abcd");
}
END_TEST

START_TEST(read_to_end_of_more_than_fits_is_an_error)
{
    most = 3;
    script = RT_SCRIPT(RT_GIVE("abcd"));
    ck_assert_int_eq(to_end(), -EMSGSIZE);
    EXPECT_BYTES("abc");
}
END_TEST

START_TEST(read_to_end_without_memory_is_an_error)
{
    script = RT_SCRIPT();
    rt_alloc_fail_after(1);
    ck_assert_int_eq(to_end(), -ENOMEM);
}
END_TEST

Suite *until_suite(void)
{
    const TTest *const tests[] = {
        until_takes_the_delimiter_too_and_no_more,
        until_goes_on_over_any_pieces,
        until_stops_at_the_end_of_the_stream,
        until_keeps_what_came_before_an_error,
        until_keeps_what_came_before_it_was_dropped,
        until_counts_over_several_polls,
        until_fills_a_buffer_that_is_too_small,
        until_without_memory_takes_nothing,
        lines_come_without_their_ends,
        the_last_line_needs_no_end,
        a_line_that_came_in_halves_of_dropped_futures_is_whole,
        a_line_that_is_too_long_is_an_error_that_stays,
        a_line_survives_an_error_in_its_middle,
        read_to_end_reads_all_pieces,
        read_to_end_keeps_what_came_before_an_error,
        read_to_end_may_just_fit,
        read_to_end_of_more_than_fits_is_an_error,
        read_to_end_without_memory_is_an_error,
        NULL,
    };

    return suite_with_fixture("until", tests, set_up, tear_down);
}
