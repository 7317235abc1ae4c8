/* The scripted io: what it gives, what it wants, and what it says. */
#include <errno.h>
#include <string.h>

#include "kit.h"
#include "suites.h"

static struct rt_script script;
static struct kit_waker reader, writer;
static char buffer[64];

static void set_up(void)
{
    kit_waker_init(&reader);
    kit_waker_init(&writer);
    kit_runtime();
}

/* All used; no waker may be left with anybody. */
static void tear_down(void)
{
    rt_script_close(&script);
    rt_shutdown(rt_current());
    ck_assert_int_eq(reader.held, 0);
    ck_assert_int_eq(writer.held, 0);
}

/* Reads or writes once; the result, or -EAGAIN when that is pending. */
static ssize_t get(size_t size)
{
    struct rt_read read = rt_read(&script.io, buffer, size);

    memset(buffer, 0, sizeof(buffer));
    return kit_poll(&read.future, &reader) == RT_READY ? read.result : -EAGAIN;
}

static ssize_t put(const char *text)
{
    struct rt_write write = rt_write(&script.io, text, strlen(text));

    return kit_poll(&write.future, &writer) == RT_READY ? write.result
                                                        : -EAGAIN;
}

START_TEST(bytes_are_given_in_the_pieces_of_the_script)
{
    script = RT_SCRIPT(RT_GIVE("abc"), RT_GIVE("de"));
    ck_assert_int_eq(get(10), 3);
    ck_assert_str_eq(buffer, "abc");
    ck_assert_int_eq(get(1), 1);
    ck_assert_int_eq(get(10), 1);
    ck_assert_str_eq(buffer, "e");
}
END_TEST

START_TEST(after_the_last_step_a_read_gets_the_end)
{
    script = RT_SCRIPT(RT_GIVE("abc"));
    ck_assert_int_eq(get(10), 3);
    ck_assert_int_eq(get(10), 0);
    ck_assert_int_eq(get(10), 0);
}
END_TEST

START_TEST(an_end_may_come_before_the_last_step)
{
    script = RT_SCRIPT(rt_script_end(), RT_EXPECT("bye"));
    ck_assert_int_eq(get(10), 0);
    ck_assert_int_eq(put("bye"), 3);
}
END_TEST

START_TEST(what_is_expected_may_be_written_in_any_pieces)
{
    script = RT_SCRIPT(RT_EXPECT("abc"), RT_EXPECT("de"));
    ck_assert_int_eq(put("a"), 1);
    ck_assert_int_eq(put("bcde"), 2);
    ck_assert_int_eq(put("de"), 2);
}
END_TEST

START_TEST(a_read_waits_for_the_write_before_it)
{
    script = RT_SCRIPT(RT_EXPECT("ping"), RT_GIVE("pong"));
    ck_assert_int_eq(get(10), -EAGAIN);
    ck_assert_int_eq(put("pi"), 2);
    ck_assert_int_eq(reader.wakes, 0);
    ck_assert_int_eq(put("ng"), 2);
    ck_assert_int_eq(reader.wakes, 1);
    ck_assert_int_eq(get(10), 4);
}
END_TEST

START_TEST(a_write_may_come_before_the_read_ahead_of_it)
{
    script = RT_SCRIPT(RT_GIVE("hello"), RT_EXPECT("hi"));
    ck_assert_int_eq(put("hi"), 2);
    ck_assert_int_eq(get(10), 5);
}
END_TEST

START_TEST(errors_are_given_once)
{
    script = RT_SCRIPT(rt_script_fail_read(-ECONNRESET), RT_GIVE("a"),
                       rt_script_fail_write(-EPIPE), RT_EXPECT("b"));
    ck_assert_int_eq(get(10), -ECONNRESET);
    ck_assert_int_eq(get(10), 1);
    ck_assert_int_eq(put("b"), -EPIPE);
    ck_assert_int_eq(put("b"), 1);
}
END_TEST

/* Sleeps on the runtime until ns of its clock. */
static void sleep_until(uint64_t time)
{
    struct rt_sleep nap = rt_sleep_until(time);

    rt_block_on(rt_current(), &nap.future);
}

START_TEST(a_wait_holds_back_reads_for_so_long)
{
    script = RT_SCRIPT(rt_script_wait(RT_SECONDS(5)), RT_GIVE("late"));
    ck_assert_int_eq(get(10), -EAGAIN);
    sleep_until(RT_SECONDS(4));
    ck_assert_int_eq(reader.wakes, 0);
    ck_assert_int_eq(get(10), -EAGAIN);
    sleep_until(RT_SECONDS(5));
    ck_assert_int_eq(reader.wakes, 1);
    ck_assert_int_eq(get(10), 4);
}
END_TEST

START_TEST(a_wait_holds_back_both_sides_and_wakes_both)
{
    script = RT_SCRIPT(rt_script_wait(RT_SECONDS(5)), RT_EXPECT("a"));
    ck_assert_int_eq(get(10), -EAGAIN);
    ck_assert_int_eq(put("a"), -EAGAIN);
    sleep_until(RT_SECONDS(5));
    ck_assert_int_eq(reader.wakes, 1);
    ck_assert_int_eq(writer.wakes, 1);
    ck_assert_int_eq(put("a"), 1);
    ck_assert_int_eq(get(10), 0);
}
END_TEST

