/* Pipes as io, and waiting for any fd. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "kit.h"
#include "suites.h"

static struct rt_pipe reader, writer;
static struct rt_async_fd async;
static struct kit_waker waker;
static int event;
static char text[64];

static void set_up(void)
{
    kit_waker_init(&waker);
    kit_runtime();
    rt_resume();
    ck_assert_int_eq(rt_pipe_create(&reader, &writer), 0);
    event = eventfd(0, EFD_NONBLOCK);
    ck_assert_int_eq(rt_async_fd_init(&async, event), 0);
    kit_settle(rt_current());
}

static void tear_down(void)
{
    rt_pipe_close(&reader);
    rt_pipe_close(&writer);
    rt_async_fd_deinit(&async);
    rt_async_fd_deinit(&async);
    close(event);
    rt_shutdown(rt_current());
    ck_assert_int_eq(waker.held, 0);
}

#define RESULT(future_)                                                        \
    (kit_poll(&(future_).future, &waker) == RT_READY ? (future_).result        \
                                                     : -EAGAIN)

static ssize_t get(void)
{
    struct rt_read read = rt_read(&reader.io, text, sizeof(text));

    rt_block_on(rt_current(), &read.future);
    return read.result;
}

static ssize_t put(const char *bytes)
{
    struct rt_write write = rt_write(&writer.io, bytes, strlen(bytes));

    rt_block_on(rt_current(), &write.future);
    return write.result;
}

START_TEST(what_goes_into_a_pipe_comes_out)
{
    ck_assert_int_eq(put("abc"), 3);
    ck_assert_int_eq(get(), 3);
    ck_assert_int_eq(memcmp(text, "abc", 3), 0);
}
END_TEST

START_TEST(a_read_of_an_empty_pipe_waits_and_can_be_dropped)
{
    struct rt_read read = rt_read(&reader.io, text, sizeof(text));

    ck_assert_int_eq(RESULT(read), -EAGAIN);
    ck_assert_int_eq(put("abc"), 3);
    kit_settle(rt_current());
    ck_assert_int_eq(waker.wakes, 1);
    rt_future_drop(&read.future);
    ck_assert_int_eq(get(), 3);
}
END_TEST

START_TEST(a_closed_writer_is_the_end)
{
    struct rt_flush shutdown = rt_io_shutdown(&writer.io);

    ck_assert_int_eq(put("abc"), 3);
    ck_assert_int_eq(RESULT(shutdown), 0);
    ck_assert_int_eq(get(), 3);
    ck_assert_int_eq(get(), 0);
    ck_assert_int_eq(put("abc"), -EBADF);
}
END_TEST

START_TEST(a_write_that_nobody_reads_is_an_error_and_no_signal)
{
    rt_io_close(&reader.io);
    ck_assert_int_eq(put("abc"), -EPIPE);
}
END_TEST

/* The sum of the two lowest numbers that are free: it grows with a leak. */
static int free_fds(void)
{
    int fds[] = {dup(event), dup(event)};

    close(fds[0]);
    close(fds[1]);
    return fds[0] + fds[1];
}

START_TEST(without_memory_there_is_no_pipe_and_no_fd_left)
{
    int before = free_fds();

    for (unsigned long n = 1; n <= 2; n++) {
        struct rt_pipe in, out;

        rt_alloc_fail_after(n);
        ck_assert_int_eq(rt_pipe_create(&in, &out), -ENOMEM);
        ck_assert_int_eq(free_fds(), before);
    }
}
END_TEST

START_TEST(a_pipe_of_what_is_no_pipe_is_refused_and_closed)
{
    struct rt_pipe end;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    ck_assert_int_eq(rt_pipe_adopt(&end, -1), -EBADF);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_pipe_adopt(&end, fd), -ENOMEM);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}
END_TEST

static int calls;
static eventfd_t value;

static ssize_t read_event(int fd, void *argument)
{
    calls++;
    return read(fd, argument, sizeof(value));
}

static ssize_t do_nothing(int fd, void *unused)
{
    (void)fd, (void)unused;
    return 0;
}

static struct rt_async_fd_io event_read(void)
{
    return rt_async_fd_io(&async, RT_READABLE, read_event, &value);
}

