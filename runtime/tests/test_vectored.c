/* Several buffers at once: on a socket, and on what takes only one. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "net_kit.h"
#include "suites.h"

static struct rt_script script;
static char one[3], two[4];
static struct iovec places[] = {{one, 0}, {one, 2}, {two, 4}};

#define PIECE(literal)                                                         \
    ((struct iovec){(void *)(uintptr_t)(literal), sizeof(literal) - 1})
#define RESULT(future_)                                                        \
    (kit_poll(&(future_).future, &net.waker) == RT_READY ? (future_).result    \
                                                         : -EAGAIN)

START_TEST(a_socket_fills_one_buffer_after_the_other)
{
    struct rt_vectored read;

    net_connect_both();
    net_send("abcdefgh");
    net_settle();
    read = rt_read_vectored(&net.stream.io, places, 3);
    ck_assert_int_eq(RESULT(read), 6);
    ck_assert_str_eq(one, "ab");
    ck_assert_int_eq(memcmp(two, "cdef", 4), 0);
    ck_assert_int_eq(net_read(64), 2);
}
END_TEST

START_TEST(a_socket_writes_all_pieces_in_one_call)
{
    struct iovec pieces[] = {PIECE("ab"), PIECE(""), PIECE("cde")};
    struct rt_vectored write;

    net_connect_both();
    write = rt_write_all_vectored(&net.stream.io, pieces, 3);
    ck_assert(net_ends(&write.future));
    ck_assert_int_eq(write.result, 5);
    ck_assert_int_eq(read(net.client, net.buffer, 64), 5);
    ck_assert_int_eq(memcmp(net.buffer, "abcde", 5), 0);
}
END_TEST

START_TEST(a_vectored_read_waits_and_can_be_dropped)
{
    struct rt_vectored read, dropped;

    net_connect_both();
    read = rt_read_vectored(&net.stream.io, places, 3);
    dropped = read;
    ck_assert_int_eq(RESULT(read), -EAGAIN);
    ck_assert_int_eq(RESULT(dropped), -EAGAIN);
    rt_future_drop(&dropped.future);
    net_send("a");
    ck_assert(net_ends(&read.future));
    ck_assert_int_eq(read.result, 1);
}
END_TEST

START_TEST(hostile_mode_shortens_and_loses_nothing)
{
    static char big[1000];
    struct iovec pieces[] = {PIECE(""), PIECE("ab"), {big, sizeof(big)}};
    struct rt_vectored write;

    net_connect_both();
    rt_runtime_hostility(net.runtime)->features =
        RT_HOSTILE_SHORT | RT_HOSTILE_AGAIN;
    write = rt_write_all_vectored(&net.stream.io, pieces, 3);
    ck_assert(net_ends(&write.future));
    ck_assert_int_eq(write.result, 1002);
    ck_assert_int_eq(recv(net.client, big, 1000, MSG_WAITALL), 1000);
    ck_assert_int_eq(memcmp(big, "ab", 3), 0);
}
END_TEST

START_TEST(more_pieces_than_the_system_takes_are_written)
{
    /* Once it went on with calls of 1024 pieces that were all used up. */
    static struct iovec pieces[3000];
    static char sink[3000];
    struct rt_vectored write;

    for (int i = 0; i < 3000; i++) {
        pieces[i] = PIECE("x");
    }
    net_connect_both();
    write = rt_write_all_vectored(&net.stream.io, pieces, 3000);
    ck_assert(net_ends(&write.future));
    ck_assert_int_eq(write.result, 3000);
    ck_assert_int_eq(recv(net.client, sink, 3000, MSG_WAITALL), 3000);
}
END_TEST

START_TEST(what_takes_one_buffer_gets_the_first_that_is_not_empty)
{
    struct iovec pieces[] = {PIECE(""), PIECE("ab"), PIECE("cd")};
    struct rt_vectored write = rt_write_all_vectored(&script.io, pieces, 3);
    struct rt_vectored read = rt_read_vectored(&script.io, places, 3);

    script = RT_SCRIPT(RT_EXPECT("ab"), RT_EXPECT("cd"), RT_GIVE("xy"));
    ck_assert_int_eq(RESULT(write), 4);
    ck_assert_int_eq(RESULT(read), 2);
    ck_assert_str_eq(one, "xy");
    rt_script_close(&script);
}
END_TEST

START_TEST(write_all_goes_on_over_short_writes_in_the_middle_of_pieces)
{
    struct iovec pieces[] = {PIECE("ab"), PIECE(""), PIECE("cdef")};
    struct rt_vectored write = rt_write_all_vectored(&script.io, pieces, 3);

    script = RT_SCRIPT(RT_EXPECT("a"), RT_EXPECT("bc"), RT_EXPECT("def"));
    ck_assert_int_eq(RESULT(write), 6);
    ck_assert_uint_eq(pieces[2].iov_len, 0);
    rt_script_close(&script);
}
END_TEST

START_TEST(write_all_tells_of_errors_and_what_is_left)
{
    struct iovec pieces[] = {PIECE("ab"), PIECE("cd")};
    struct rt_vectored write = rt_write_all_vectored(&script.io, pieces, 2);

    script = RT_SCRIPT(RT_EXPECT("abc"), rt_script_fail_write(-EPIPE));
    ck_assert_int_eq(RESULT(write), -EPIPE);
    ck_assert_uint_eq(write.done, 3);
    ck_assert_uint_eq(pieces[1].iov_len, 1);
    rt_script_close(&script);
}
END_TEST

START_TEST(no_bytes_in_any_piece_are_0_at_once)
{
    struct iovec pieces[] = {PIECE(""), PIECE("")};
    struct rt_vectored write = rt_write_all_vectored(&script.io, pieces, 2);
    struct rt_vectored none = rt_write_all_vectored(&script.io, NULL, 0);
    struct rt_vectored read = rt_read_vectored(&script.io, places, 1);

    script = RT_SCRIPT();
    ck_assert_int_eq(RESULT(write), 0);
    ck_assert_int_eq(RESULT(read), 0);
    ck_assert_int_eq(RESULT(none), 0);
}
END_TEST

Suite *vectored_suite(void)
{
    const TTest *const tests[] = {
        a_socket_fills_one_buffer_after_the_other,
        a_socket_writes_all_pieces_in_one_call,
        a_vectored_read_waits_and_can_be_dropped,
        hostile_mode_shortens_and_loses_nothing,
        more_pieces_than_the_system_takes_are_written,
        what_takes_one_buffer_gets_the_first_that_is_not_empty,
        write_all_goes_on_over_short_writes_in_the_middle_of_pieces,
        write_all_tells_of_errors_and_what_is_left,
        no_bytes_in_any_piece_are_0_at_once,
        NULL,
    };
    Suite *suite = suite_create("vectored");

    net_add_tests(suite, tests);
    return suite;
}
