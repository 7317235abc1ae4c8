/* The buffered io, over a script that knows what calls reach it. */
#include <errno.h>
#include <string.h>

#include "kit.h"
#include "suites.h"

static struct rt_script script;
static struct rt_buffered buffered;
static struct kit_waker waker;
static char text[64];

static void set_up(void)
{
    kit_waker_init(&waker);
    kit_runtime();
    buffered = rt_buffered(&script.io, 8, 8);
}

static void tear_down(void)
{
    rt_buffered_deinit(&buffered);
    rt_script_close(&script);
    rt_shutdown(rt_current());
    ck_assert_int_eq(waker.held, 0);
}

/* The result when the future is ready, or -EAGAIN. */
#define RESULT(future_)                                                        \
    (kit_poll(&(future_).future, &waker) == RT_READY ? (future_).result        \
                                                     : -EAGAIN)

static ssize_t get(size_t size)
{
    struct rt_read read = rt_read(&buffered.io, text, size);

    memset(text, 0, sizeof(text));
    return RESULT(read);
}

static ssize_t put(const char *bytes)
{
    struct rt_write write = rt_write(&buffered.io, bytes, strlen(bytes));

    return RESULT(write);
}

static ssize_t peek(void)
{
    struct rt_peek peek = rt_peek(&buffered);

    return RESULT(peek);
}

static ssize_t flush(void)
{
    struct rt_flush flush = rt_io_flush(&buffered.io);

    return RESULT(flush);
}

START_TEST(small_reads_are_served_from_one_large_one)
{
    script = RT_SCRIPT(RT_GIVE("abcdef"));
    ck_assert_int_eq(get(2), 2);
    ck_assert_str_eq(text, "ab");
    rt_script_close(&script); /* all was read at once */
    ck_assert_int_eq(get(10), 4);
    ck_assert_str_eq(text, "cdef");
    ck_assert_int_eq(get(10), 0);
}
END_TEST

START_TEST(a_large_read_goes_around_the_empty_buffer)
{
    script = RT_SCRIPT(RT_GIVE("0123456789"));
    ck_assert_int_eq(get(60), 10);
    ck_assert_uint_eq(rt_buffer_length(&buffered.in), 0);
}
END_TEST

START_TEST(a_read_error_comes_after_what_was_read_before_it)
{
    script = RT_SCRIPT(RT_GIVE("abc"), rt_script_fail_read(-ECONNRESET));
    ck_assert_int_eq(get(1), 1);
    ck_assert_int_eq(get(7), 2);
    ck_assert_int_eq(get(1), -ECONNRESET);
}
END_TEST

START_TEST(peek_shows_and_keeps_the_bytes)
{
    script = RT_SCRIPT(RT_GIVE("abc"));
    ck_assert_int_eq(peek(), 3);
    ck_assert_int_eq(peek(), 3);
    ck_assert_int_eq(memcmp(rt_buffer_slice(&buffered.in).data, "abc", 3), 0);
    rt_buffer_consume(&buffered.in, 2);
    ck_assert_int_eq(get(5), 1);
    ck_assert_str_eq(text, "c");
    ck_assert_int_eq(peek(), 0);
}
END_TEST

START_TEST(a_peek_that_was_dropped_loses_nothing)
{
    struct rt_peek dropped = rt_peek(&buffered);

    script = RT_SCRIPT(RT_EXPECT("x"), RT_GIVE("ab"));
    ck_assert_int_eq(kit_poll(&dropped.future, &waker), RT_PENDING);
    rt_future_drop(&dropped.future);
    ck_assert_int_eq(put("x"), 1);
    ck_assert_int_eq(flush(), 0);
    ck_assert_int_eq(get(9), 2);
    ck_assert_str_eq(text, "ab");
}
END_TEST

static void consume_too_much(void)
{
    rt_buffer_consume(&buffered.in, 1);
}

static void peek_without_a_buffer(void)
{
    buffered = rt_buffered(&script.io, 0, 8);
    peek();
}

START_TEST(a_peek_without_a_buffer_stops_the_program)
{
    script = RT_SCRIPT();
    kit_expect_panic(peek_without_a_buffer, "peek-without-buffer");
}
END_TEST

START_TEST(consuming_more_than_was_peeked_stops_the_program)
{
    script = RT_SCRIPT();
    kit_expect_panic(consume_too_much, "consumed-too-much");
}
END_TEST

START_TEST(small_writes_are_kept_until_a_flush)
{
    script = RT_SCRIPT(rt_script_fail_write(-EIO), RT_EXPECT("abcd"));
    ck_assert_int_eq(put("ab"), 2);
    ck_assert_int_eq(put("cd"), 2);
    ck_assert_int_eq(flush(), -EIO);
    ck_assert_int_eq(flush(), 0);
    ck_assert_int_eq(flush(), 0);
}
END_TEST