START_TEST(two_waits_follow_each_other)
{
    script = RT_SCRIPT(rt_script_wait(RT_SECONDS(1)),
                       rt_script_wait(RT_SECONDS(1)), RT_GIVE("a"));
    ck_assert_int_eq(get(10), -EAGAIN);
    sleep_until(RT_SECONDS(1));
    ck_assert_int_eq(get(10), -EAGAIN);
    sleep_until(RT_SECONDS(2));
    ck_assert_int_eq(get(10), 1);
}
END_TEST

START_TEST(waits_that_take_no_time_are_over_at_once)
{
    script = RT_SCRIPT(rt_script_wait(0), rt_script_wait(0), RT_GIVE("a"));
    ck_assert_int_eq(get(10), 1);
}
END_TEST

START_TEST(a_wait_does_not_begin_before_the_read_ahead_of_it)
{
    script =
        RT_SCRIPT(RT_GIVE("a"), rt_script_wait(RT_SECONDS(1)), RT_EXPECT("b"));
    ck_assert_int_eq(put("b"), -EAGAIN);
    sleep_until(RT_SECONDS(9));
    ck_assert_int_eq(writer.wakes, 0);
    ck_assert_int_eq(get(10), 1);
    ck_assert_int_eq(writer.wakes, 1);
    ck_assert_int_eq(put("b"), -EAGAIN);
    sleep_until(RT_SECONDS(10));
    ck_assert_int_eq(put("b"), 1);
}
END_TEST

static void write_something_else(void)
{
    script = RT_SCRIPT(RT_EXPECT("GET key\r\n"));
    put("GET kid\r\n");
}

START_TEST(a_wrong_write_stops_the_program_and_shows_both)
{
    struct kit_ending ending = kit_in_child(write_something_else);

    kit_expect_panic(write_something_else, "script-mismatch");
    ck_assert_ptr_nonnull(strstr(ending.output, "\"GET key\\x0d\\x0a\""));
    ck_assert_ptr_nonnull(strstr(ending.output, "\"GET kid\\x0d\\x0a\""));
    ck_assert_ptr_nonnull(strstr(ending.output, "byte 5"));
}
END_TEST

static void write_far_too_much(void)
{
    static char expected[1001], written[1001];

    memset(expected, 'a', 1000);
    memset(written, 'a', 1000);
    written[500] = '\n';
    script = RT_SCRIPT(rt_script_expect(expected, 1000));
    put(written);
}

START_TEST(of_long_bytes_the_place_that_differs_is_shown)
{
    struct kit_ending ending = kit_in_child(write_far_too_much);

    ck_assert_ptr_nonnull(strstr(ending.output, "aaa\\x0aaaa"));
    ck_assert_ptr_nonnull(strstr(ending.output, "byte 500"));
}
END_TEST

static void write_more(void)
{
    script = RT_SCRIPT(RT_EXPECT("a"), RT_GIVE("b"));
    put("a");
    put("a");
}

START_TEST(a_write_that_no_step_expects_stops_the_program)
{
    kit_expect_panic(write_more, "script-unexpected-write");
}
END_TEST

static void leave_a_read(void)
{
    script = RT_SCRIPT(RT_EXPECT("a"), RT_GIVE("b"));
    put("a");
    rt_io_close(&script.io);
}

static void leave_half_a_write(void)
{
    script = RT_SCRIPT(RT_EXPECT("ab"));
    put("a");
    rt_script_close(&script);
}

START_TEST(a_step_that_is_not_used_stops_the_program_at_the_close)
{
    kit_expect_panic(leave_a_read, "script-unused");
    kit_expect_panic(leave_half_a_write, "script-unused");
}
END_TEST

/* ---- RT_TEST ---- */

static uint64_t slept;

struct late {
    struct rt_future future;
    struct rt_sleep nap;
};

KIT_OPS(late);

static enum rt_poll late_poll(struct rt_future *future, struct rt_context *cx)
{
    struct late *self = RT_SELF(future, struct late);

    RT_BEGIN(self);
    RT_AWAIT(self->nap);
    slept = rt_now();
    RT_END(self);
}

RT_TEST(ten_years, KIT_MAKE(late, .nap = rt_sleep(RT_SECONDS(315360000))))

START_TEST(a_test_has_a_runtime_whose_clock_stands_still)
{
    struct rt_runtime *outer = rt_current();

    ten_years();
    ck_assert_uint_eq(slept, RT_SECONDS(315360000));
    ck_assert_ptr_eq(rt_current(), outer);
}
END_TEST

Suite *script_suite(void)
{
    const TTest *const tests[] = {
        bytes_are_given_in_the_pieces_of_the_script,
        after_the_last_step_a_read_gets_the_end,
        an_end_may_come_before_the_last_step,
        what_is_expected_may_be_written_in_any_pieces,
        a_read_waits_for_the_write_before_it,
        a_write_may_come_before_the_read_ahead_of_it,
        errors_are_given_once,
        a_wait_holds_back_reads_for_so_long,
        a_wait_holds_back_both_sides_and_wakes_both,
        two_waits_follow_each_other,
        waits_that_take_no_time_are_over_at_once,
        a_wait_does_not_begin_before_the_read_ahead_of_it,
        a_wrong_write_stops_the_program_and_shows_both,
        of_long_bytes_the_place_that_differs_is_shown,
        a_write_that_no_step_expects_stops_the_program,
        a_step_that_is_not_used_stops_the_program_at_the_close,
        a_test_has_a_runtime_whose_clock_stands_still,
        NULL,
    };

    return suite_with_fixture("script", tests, set_up, tear_down);
}
