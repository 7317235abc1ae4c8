/* Copying, one way and both; halves. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "kit.h"
#include "suites.h"

static struct rt_script source, target;
static struct rt_duplex left, right; /* a pair of 4 bytes each way */
static struct kit_waker waker, other;
static char text[64];

static void set_up(void)
{
    kit_waker_init(&waker);
    kit_waker_init(&other);
    kit_runtime();
    source = RT_SCRIPT();
    target = RT_SCRIPT();
    ck_assert_int_eq(rt_duplex_create(4, &left, &right), 0);
}

static void tear_down(void)
{
    rt_duplex_close(&left);
    rt_duplex_close(&right);
    rt_script_close(&source);
    rt_script_close(&target);
    rt_shutdown(rt_current());
    ck_assert_int_eq(waker.held, 0);
    ck_assert_int_eq(other.held, 0);
}

#define RESULT(future_)                                                        \
    (kit_poll(&(future_).future, &waker) == RT_READY ? (future_).result        \
                                                     : -EAGAIN)

/* With the other waker. */
static ssize_t get(struct rt_io *io, size_t size)
{
    struct rt_read read = rt_read(io, text, size);
    bool is_ready = kit_poll(&read.future, &other) == RT_READY;

    rt_future_drop(&read.future);
    return is_ready ? read.result : -EAGAIN;
}

static ssize_t put(struct rt_io *io, const char *bytes)
{
    struct rt_write write = rt_write(io, bytes, strlen(bytes));
    bool is_ready = kit_poll(&write.future, &other) == RT_READY;

    rt_future_drop(&write.future);
    return is_ready ? write.result : -EAGAIN;
}

/* ---- copy ---- */

START_TEST(copy_moves_all_and_counts)
{
    struct rt_copy copy = rt_copy(&source.io, &target.io);

    source = RT_SCRIPT(RT_GIVE("abc"), RT_GIVE("de"));
    target = RT_SCRIPT(RT_EXPECT("ab"), RT_EXPECT("cde"));
    ck_assert_int_eq(RESULT(copy), 5);
    rt_future_drop(&copy.future);
}
END_TEST

START_TEST(copy_of_nothing_is_0)
{
    struct rt_copy copy = rt_copy(&source.io, &target.io);

    ck_assert_int_eq(RESULT(copy), 0);
    rt_future_drop(&copy.future);
}
END_TEST

START_TEST(copy_tells_of_errors_and_how_far_it_came)
{
    struct rt_copy read = rt_copy(&source.io, &target.io);
    struct rt_copy write = rt_copy(&source.io, &target.io);

    source = RT_SCRIPT(RT_GIVE("abc"), rt_script_fail_read(-EIO));
    target = RT_SCRIPT(RT_EXPECT("abc"));
    ck_assert_int_eq(RESULT(read), -EIO);
    ck_assert_uint_eq(read.total, 3);
    rt_future_drop(&read.future);
    source = RT_SCRIPT(RT_GIVE("abc"));
    target = RT_SCRIPT(RT_EXPECT("a"), rt_script_fail_write(-EPIPE));
    ck_assert_int_eq(RESULT(write), -EPIPE);
    ck_assert_uint_eq(write.total, 1);
    rt_future_drop(&write.future);
}
END_TEST

START_TEST(copy_flushes_when_its_source_stalls)
{
    struct rt_buffered buffered = rt_buffered(&target.io, 0, 100);
    struct rt_copy copy = rt_copy(&left.io, &buffered.io);

    target = RT_SCRIPT(RT_EXPECT("ab"));
    ck_assert_int_eq(put(&right.io, "ab"), 2);
    ck_assert_int_eq(RESULT(copy), -EAGAIN);
    ck_assert(target.steps[0].is_done);
    rt_future_drop(&copy.future);
    rt_buffered_deinit(&buffered);
}
END_TEST

START_TEST(copy_tells_of_a_flush_that_failed)
{
    struct rt_buffered buffered = rt_buffered(&target.io, 0, 100);
    struct rt_copy copy = rt_copy(&left.io, &buffered.io);

    target = RT_SCRIPT(rt_script_fail_write(-EPIPE));
    ck_assert_int_eq(put(&right.io, "ab"), 2);
    ck_assert_int_eq(RESULT(copy), -EPIPE);
    rt_future_drop(&copy.future);
    rt_buffered_deinit(&buffered);
}
END_TEST

START_TEST(copy_flushes_at_the_end)
{
    struct rt_buffered buffered = rt_buffered(&target.io, 0, 100);
    struct rt_copy copy = rt_copy(&source.io, &buffered.io);

    source = RT_SCRIPT(RT_GIVE("ab"));
    target = RT_SCRIPT(RT_EXPECT("ab"));
    ck_assert_int_eq(RESULT(copy), 2);
    rt_future_drop(&copy.future);
    rt_buffered_deinit(&buffered);
}
END_TEST