START_TEST(a_write_that_does_not_fit_sends_the_buffer_first)
{
    script = RT_SCRIPT(RT_EXPECT("abcdef"), RT_EXPECT("ghi"));
    ck_assert_int_eq(put("abcdef"), 6);
    ck_assert_int_eq(put("ghi"), 3);
    ck_assert(script.steps[0].is_done);
    ck_assert(!script.steps[1].is_done);
    ck_assert_int_eq(flush(), 0);
}
END_TEST

START_TEST(a_large_write_goes_around_the_buffer)
{
    script = RT_SCRIPT(RT_EXPECT("a"), RT_EXPECT("0123456789"));
    ck_assert_int_eq(put("a"), 1);
    ck_assert_int_eq(put("0123456789"), 10);
}
END_TEST

START_TEST(a_write_waits_while_the_full_buffer_can_not_be_sent)
{
    struct rt_duplex near, far;
    struct rt_read read;

    script = RT_SCRIPT();
    ck_assert_int_eq(rt_duplex_create(4, &near, &far), 0);
    buffered.inner = &near.io;
    ck_assert_int_eq(put("abcdefgh"), 4); /* 8: goes around the buffer */
    ck_assert_int_eq(put("efghij"), 6);
    ck_assert_int_eq(put("klm"), -EAGAIN);
    read = rt_read(&far.io, text, 64);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(flush(), -EAGAIN);
    read = rt_read(&far.io, text, 64);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    ck_assert_int_eq(flush(), 0);
    rt_duplex_close(&near);
    rt_duplex_close(&far);
}
END_TEST

START_TEST(a_shutdown_flushes_and_is_passed_on)
{
    struct rt_duplex near, far;
    struct rt_flush shutdown = rt_io_shutdown(&buffered.io);
    struct rt_read read;

    script = RT_SCRIPT();
    ck_assert_int_eq(rt_duplex_create(4, &near, &far), 0);
    buffered.inner = &near.io;
    ck_assert_int_eq(put("abc"), 3);
    ck_assert_int_eq(RESULT(shutdown), 0);
    read = rt_read(&far.io, text, 64);
    ck_assert_int_eq(RESULT(read), 3);
    read = rt_read(&far.io, text, 64);
    ck_assert_int_eq(RESULT(read), 0);
    rt_io_close(&buffered.io);
    ck_assert_ptr_null(near.shared);
    rt_duplex_close(&far);
}
END_TEST

START_TEST(a_flush_goes_through_a_stack_of_buffers)
{
    struct rt_buffered upper = rt_buffered(&buffered.io, 8, 8);
    struct rt_write write = rt_write(&upper.io, "a", 1);
    struct rt_flush flush_all = rt_io_flush(&upper.io);

    script = RT_SCRIPT(RT_EXPECT("a"));
    ck_assert_int_eq(RESULT(write), 1);
    ck_assert_int_eq(RESULT(flush_all), 0);
    rt_buffered_deinit(&upper);
}
END_TEST

START_TEST(a_buffer_of_0_bytes_is_none)
{
    buffered = rt_buffered(&script.io, 0, 0);
    script = RT_SCRIPT(RT_GIVE("ab"), RT_EXPECT("cd"));
    ck_assert_int_eq(get(1), 1);
    ck_assert_int_eq(get(9), 1);
    ck_assert_int_eq(put("cd"), 2);
}
END_TEST

START_TEST(without_memory_reads_and_writes_are_errors)
{
    script = RT_SCRIPT(RT_GIVE("abc"), RT_EXPECT("x"));
    rt_alloc_fail_after(1);
    ck_assert_int_eq(get(1), -ENOMEM);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(put("x"), -ENOMEM);
    ck_assert_int_eq(get(3), 3);
    ck_assert_int_eq(put("x"), 1);
    ck_assert_int_eq(flush(), 0);
}
END_TEST

Suite *buffered_suite(void)
{
    const TTest *const tests[] = {
        small_reads_are_served_from_one_large_one,
        a_large_read_goes_around_the_empty_buffer,
        a_read_error_comes_after_what_was_read_before_it,
        peek_shows_and_keeps_the_bytes,
        a_peek_that_was_dropped_loses_nothing,
        a_peek_without_a_buffer_stops_the_program,
        consuming_more_than_was_peeked_stops_the_program,
        small_writes_are_kept_until_a_flush,
        a_write_that_does_not_fit_sends_the_buffer_first,
        a_large_write_goes_around_the_buffer,
        a_write_waits_while_the_full_buffer_can_not_be_sent,
        a_shutdown_flushes_and_is_passed_on,
        a_flush_goes_through_a_stack_of_buffers,
        a_buffer_of_0_bytes_is_none,
        without_memory_reads_and_writes_are_errors,
        NULL,
    };

    return suite_with_fixture("buffered", tests, set_up, tear_down);
}
