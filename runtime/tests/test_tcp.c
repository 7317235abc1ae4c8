/*
 * TCP: each test runs twice, on real sockets and on those of RT_NET=local.
 * The client is a plain blocking socket of this process.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kit.h"
#include "net/address.h"
#include "suites.h"

enum { LOCAL_PORT = 7 };

static bool is_local;
static struct rt_runtime *runtime;
static struct rt_tcp_listener listener;
static uint16_t port;
static struct rt_tcp_stream stream; /* the server's end */
static int client;                  /* the client's end */
static struct kit_waker waker;
static char buffer[64];

/* ---- the two fixtures ---- */

static void listen_somewhere(void)
{
    struct rt_builder builder = rt_builder_default();

    kit_waker_init(&waker);
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    ck_assert_int_eq(
        rt_tcp_listen(&listener, "127.0.0.1", is_local ? LOCAL_PORT : 0), 0);
    port = is_local ? LOCAL_PORT : rt_tcp_listener_port(&listener);
    client = -1;
}

static void set_up_local(void)
{
    is_local = true;
    kit_local_net();
    listen_somewhere();
}

static void set_up_real(void)
{
    is_local = false;
    unsetenv("RT_NET");
    listen_somewhere();
}

static void tear_down(void)
{
    rt_tcp_stream_close(&stream);
    rt_tcp_listener_close(&listener);
    if (client >= 0) {
        close(client);
    }
    ck_assert_int_eq(waker.held, 0);
    rt_shutdown(runtime);
    if (is_local) {
        kit_no_local_net();
    }
}

/* ---- helpers ---- */

static int connect_client(void)
{
    struct rt_address address;
    int fd;

    ck_assert_int_eq(rt_address_make(&address, "127.0.0.1", port), 0);
    fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, &address.any, address.size) < 0) {
        int error = errno;

        close(fd);
        return -error;
    }
    return fd;
}

/* Polls until ready, but for no more than a second. False: it hangs. */
static bool ends(struct rt_future *future)
{
    struct rt_timeout limit = rt_timeout(future, RT_SECONDS(1));

    ck_assert_int_eq(rt_block_on(runtime, &limit.future), 0);
    return !limit.is_expired;
}

static struct rt_tcp_stream accept_one(void)
{
    struct rt_tcp_accept accept = rt_tcp_accept(&listener);

    ck_assert(ends(&accept.future));
    ck_assert_int_eq(accept.result, 0);
    return accept.stream;
}

static void connect_both(void)
{
    client = connect_client();
    ck_assert_int_ge(client, 0);
    stream = accept_one();
}

static ssize_t read_some(size_t size)
{
    struct rt_read read = rt_read(&stream.io, buffer, size);

    memset(buffer, 0, sizeof(buffer));
    ck_assert_msg(ends(&read.future), "the read hangs");
    return read.result;
}

static void send_text(const char *text)
{
    ck_assert_int_eq(send(client, text, strlen(text), 0),
                     (ssize_t)strlen(text));
}

/* Lets events come in. */
static void settle(void)
{
    struct rt_sleep nap = rt_sleep(RT_MILLISECONDS(5));

    rt_block_on(runtime, &nap.future);
}

/* Writes until the kernel takes no more. */
static void fill_the_send_buffer(void)
{
    static char much[65536];
    struct kit_waker full;
    struct rt_write write;
    enum rt_poll poll;

    kit_waker_init(&full);
    do {
        write = rt_write(&stream.io, much, sizeof(much));
        poll = kit_poll(&write.future, &full);
        settle();
    } while (poll == RT_READY || full.wakes-- > 0);
    rt_future_drop(&write.future);
    ck_assert_int_eq(full.held, 0);
}

/* ---- reading and writing ---- */

START_TEST(bytes_arrive_both_ways)
{
    struct rt_write write;

    connect_both();
    send_text("hello");
    ck_assert_int_eq(read_some(64), 5);
    ck_assert_str_eq(buffer, "hello");
    write = rt_write_all(&stream.io, "world", 5);
    ck_assert(ends(&write.future));
    ck_assert_int_eq(read(client, buffer, 64), 5);
    ck_assert_int_eq(memcmp(buffer, "world", 5), 0);
}
END_TEST

