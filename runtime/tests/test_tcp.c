/* Streams: reading, writing, waiting, ending. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net_kit.h"
#include "suites.h"

/* Writes until the kernel takes no more. */
static void fill_the_send_buffer(void)
{
    static char much[65536];
    struct kit_waker full;
    struct rt_write write;
    enum rt_poll poll;

    kit_waker_init(&full);
    do {
        write = rt_write(&net.stream.io, much, sizeof(much));
        poll = kit_poll(&write.future, &full);
        net_settle();
        rt_future_drop(&write.future);
    } while (poll == RT_READY || full.wakes-- > 0);
    ck_assert_int_eq(full.held, 0);
}

/* ---- reading and writing ---- */

START_TEST(bytes_arrive_both_ways)
{
    struct rt_write write;

    net_connect_both();
    net_send("hello");
    ck_assert_int_eq(net_read(64), 5);
    ck_assert_str_eq(net.buffer, "hello");
    write = rt_write_all(&net.stream.io, "world", 5);
    ck_assert(net_ends(&write.future));
    ck_assert_int_eq(read(net.client, net.buffer, 64), 5);
    ck_assert_int_eq(memcmp(net.buffer, "world", 5), 0);
}
END_TEST

START_TEST(a_read_waits_until_bytes_come)
{
    struct rt_read read;

    net_connect_both();
    read = rt_read(&net.stream.io, net.buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_PENDING);
    net_settle();
    ck_assert_int_eq(net.waker.wakes, 0);
    net_send("x");
    net_settle();
    ck_assert_int_eq(net.waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_READY);
    ck_assert_int_eq(read.result, 1);
    rt_future_drop(&read.future);
}
END_TEST

START_TEST(a_full_read_leaves_the_rest_readable)
{
    net_connect_both();
    net_send("abcdef");
    ck_assert_int_eq(net_read(4), 4);
    ck_assert_int_eq(net_read(4), 2);
    net_send("g");
    ck_assert_int_eq(net_read(4), 1);
}
END_TEST

START_TEST(read_exact_collects_pieces)
{
    struct rt_read read;

    net_connect_both();
    read = rt_read_exact(&net.stream.io, net.buffer, 6);
    net_send("abc");
    net_settle();
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_PENDING);
    net_send("def");
    ck_assert(net_ends(&read.future));
    ck_assert_int_eq(read.result, 6);
    ck_assert_int_eq(memcmp(net.buffer, "abcdef", 6), 0);
}
END_TEST

START_TEST(the_end_is_seen_when_it_came_together_with_data)
{
    net_connect_both();
    net_send("abc");
    shutdown(net.client, SHUT_WR);
    net_settle();
    ck_assert_int_eq(net_read(64), 3);
    ck_assert_int_eq(net_read(64), 0);
    ck_assert_int_eq(net_read(64), 0);
}
END_TEST

START_TEST(the_end_is_seen_after_a_write_that_did_not_fit)
{
    /* The EAGAIN of the write also cleared the note of the end. */
    static char much[65536];
    struct rt_write write;

    net_connect_both();
    net_send("abc");
    shutdown(net.client, SHUT_WR);
    net_settle();
    ck_assert_int_eq(net_read(64), 3);
    while (send(net.stream.fd, much, sizeof(much), MSG_DONTWAIT) > 0) {
        continue; /* behind the net.runtime's back, which thinks there is room
                   */
    }
    write = rt_write(&net.stream.io, much, 1);
    ck_assert_int_eq(kit_poll(&write.future, &net.waker), RT_PENDING);
    ck_assert_int_eq(net_read(64), 0);
    rt_future_drop(&write.future);
}
END_TEST