START_TEST(copy_waits_for_a_target_that_is_full)
{
    struct rt_copy copy = rt_copy(&source.io, &left.io);

    source = RT_SCRIPT(RT_GIVE("abcdef"));
    ck_assert_int_eq(RESULT(copy), -EAGAIN);
    ck_assert_int_eq(get(&right.io, 9), 4);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(RESULT(copy), 6);
    ck_assert_int_eq(get(&right.io, 9), 2);
    ck_assert_int_eq(get(&right.io, 9), -EAGAIN); /* it is not shut down */
    rt_future_drop(&copy.future);
}
END_TEST

static enum rt_poll always(struct rt_io *io, struct rt_io_request *request,
                           struct rt_context *cx)
{
    (void)io;
    request->result = (ssize_t)request->pieces->iov_len;
    return request->what == RT_IO_WRITE || rt_budget_spend(cx) ? RT_READY
                                                               : RT_PENDING;
}

START_TEST(copy_of_what_never_ends_gives_others_a_turn)
{
    static const struct rt_io_ops ops = {
        .poll = {[RT_IO_READ] = always, [RT_IO_WRITE] = always}};
    struct rt_io io = {&ops};
    struct rt_copy copy = rt_copy(&io, &io);

    ck_assert_int_eq(RESULT(copy), -EAGAIN);
    ck_assert_int_ge(waker.wakes, 1);
    rt_future_drop(&copy.future);
}
END_TEST

START_TEST(copy_without_memory_is_an_error)
{
    struct rt_copy copy = rt_copy(&source.io, &target.io);

    rt_alloc_fail_after(1);
    ck_assert_int_eq(RESULT(copy), -ENOMEM);
    rt_future_drop(&copy.future);
}
END_TEST

/* ---- both ways ---- */

START_TEST(copy_both_moves_both_ways_and_passes_on_the_ends)
{
    struct rt_duplex far_left, far_right;
    struct rt_copy_both both;

    ck_assert_int_eq(rt_duplex_create(4, &far_left, &far_right), 0);
    both = rt_copy_both(&right.io, &far_left.io);
    ck_assert_int_eq(put(&left.io, "abc"), 3);
    ck_assert_int_eq(put(&far_right.io, "de"), 2);
    ck_assert_int_eq(RESULT(both), -EAGAIN);
    ck_assert_int_eq(get(&left.io, 9), 2);
    ck_assert_int_eq(get(&far_right.io, 9), 3);
    rt_duplex_close(&left);
    ck_assert_int_eq(RESULT(both), -EAGAIN);
    ck_assert_int_eq(get(&far_right.io, 9), 0);
    rt_duplex_close(&far_right);
    ck_assert_int_eq(RESULT(both), 0);
    ck_assert_uint_eq(both.there.total, 3);
    ck_assert_uint_eq(both.back.total, 2);
    rt_future_drop(&both.future);
    rt_duplex_close(&far_left);
}
END_TEST

START_TEST(a_half_close_leaves_the_other_way_open)
{
    struct rt_copy_both both = rt_copy_both(&source.io, &right.io);

    source = RT_SCRIPT(RT_GIVE("ab"), rt_script_end(), RT_EXPECT("cd"));
    ck_assert_int_eq(RESULT(both), -EAGAIN);
    ck_assert_int_eq(get(&left.io, 9), 2);
    ck_assert_int_eq(get(&left.io, 9), 0);
    ck_assert_int_eq(put(&left.io, "cd"), 2);
    rt_duplex_close(&left);
    ck_assert_int_eq(RESULT(both), 0);
    rt_future_drop(&both.future);
}
END_TEST

START_TEST(a_blocked_way_does_not_hold_the_other)
{
    struct rt_copy_both both = rt_copy_both(&source.io, &right.io);

    source = RT_SCRIPT(RT_GIVE("abcdefgh"), RT_EXPECT("1"), RT_EXPECT("2"));
    ck_assert_int_eq(RESULT(both), -EAGAIN); /* nobody reads left */
    ck_assert_int_eq(put(&left.io, "1"), 1);
    ck_assert_int_eq(RESULT(both), -EAGAIN);
    ck_assert_int_eq(put(&left.io, "2"), 1);
    ck_assert_int_eq(RESULT(both), -EAGAIN);
    ck_assert_uint_eq(both.back.total, 2);
    ck_assert_uint_eq(both.there.write.done, 4);
    rt_future_drop(&both.future);
}
END_TEST