START_TEST(a_read_waits_until_bytes_come)
{
    struct rt_read read;

    connect_both();
    read = rt_read(&stream.io, buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_PENDING);
    settle();
    ck_assert_int_eq(waker.wakes, 0);
    send_text("x");
    settle();
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    ck_assert_int_eq(read.result, 1);
    rt_future_drop(&read.future);
}
END_TEST

START_TEST(a_full_read_leaves_the_rest_readable)
{
    connect_both();
    send_text("abcdef");
    ck_assert_int_eq(read_some(4), 4);
    ck_assert_int_eq(read_some(4), 2);
    send_text("g");
    ck_assert_int_eq(read_some(4), 1);
}
END_TEST

START_TEST(read_exact_collects_pieces)
{
    struct rt_read read;

    connect_both();
    read = rt_read_exact(&stream.io, buffer, 6);
    send_text("abc");
    settle();
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_PENDING);
    send_text("def");
    ck_assert(ends(&read.future));
    ck_assert_int_eq(read.result, 6);
    ck_assert_int_eq(memcmp(buffer, "abcdef", 6), 0);
}
END_TEST

START_TEST(the_end_is_seen_when_it_came_together_with_data)
{
    connect_both();
    send_text("abc");
    shutdown(client, SHUT_WR);
    settle();
    ck_assert_int_eq(read_some(64), 3);
    ck_assert_int_eq(read_some(64), 0);
    ck_assert_int_eq(read_some(64), 0);
}
END_TEST

START_TEST(the_end_is_seen_after_a_write_that_did_not_fit)
{
    /* The EAGAIN of the write also cleared the note of the end. */
    static char much[65536];
    struct rt_write write;

    connect_both();
    send_text("abc");
    shutdown(client, SHUT_WR);
    settle();
    ck_assert_int_eq(read_some(64), 3);
    while (send(stream.fd, much, sizeof(much), MSG_DONTWAIT) > 0) {
        continue; /* behind the runtime's back, which thinks there is room */
    }
    write = rt_write(&stream.io, much, 1);
    ck_assert_int_eq(kit_poll(&write.future, &waker), RT_PENDING);
    ck_assert_int_eq(read_some(64), 0);
    rt_future_drop(&write.future);
}
END_TEST

START_TEST(a_write_goes_on_when_the_peer_reads)
{
    static char sink[1 << 20];
    struct rt_write write;

    connect_both();
    fill_the_send_buffer();
    write = rt_write(&stream.io, "x", 1);
    ck_assert_int_eq(kit_poll(&write.future, &waker), RT_PENDING);
    while (waker.wakes == 0) {
        ck_assert_int_gt(recv(client, sink, sizeof(sink), MSG_DONTWAIT), 0);
        settle();
    }
    rt_future_drop(&write.future);
}
END_TEST

START_TEST(half_close_ends_one_direction_only)
{
    connect_both();
    ck_assert_int_eq(rt_tcp_stream_shutdown(&stream), 0);
    ck_assert_int_eq(read(client, buffer, 64), 0);
    send_text("still here");
    ck_assert_int_eq(read_some(64), 10);
}
END_TEST