START_TEST(a_write_goes_on_when_the_peer_reads)
{
    static char sink[1 << 20];
    struct rt_write write;

    net_connect_both();
    fill_the_send_buffer();
    write = rt_write(&net.stream.io, "x", 1);
    ck_assert_int_eq(kit_poll(&write.future, &net.waker), RT_PENDING);
    while (net.waker.wakes == 0) {
        ck_assert_int_gt(recv(net.client, sink, sizeof(sink), MSG_DONTWAIT), 0);
        net_settle();
    }
    rt_future_drop(&write.future);
}
END_TEST

START_TEST(half_close_ends_one_direction_only)
{
    net_connect_both();
    ck_assert_int_eq(rt_tcp_stream_shutdown(&net.stream), 0);
    ck_assert_int_eq(read(net.client, net.buffer, 64), 0);
    net_send("still here");
    ck_assert_int_eq(net_read(64), 10);
}
END_TEST

START_TEST(a_shutdown_through_the_io_is_a_half_close_too)
{
    struct rt_flush shutdown_io;

    net_connect_both();
    shutdown_io = rt_io_shutdown(&net.stream.io);
    ck_assert_int_eq(kit_poll(&shutdown_io.future, &net.waker), RT_READY);
    ck_assert_int_eq(shutdown_io.result, 0);
    ck_assert_int_eq(read(net.client, net.buffer, 64), 0);
    rt_io_close(&net.stream.io);
    rt_io_close(&net.stream.io);
    ck_assert_ptr_null(net.stream.source);
}
END_TEST

static void reset_by_client(void)
{
    struct linger none = {1, 0};
    struct rt_write write = rt_write(&net.stream.io, "x", 1);

    /* TCP resets because of the linger, the other since it wasn't read. */
    ck_assert(net_ends(&write.future));
    setsockopt(net.client, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    close(net.client);
    net.client = -1;
}

START_TEST(a_reset_is_an_error_not_a_hang)
{
    struct rt_read read;

    net_connect_both();
    read = rt_read(&net.stream.io, net.buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_PENDING);
    reset_by_client();
    ck_assert(net_ends(&read.future));
    ck_assert_int_eq(read.result, -ECONNRESET);
}
END_TEST

START_TEST(writing_to_a_peer_that_is_gone_is_an_error_without_a_signal)
{
    ssize_t result = 1;

    net_connect_both();
    close(net.client);
    net.client = -1;
    while (result > 0) { /* until the kernel has handled the reset */
        struct rt_write write = rt_write(&net.stream.io, "x", 1);

        ck_assert(net_ends(&write.future));
        result = write.result;
        net_settle();
    }
    ck_assert(result == -EPIPE || result == -ECONNRESET);
}
END_TEST

START_TEST(one_poll_may_read_128_times_then_the_others_have_a_turn)
{
    static char much[1000];
    struct rt_context cx;
    int reads = 0;

    net_connect_both();
    ck_assert_int_eq(send(net.client, much, sizeof(much), 0), sizeof(much));
    net_settle();
    cx = rt_context_make(&net.waker.waker);
    for (;; reads++) {
        struct rt_read read = rt_read(&net.stream.io, net.buffer, 1);

        if (rt_future_poll(&read.future, &cx) == RT_PENDING) {
            rt_future_drop(&read.future);
            break;
        }
    }
    ck_assert_int_eq(reads, 128);
    ck_assert_int_eq(net.waker.wakes, 1);
}
END_TEST

/* Reads byte by byte, as long as there are any. */
struct nibbler {
    struct rt_future future;
    struct rt_read read;
    size_t eaten;
};

KIT_OPS(nibbler);

static enum rt_poll nibbler_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct nibbler *self = RT_SELF(future, struct nibbler);

    RT_BEGIN(self);
    for (; self->eaten < 100000; self->eaten++) {
        self->read = rt_read(&net.stream.io, net.buffer, 1);
        RT_AWAIT(self->read);
    }
    RT_END(self);
}

