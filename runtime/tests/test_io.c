/* Reading and writing, on a thing that gives and takes by script. */
#include <errno.h>
#include <string.h>

#include "kit.h"
#include "suites.h"
#include "io/io.h"

/* Each step: how many bytes a call moves; 0 end; < 0 error or PEND. */
enum { PEND = -10000, STEPS_MOST = 8 };

struct script {
    struct rt_io io;
    ssize_t steps[STEPS_MOST];
    int next;
    struct rt_waker waker; /* owned */
};

static enum rt_poll play(struct rt_io *io, struct rt_io_request *request,
                         struct rt_context *cx)
{
    struct script *script = RT_CONTAINER_OF(io, struct script, io);
    const struct iovec *piece = request->pieces;
    ssize_t step = script->steps[script->next++];

    ck_assert_int_le(script->next, STEPS_MOST);
    if (step == PEND) {
        rt_waker_store(&script->waker, cx->waker);
        return RT_PENDING;
    }
    ck_assert_int_le(step, (ssize_t)piece->iov_len);
    request->result = step;
    if (request->what == RT_IO_READ && step > 0) {
        memset(piece->iov_base, 'x', (size_t)step);
    }
    return RT_READY;
}

static const struct rt_io_ops play_ops = {
    .poll = {[RT_IO_READ] = play, [RT_IO_WRITE] = play}};
static struct script script;
static struct kit_waker waker;
static char buffer[16];

#define SCRIPT(...)                                                            \
    do {                                                                       \
        script = (struct script){{&play_ops}, {__VA_ARGS__}, 0, {0}};          \
        kit_waker_init(&waker);                                                \
    } while (0)

START_TEST(read_gives_what_is_there)
{
    struct rt_read read = rt_read(&script.io, buffer, 10);

    SCRIPT(3);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    ck_assert_int_eq(read.result, 3);
    rt_future_drop(&read.future);
}
END_TEST

START_TEST(read_gives_0_at_the_end_of_the_stream)
{
    struct rt_read read = rt_read(&script.io, buffer, 10);

    SCRIPT(0);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    ck_assert_int_eq(read.result, 0);
}
END_TEST

START_TEST(read_exact_goes_on_over_short_reads)
{
    struct rt_read read = rt_read_exact(&script.io, buffer, 10);

    SCRIPT(3, PEND, 1, 6);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_PENDING);
    ck_assert_uint_eq(read.done, 3);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    ck_assert_int_eq(read.result, 10);
    ck_assert_int_eq(memcmp(buffer, "xxxxxxxxxx", 11), 0);
    rt_waker_drop(&script.waker);
}
END_TEST

START_TEST(read_exact_of_nothing_is_ready_at_once)
{
    struct rt_read read = rt_read_exact(&script.io, buffer, 0);

    SCRIPT(-EIO);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    ck_assert_int_eq(read.result, 0);
}
END_TEST

START_TEST(read_exact_reports_an_early_end_and_keeps_what_came)
{
    struct rt_read read = rt_read_exact(&script.io, buffer, 10);

    SCRIPT(4, 0);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    ck_assert_int_eq(read.result, -EPIPE);
    ck_assert_uint_eq(read.done, 4);
}
END_TEST

START_TEST(read_exact_reports_errors)
{
    struct rt_read read = rt_read_exact(&script.io, buffer, 10);

    SCRIPT(4, -ECONNRESET);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    ck_assert_int_eq(read.result, -ECONNRESET);
}
END_TEST

START_TEST(write_may_take_less_than_it_is_given)
{
    struct rt_write write = rt_write(&script.io, "0123456789", 10);

    SCRIPT(4);
    ck_assert_int_eq(kit_poll(&write.future, &waker), RT_READY);
    ck_assert_int_eq(write.result, 4);
}
END_TEST

START_TEST(write_all_goes_on_over_short_writes)
{
    struct rt_write write = rt_write_all(&script.io, "0123456789", 10);

    SCRIPT(4, 1, PEND, 5);
    ck_assert_int_eq(kit_poll(&write.future, &waker), RT_PENDING);
    ck_assert_uint_eq(write.done, 5);
    ck_assert_int_eq(kit_poll(&write.future, &waker), RT_READY);
    ck_assert_int_eq(write.result, 10);
    rt_waker_drop(&script.waker);
}
END_TEST

START_TEST(write_all_reports_errors_and_how_far_it_came)
{
    struct rt_write write = rt_write_all(&script.io, "0123456789", 10);

    SCRIPT(4, -EPIPE);
    ck_assert_int_eq(kit_poll(&write.future, &waker), RT_READY);
    ck_assert_int_eq(write.result, -EPIPE);
    ck_assert_uint_eq(write.done, 4);
}
END_TEST

START_TEST(write_all_ends_when_nothing_is_moved)
{
    struct rt_write write = rt_write_all(&script.io, "0123456789", 10);

    SCRIPT(4, 0);
    ck_assert_int_eq(kit_poll(&write.future, &waker), RT_READY);
    ck_assert_int_eq(write.result, -EPIPE);
    ck_assert_uint_eq(write.done, 4);
}
END_TEST

Suite *io_suite(void)
{
    const TTest *const tests[] = {
        read_gives_what_is_there,
        read_gives_0_at_the_end_of_the_stream,
        read_exact_goes_on_over_short_reads,
        read_exact_of_nothing_is_ready_at_once,
        read_exact_reports_an_early_end_and_keeps_what_came,
        read_exact_reports_errors,
        write_may_take_less_than_it_is_given,
        write_all_goes_on_over_short_writes,
        write_all_reports_errors_and_how_far_it_came,
        write_all_ends_when_nothing_is_moved,
        NULL,
    };

    return suite_of("io", tests);
}