START_TEST(an_error_of_one_way_ends_both)
{
    struct rt_copy_both there = rt_copy_both(&source.io, &right.io);
    struct rt_copy_both back = rt_copy_both(&right.io, &source.io);

    source = RT_SCRIPT(rt_script_fail_read(-ECONNRESET),
                       rt_script_fail_read(-ECONNRESET));
    ck_assert_int_eq(RESULT(there), -ECONNRESET);
    rt_future_drop(&there.future);
    ck_assert_int_eq(RESULT(back), -ECONNRESET);
    rt_future_drop(&back.future);
}
END_TEST

START_TEST(copy_both_frees_the_first_buffer_without_memory_for_the_second)
{
    struct rt_copy_both both = rt_copy_both(&source.io, &right.io);

    source = RT_SCRIPT(RT_EXPECT("x"));
    rt_alloc_fail_after(2);
    ck_assert_int_eq(RESULT(both), -ENOMEM);
    rt_future_drop(&both.future);
    ck_assert_int_eq(put(&source.io, "x"), 1);
}
END_TEST

/* ---- halves ---- */

static struct rt_half reader, writer;

static void split_right(void)
{
    ck_assert_int_eq(rt_io_split(&right.io, sizeof(right), &reader, &writer),
                     0);
    right = (struct rt_duplex){0};
}

START_TEST(each_half_does_its_half)
{
    split_right();
    ck_assert_int_eq(put(&left.io, "ab"), 2);
    ck_assert_int_eq(get(&reader.io, 9), 2);
    ck_assert_int_eq(put(&writer.io, "c"), 1);
    ck_assert_int_eq(get(&left.io, 9), 1);
    ck_assert_int_eq(put(&reader.io, "c"), -EBADF);
    ck_assert_int_eq(get(&writer.io, 9), -EBADF);
    rt_half_close(&writer);
    rt_half_close(&reader);
}
END_TEST

START_TEST(closing_the_writer_shuts_down_and_reading_goes_on)
{
    split_right();
    rt_io_close(&writer.io);
    rt_io_close(&writer.io);
    ck_assert_int_eq(put(&writer.io, "c"), -EBADF);
    ck_assert_int_eq(get(&left.io, 9), 0);
    ck_assert_int_eq(put(&left.io, "ab"), 2);
    ck_assert_int_eq(get(&reader.io, 9), 2);
    rt_io_close(&reader.io);
    ck_assert_int_eq(put(&left.io, "ab"), -EPIPE);
}
END_TEST

START_TEST(closing_the_reader_leaves_the_writer_alone)
{
    split_right();
    rt_half_close(&reader);
    ck_assert_int_eq(get(&reader.io, 9), -EBADF);
    ck_assert_int_eq(put(&left.io, "ab"), 2);
    ck_assert_int_eq(put(&writer.io, "c"), 1);
    rt_half_close(&writer);
    ck_assert_int_eq(get(&left.io, 9), 1);
    ck_assert_int_eq(get(&left.io, 9), 0);
}
END_TEST

START_TEST(a_split_without_memory_leaves_the_io_with_its_owner)
{
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_io_split(&right.io, sizeof(right), &reader, &writer),
                     -ENOMEM);
    rt_half_close(&reader);
    rt_half_close(&writer);
    ck_assert_int_eq(put(&right.io, "ab"), 2);
}
END_TEST

static void *close_the_writer(void *unused)
{
    rt_half_close(&writer);
    return unused;
}

START_TEST(the_halves_may_end_on_two_threads)
{
    pthread_t thread;

    split_right();
    ck_assert_int_eq(pthread_create(&thread, NULL, close_the_writer, NULL), 0);
    rt_half_close(&reader);
    pthread_join(thread, NULL);
    ck_assert_int_eq(get(&left.io, 9), 0);
    ck_assert_int_eq(put(&left.io, "a"), -EPIPE);
}
END_TEST

Suite *copy_suite(void)
{
    const TTest *const tests[] = {
        copy_moves_all_and_counts,
        copy_of_nothing_is_0,
        copy_tells_of_errors_and_how_far_it_came,
        copy_flushes_when_its_source_stalls,
        copy_tells_of_a_flush_that_failed,
        copy_flushes_at_the_end,
        copy_waits_for_a_target_that_is_full,
        copy_of_what_never_ends_gives_others_a_turn,
        copy_without_memory_is_an_error,
        copy_both_moves_both_ways_and_passes_on_the_ends,
        a_half_close_leaves_the_other_way_open,
        a_blocked_way_does_not_hold_the_other,
        an_error_of_one_way_ends_both,
        copy_both_frees_the_first_buffer_without_memory_for_the_second,
        each_half_does_its_half,
        closing_the_writer_shuts_down_and_reading_goes_on,
        closing_the_reader_leaves_the_writer_alone,
        a_split_without_memory_leaves_the_io_with_its_owner,
        the_halves_may_end_on_two_threads,
        NULL,
    };

    return suite_with_fixture("copy", tests, set_up, tear_down);
}