START_TEST(a_socket_that_is_always_ready_does_not_starve_a_timer)
{
    static char much[100000];
    struct nibbler nibbler = KIT_MAKE(nibbler);
    struct rt_sleep nap;
    struct rt_select either;

    net_connect_both();
    ck_assert_int_eq(send(net.client, much, sizeof(much), 0), sizeof(much));
    net_settle();
    nap = rt_sleep(RT_MILLISECONDS(2));
    either = RT_SELECT(nibbler, nap);
    ck_assert_int_eq(rt_block_on(net.runtime, &either.future), 0);
    ck_assert_int_eq(either.winner, 1);
}
END_TEST

/* ---- waiters ---- */

START_TEST(a_paused_clock_stands_until_the_last_of_many_events_is_seen)
{
    /* The driver takes 256 at a time; those were for nobody. */
    enum { MANY = 300 };
    static int clients[MANY];
    static struct rt_tcp_stream streams[MANY];
    struct rt_read read;
    struct rt_sleep nap;
    struct rt_select either;

    for (int i = 0; i < MANY; i++) {
        clients[i] = net_connect_client();
        streams[i] = net_accept();
    }
    net_settle();
    rt_pause();
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(send(clients[i], "x", 1, 0), 1);
    }
    read = rt_read(&streams[MANY - 1].io, net.buffer, 1);
    nap = rt_sleep(RT_SECONDS(1));
    either = RT_SELECT(read, nap);
    ck_assert_int_eq(rt_block_on(net.runtime, &either.future), 0);
    ck_assert_int_eq(either.winner, 0);
    for (int i = 0; i < MANY; i++) {
        rt_tcp_stream_close(&streams[i]);
        close(clients[i]);
    }
}
END_TEST

START_TEST(all_who_wait_for_one_stream_are_woken)
{
    struct kit_waker wakers[3];
    struct rt_read reads[3];

    net_connect_both();
    for (int i = 0; i < 3; i++) {
        kit_waker_init(&wakers[i]);
        reads[i] = rt_read(&net.stream.io, net.buffer, 64);
        ck_assert_int_eq(kit_poll(&reads[i].future, &wakers[i]), RT_PENDING);
    }
    net_send("x");
    net_settle();
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(wakers[i].wakes, 1);
        ck_assert_int_eq(kit_poll(&reads[i].future, &wakers[i]),
                         i == 0 ? RT_READY : RT_PENDING);
        rt_future_drop(&reads[i].future);
        ck_assert_int_eq(wakers[i].held, 0);
    }
}
END_TEST

START_TEST(a_reader_and_a_writer_wait_apart)
{
    struct kit_waker writer;
    struct rt_read read;
    struct rt_write write;

    kit_waker_init(&writer);
    net_connect_both();
    fill_the_send_buffer();
    read = rt_read(&net.stream.io, net.buffer, 64);
    write = rt_write(&net.stream.io, "x", 1);
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&write.future, &writer), RT_PENDING);
    net_send("x");
    net_settle();
    ck_assert_int_eq(net.waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_READY);
    rt_future_drop(&read.future);
    rt_future_drop(&write.future);
    ck_assert_int_eq(writer.held, 0);
}
END_TEST

START_TEST(closing_wakes_who_waits_and_they_get_an_error)
{
    struct rt_read read;

    net_connect_both();
    read = rt_read(&net.stream.io, net.buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_PENDING);
    rt_tcp_stream_close(&net.stream);
    ck_assert_int_eq(net.waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_READY);
    ck_assert_int_eq(read.result, -EBADF);
    rt_future_drop(&read.future);
}
END_TEST

START_TEST(closing_a_listener_wakes_who_accepts)
{
    struct rt_tcp_accept accept = rt_tcp_accept(&net.listener);

    ck_assert_int_eq(kit_poll(&accept.future, &net.waker), RT_PENDING);
    rt_tcp_listener_close(&net.listener);
    ck_assert_int_eq(net.waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&accept.future, &net.waker), RT_READY);
    ck_assert_int_eq(accept.result, -EBADF);
    rt_future_drop(&accept.future);
}
END_TEST