static void reset_by_client(void)
{
    struct linger none = {1, 0};
    struct rt_write write = rt_write(&stream.io, "x", 1);

    /* TCP resets because of the linger, the other since it wasn't read. */
    ck_assert(ends(&write.future));
    setsockopt(client, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    close(client);
    client = -1;
}

START_TEST(a_reset_is_an_error_not_a_hang)
{
    struct rt_read read;

    connect_both();
    read = rt_read(&stream.io, buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_PENDING);
    reset_by_client();
    ck_assert(ends(&read.future));
    ck_assert_int_eq(read.result, -ECONNRESET);
}
END_TEST

START_TEST(writing_to_a_peer_that_is_gone_is_an_error_without_a_signal)
{
    ssize_t result = 1;

    connect_both();
    close(client);
    client = -1;
    for (int i = 0; i < 10 && result > 0; i++) {
        struct rt_write write = rt_write(&stream.io, "x", 1);

        ck_assert(ends(&write.future));
        result = write.result;
        settle();
    }
    ck_assert(result == -EPIPE || result == -ECONNRESET);
}
END_TEST

START_TEST(one_poll_may_read_128_times_then_the_others_have_a_turn)
{
    static char much[1000];
    struct rt_context cx;
    int reads = 0;

    connect_both();
    ck_assert_int_eq(send(client, much, sizeof(much), 0), sizeof(much));
    settle();
    cx = rt_context_make(&waker.waker);
    for (;; reads++) {
        struct rt_read read = rt_read(&stream.io, buffer, 1);

        if (rt_future_poll(&read.future, &cx) == RT_PENDING) {
            rt_future_drop(&read.future);
            break;
        }
    }
    ck_assert_int_eq(reads, 128);
    ck_assert_int_eq(waker.wakes, 1);
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
        self->read = rt_read(&stream.io, buffer, 1);
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

    connect_both();
    ck_assert_int_eq(send(client, much, sizeof(much), 0), sizeof(much));
    settle();
    nap = rt_sleep(RT_MILLISECONDS(2));
    either = RT_SELECT(nibbler, nap);
    ck_assert_int_eq(rt_block_on(runtime, &either.future), 0);
    ck_assert_int_eq(either.winner, 1);
    ck_assert_uint_ge(nibbler.eaten, 128);
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
        clients[i] = connect_client();
        streams[i] = accept_one();
    }
    settle();
    rt_pause();
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(send(clients[i], "x", 1, 0), 1);
    }
    read = rt_read(&streams[MANY - 1].io, buffer, 1);
    nap = rt_sleep(RT_SECONDS(1));
    either = RT_SELECT(read, nap);
    ck_assert_int_eq(rt_block_on(runtime, &either.future), 0);
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

    connect_both();
    for (int i = 0; i < 3; i++) {
        kit_waker_init(&wakers[i]);
        reads[i] = rt_read(&stream.io, buffer, 64);
        ck_assert_int_eq(kit_poll(&reads[i].future, &wakers[i]), RT_PENDING);
    }
    send_text("x");
    settle();
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
    connect_both();
    fill_the_send_buffer();
    read = rt_read(&stream.io, buffer, 64);
    write = rt_write(&stream.io, "x", 1);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&write.future, &writer), RT_PENDING);
    send_text("x");
    settle();
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    rt_future_drop(&read.future);
    rt_future_drop(&write.future);
    ck_assert_int_eq(writer.held, 0);
}
END_TEST

START_TEST(closing_wakes_who_waits_and_they_get_an_error)
{
    struct rt_read read;

    connect_both();
    read = rt_read(&stream.io, buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_PENDING);
    rt_tcp_stream_close(&stream);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    ck_assert_int_eq(read.result, -EBADF);
    rt_future_drop(&read.future);
}
END_TEST

START_TEST(closing_a_listener_wakes_who_accepts)
{
    struct rt_tcp_accept accept = rt_tcp_accept(&listener);

    ck_assert_int_eq(kit_poll(&accept.future, &waker), RT_PENDING);
    rt_tcp_listener_close(&listener);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&accept.future, &waker), RT_READY);
    ck_assert_int_eq(accept.result, -EBADF);
    rt_future_drop(&accept.future);
}
END_TEST

START_TEST(a_dropped_read_is_not_woken)
{
    struct rt_read read;

    connect_both();
    read = rt_read(&stream.io, buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_PENDING);
    rt_future_drop(&read.future);
    send_text("x");
    settle();
    ck_assert_int_eq(waker.wakes, 0);
}
END_TEST

START_TEST(events_of_a_closed_stream_do_not_touch_the_next_one_on_its_fd)
{
    int old_fd;
    int other;
    struct rt_read read;

    connect_both();
    other = connect_client();
    old_fd = stream.fd;
    send_text("for the old one"); /* the event is on its way */
    rt_tcp_stream_close(&stream);
    stream = accept_one();
    ck_assert_int_eq(stream.fd, old_fd);
    read = rt_read(&stream.io, buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_PENDING);
    settle();
    ck_assert_int_eq(waker.wakes, 0);
    rt_future_drop(&read.future);
    close(other);
}
END_TEST

START_TEST(a_dup_of_a_closed_fd_sends_no_more_events)
{
    int copy;

    connect_both();
    copy = dup(stream.fd);
    rt_tcp_stream_close(&stream);
    settle();
    send_text("x");
    settle(); /* an event would name a source that was freed */
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
    rt_tcp_stream_close(&stream);
}