START_TEST(the_call_is_made_when_the_kernel_says_so)
{
    struct rt_async_fd_io io = event_read();

    ck_assert_int_eq(RESULT(io), -EAGAIN);
    ck_assert_int_eq(calls, 0);
    eventfd_write(event, 7);
    kit_settle(rt_current());
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(RESULT(io), 8);
    ck_assert_uint_eq(value, 7);
    rt_future_drop(&io.future);
}
END_TEST

START_TEST(readiness_stays_until_a_call_finds_that_it_is_over)
{
    struct rt_async_fd_io nothing =
        rt_async_fd_io(&async, RT_READABLE, do_nothing, NULL);
    struct rt_async_fd_io first = event_read();
    struct rt_async_fd_io second = event_read();

    eventfd_write(event, 7);
    kit_settle(rt_current());
    ck_assert_int_eq(RESULT(nothing), 0);
    ck_assert_int_eq(RESULT(first), 8);
    ck_assert_int_eq(RESULT(second), -EAGAIN);
    ck_assert_int_eq(calls, 2);
    ck_assert_int_eq(RESULT(second), -EAGAIN);
    ck_assert_int_eq(calls, 2);
    eventfd_write(event, 1);
    rt_block_on(rt_current(), &second.future); /* or it hangs */
    ck_assert_int_eq(second.result, 8);
}
END_TEST

START_TEST(the_error_of_a_call_is_told)
{
    struct rt_async_fd_io io =
        rt_async_fd_io(&async, RT_READABLE, read_event, NULL);

    eventfd_write(event, 7);
    kit_settle(rt_current());
    ck_assert_int_eq(RESULT(io), -EFAULT);
}
END_TEST

START_TEST(an_fd_that_is_not_registered_gives_ebadf)
{
    struct rt_async_fd_io io = event_read();

    ck_assert_int_eq(RESULT(io), -EAGAIN);
    rt_async_fd_deinit(&async);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(RESULT(io), -EBADF);
    ck_assert_int_eq(calls, 0);
    rt_future_drop(&io.future);
}
END_TEST

START_TEST(a_regular_file_is_refused)
{
    struct rt_async_fd other;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    ck_assert_int_eq(rt_async_fd_init(&other, fd), -EPERM);
    rt_async_fd_deinit(&other);
    close(fd);
    ck_assert_int_eq(rt_async_fd_init(&other, -1), -EBADF);
}
END_TEST

START_TEST(standard_input_is_read_and_its_flags_stay)
{
    struct rt_file in;
    struct rt_read read = rt_read(&in.io, text, 2);
    struct rt_read rest = rt_read(&in.io, text, sizeof(text));
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    ck_assert_int_eq(write(ends[1], "abc", 3), 3);
    close(ends[1]);
    ck_assert_int_eq(rt_file_of_fd(&in, STDIN_FILENO), 0);
    rt_block_on(rt_current(), &read.future);
    ck_assert_int_eq(read.result, 2);
    rt_block_on(rt_current(), &rest.future);
    ck_assert_int_eq(rest.result, 1);
    ck_assert_int_eq(fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK, 0);
    rt_file_close(&in);
    ck_assert_int_ge(fcntl(STDIN_FILENO, F_GETFD), 0);
}
END_TEST

START_TEST(a_file_of_an_fd_tells_of_errors)
{
    struct rt_file file;

    ck_assert_int_eq(rt_file_of_fd(&file, -1), -EBADF);
    rt_file_close(&file);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_file_of_fd(&file, event), -ENOMEM);
    rt_file_close(&file);
}
END_TEST

Suite *pipe_suite(void)
{
    const TTest *const tests[] = {
        what_goes_into_a_pipe_comes_out,
        a_read_of_an_empty_pipe_waits_and_can_be_dropped,
        a_closed_writer_is_the_end,
        a_write_that_nobody_reads_is_an_error_and_no_signal,
        without_memory_there_is_no_pipe_and_no_fd_left,
        a_pipe_of_what_is_no_pipe_is_refused_and_closed,
        the_call_is_made_when_the_kernel_says_so,
        readiness_stays_until_a_call_finds_that_it_is_over,
        the_error_of_a_call_is_told,
        an_fd_that_is_not_registered_gives_ebadf,
        a_regular_file_is_refused,
        standard_input_is_read_and_its_flags_stay,
        a_file_of_an_fd_tells_of_errors,
        NULL,
    };

    return suite_with_fixture("pipe", tests, set_up, tear_down);
}