START_TEST(a_dropped_read_is_not_woken)
{
    struct rt_read read;

    net_connect_both();
    read = rt_read(&net.stream.io, net.buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_PENDING);
    rt_future_drop(&read.future);
    net_send("x");
    net_settle();
    ck_assert_int_eq(net.waker.wakes, 0);
}
END_TEST

START_TEST(events_of_a_closed_stream_do_not_touch_the_next_one_on_its_fd)
{
    int old_fd;
    int other;
    struct rt_read read;

    net_connect_both();
    other = net_connect_client();
    old_fd = net.stream.fd;
    net_send("for the old one"); /* the event is on its way */
    rt_tcp_stream_close(&net.stream);
    net.stream = net_accept();
    ck_assert_int_eq(net.stream.fd, old_fd);
    read = rt_read(&net.stream.io, net.buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_PENDING);
    net_settle();
    ck_assert_int_eq(net.waker.wakes, 0);
    rt_future_drop(&read.future);
    close(other);
}
END_TEST

START_TEST(a_dup_of_a_closed_fd_sends_no_more_events)
{
    int copy;

    net_connect_both();
    copy = dup(net.stream.fd);
    rt_tcp_stream_close(&net.stream);
    net_settle();
    net_send("x");
    net_settle(); /* an event would name a source that was freed */
    close(copy);
}
END_TEST

static void clone_nothing(void *data)
{
    (void)data;
}

static void wake_closes_the_stream(void *data)
{
    (void)data;
    rt_tcp_stream_close(&net.stream);
}

START_TEST(a_wake_may_close_a_stream_whose_event_is_in_the_same_batch)
{
    static const struct rt_waker_ops closing_ops = {
        clone_nothing, wake_closes_the_stream, clone_nothing, clone_nothing};
    struct kit_waker closing = {.waker = {&closing_ops, NULL}};
    int second_client;
    struct rt_tcp_stream second;
    struct rt_read read;

    net_connect_both();
    second_client = net_connect_client();
    second = net_accept();
    net_settle();
    read = rt_read(&second.io, net.buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &closing), RT_PENDING);
    ck_assert_int_eq(send(second_client, "x", 1, 0), 1);
    net_send("x");
    net_settle();
    ck_assert_ptr_null(net.stream.source);
    rt_future_drop(&read.future);
    rt_tcp_stream_close(&second);
    close(second_client);
}
END_TEST

Suite *tcp_suite(void)
{
    const TTest *const tests[] = {
        bytes_arrive_both_ways,
        a_read_waits_until_bytes_come,
        a_full_read_leaves_the_rest_readable,
        read_exact_collects_pieces,
        the_end_is_seen_when_it_came_together_with_data,
        the_end_is_seen_after_a_write_that_did_not_fit,
        a_write_goes_on_when_the_peer_reads,
        half_close_ends_one_direction_only,
        a_shutdown_through_the_io_is_a_half_close_too,
        a_reset_is_an_error_not_a_hang,
        writing_to_a_peer_that_is_gone_is_an_error_without_a_signal,
        one_poll_may_read_128_times_then_the_others_have_a_turn,
        a_socket_that_is_always_ready_does_not_starve_a_timer,
        all_who_wait_for_one_stream_are_woken,
        a_reader_and_a_writer_wait_apart,
        closing_wakes_who_waits_and_they_get_an_error,
        closing_a_listener_wakes_who_accepts,
        a_dropped_read_is_not_woken,
        events_of_a_closed_stream_do_not_touch_the_next_one_on_its_fd,
        a_dup_of_a_closed_fd_sends_no_more_events,
        NULL,
    };
    const TTest *const lone[] = {
        a_paused_clock_stands_until_the_last_of_many_events_is_seen,
        a_wake_may_close_a_stream_whose_event_is_in_the_same_batch,
        NULL,
    };
    Suite *suite = suite_create("tcp");

    net_add_tests(suite, tests);
    net_add_lone_tests(suite, lone);
    return suite;
}