START_TEST(a_wake_may_close_a_stream_whose_event_is_in_the_same_batch)
{
    static const struct rt_waker_ops closing_ops = {
        clone_nothing, wake_closes_the_stream, clone_nothing, clone_nothing};
    struct kit_waker closing = {.waker = {&closing_ops, NULL}};
    int second_client;
    struct rt_tcp_stream second;
    struct rt_read read;

    connect_both();
    second_client = connect_client();
    second = accept_one();
    settle();
    read = rt_read(&second.io, buffer, 64);
    ck_assert_int_eq(kit_poll(&read.future, &closing), RT_PENDING);
    ck_assert_int_eq(send(second_client, "x", 1, 0), 1);
    send_text("x");
    settle();
    ck_assert_ptr_null(stream.runtime);
    rt_future_drop(&read.future);
    rt_tcp_stream_close(&second);
    close(second_client);
}
END_TEST

/* ---- listening, accepting, connecting ---- */

START_TEST(a_port_in_use_is_an_error)
{
    struct rt_tcp_listener second;

    ck_assert_int_eq(rt_tcp_listen(&second, "127.0.0.1", port), -EADDRINUSE);
    rt_tcp_listener_close(&second);
}
END_TEST

START_TEST(a_host_that_is_no_number_is_an_error)
{
    struct rt_tcp_listener second;

    if (!is_local) {
        ck_assert_int_eq(rt_tcp_listen(&second, "localhost", 0), -EINVAL);
    }
}
END_TEST

START_TEST(ipv6_works_where_there_is_any)
{
    struct rt_tcp_listener second;
    struct rt_tcp_connect connecting;
    char peer[RT_TCP_ADDRESS_SIZE];

    if (is_local || rt_tcp_listen(&second, "::1", 0) != 0) {
        return;
    }
    connecting = rt_tcp_connect("::1", rt_tcp_listener_port(&second));
    ck_assert(ends(&connecting.future));
    ck_assert_int_eq(connecting.result, 0);
    rt_tcp_stream_peer(&connecting.stream, peer);
    ck_assert_int_eq(strncmp(peer, "[::1]:", 6), 0);
    rt_tcp_stream_close(&connecting.stream);
    rt_tcp_listener_close(&second);
}
END_TEST

START_TEST(a_closed_listener_refuses)
{
    rt_tcp_listener_close(&listener);
    rt_tcp_listener_close(&listener);
    ck_assert_int_eq(connect_client(), -ECONNREFUSED);
}
END_TEST

static void limit_files(rlim_t most)
{
    struct rlimit limit;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = most;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(accept_survives_too_many_open_files)
{
    struct rt_tcp_accept accept = rt_tcp_accept(&listener);
    int free_fd;

    client = connect_client();
    free_fd = dup(client);
    close(free_fd);
    limit_files((rlim_t)free_fd);
    ck_assert(ends(&accept.future));
    ck_assert_int_eq(accept.result, -EMFILE);
    ck_assert(rt_tcp_accept_should_retry(accept.result));
    limit_files((rlim_t)free_fd + 10);
    stream = accept_one();
}
END_TEST

START_TEST(many_clients_are_accepted_one_after_the_other)
{
    int clients[50];

    for (int i = 0; i < 50; i++) {
        clients[i] = connect_client();
        ck_assert_int_ge(clients[i], 0);
    }
    for (int i = 0; i < 50; i++) {
        stream = accept_one();
        rt_tcp_stream_close(&stream);
        close(clients[i]);
    }
}
END_TEST

START_TEST(only_passing_errors_of_accept_are_retried)
{
    ck_assert(rt_tcp_accept_should_retry(-ECONNABORTED));
    ck_assert(rt_tcp_accept_should_retry(-ENFILE));
    ck_assert(rt_tcp_accept_should_retry(-ENOMEM));
    ck_assert(!rt_tcp_accept_should_retry(0));
    ck_assert(!rt_tcp_accept_should_retry(-EBADF));
    ck_assert(!rt_tcp_accept_should_retry(-EINVAL));
}
END_TEST

START_TEST(connect_reaches_a_listener)
{
    struct rt_tcp_connect connecting = rt_tcp_connect("127.0.0.1", port);
    char peer[RT_TCP_ADDRESS_SIZE];

    ck_assert(ends(&connecting.future));
    ck_assert_int_eq(connecting.result, 0);
    stream = accept_one();
    rt_tcp_stream_peer(&connecting.stream, peer);
    if (is_local) {
        ck_assert_str_eq(peer, "local");
    } else {
        char expected[64];

        snprintf(expected, sizeof(expected), "127.0.0.1:%u", port);
        ck_assert_str_eq(peer, expected);
    }
    rt_tcp_stream_close(&connecting.stream);
    rt_tcp_stream_peer(&connecting.stream, peer);
    ck_assert_str_eq(peer, "nobody");
}
END_TEST

START_TEST(connect_to_nobody_is_refused)
{
    struct rt_tcp_connect connecting;

    rt_tcp_listener_close(&listener);
    connecting = rt_tcp_connect("127.0.0.1", port);
    ck_assert(ends(&connecting.future));
    ck_assert_int_eq(connecting.result, -ECONNREFUSED);
    /* A port that nobody ever had. */
    connecting = rt_tcp_connect("127.0.0.1", 1);
    ck_assert(ends(&connecting.future));
    ck_assert_int_eq(connecting.result, -ECONNREFUSED);
}
END_TEST

START_TEST(a_dropped_connect_closes_its_socket)
{
    struct rt_tcp_connect connecting = rt_tcp_connect("127.0.0.1", port);
    int before = dup(0);
    int after;

    close(before);
    if (kit_poll(&connecting.future, &waker) == RT_PENDING) {
        rt_future_drop(&connecting.future);
    } else {
        rt_tcp_stream_close(&connecting.stream);
    }
    after = dup(0);
    ck_assert_int_eq(after, before);
    close(after);
}
END_TEST

START_TEST(zeroed_listeners_and_streams_can_be_closed)
{
    struct rt_tcp_listener no_listener = {0};
    struct rt_tcp_stream no_stream = {0};

    rt_tcp_listener_close(&no_listener);
    rt_tcp_stream_close(&no_stream);
    ck_assert_int_eq(rt_tcp_stream_shutdown(&no_stream), -EBADF);
}
END_TEST

START_TEST(a_listener_can_be_opened_again_on_its_port)
{
    if (is_local) {
        return; /* the socket file stays, so that a connect is refused */
    }
    rt_tcp_listener_close(&listener);
    ck_assert_int_eq(rt_tcp_listen(&listener, "127.0.0.1", port), 0);
    connect_both();
}
END_TEST

static void add_tests(Suite *suite, const char *name, void (*set_up)(void))
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
        a_reset_is_an_error_not_a_hang,
        writing_to_a_peer_that_is_gone_is_an_error_without_a_signal,
        one_poll_may_read_128_times_then_the_others_have_a_turn,
        a_socket_that_is_always_ready_does_not_starve_a_timer,
        a_paused_clock_stands_until_the_last_of_many_events_is_seen,
        all_who_wait_for_one_stream_are_woken,
        a_reader_and_a_writer_wait_apart,
        closing_wakes_who_waits_and_they_get_an_error,
        closing_a_listener_wakes_who_accepts,
        a_dropped_read_is_not_woken,
        events_of_a_closed_stream_do_not_touch_the_next_one_on_its_fd,
        a_dup_of_a_closed_fd_sends_no_more_events,
        a_wake_may_close_a_stream_whose_event_is_in_the_same_batch,
        a_port_in_use_is_an_error,
        a_host_that_is_no_number_is_an_error,
        ipv6_works_where_there_is_any,
        a_closed_listener_refuses,
        accept_survives_too_many_open_files,
        many_clients_are_accepted_one_after_the_other,
        only_passing_errors_of_accept_are_retried,
        connect_reaches_a_listener,
        connect_to_nobody_is_refused,
        a_dropped_connect_closes_its_socket,
        zeroed_listeners_and_streams_can_be_closed,
        a_listener_can_be_opened_again_on_its_port,
        NULL,
    };
    TCase *cases = tcase_create(name);

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (int i = 0; tests[i]; i++) {
        tcase_add_test(cases, tests[i]);
    }
    suite_add_tcase(suite, cases);
}

Suite *tcp_suite(void)
{
    Suite *suite = suite_create("tcp");

    add_tests(suite, "local", set_up_local);
    add_tests(suite, "real", set_up_real);
    return suite;
}
