/* Options, steps, peeking, and the ends of connections. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net_kit.h"
#include "suites.h"

static int option(int fd, enum rt_socket_option number)
{
    int value = -1000;

    ck_assert_int_eq(rt_socket_get(fd, number, &value), 0);
    return value;
}

/* Sets it to the value, and that is what it is then. */
static void expect_kept(int fd, enum rt_socket_option number, int value)
{
    ck_assert_int_eq(rt_socket_set(fd, number, value), 0);
    ck_assert_int_eq(option(fd, number), value);
}

/* ---- options ---- */

START_TEST(options_of_a_stream_are_kept)
{
    int fd;

    net_connect_both();
    fd = net.stream.fd;
    expect_kept(fd, RT_SOCKET_LINGER_S, -1);
    expect_kept(fd, RT_SOCKET_LINGER_S, 0);
    expect_kept(fd, RT_SOCKET_LINGER_S, 3);
    ck_assert_int_eq(rt_socket_set(fd, RT_SOCKET_SEND_BUFFER, 8192), 0);
    ck_assert_int_eq(option(fd, RT_SOCKET_SEND_BUFFER), 16384);
    ck_assert_int_eq(rt_socket_set(fd, RT_SOCKET_RECEIVE_BUFFER, 8192), 0);
    ck_assert_int_eq(option(fd, RT_SOCKET_RECEIVE_BUFFER), 16384);
    if (net.is_local) {
        return;
    }
    expect_kept(fd, RT_SOCKET_NODELAY, 1);
    expect_kept(fd, RT_SOCKET_NODELAY, 0);
    expect_kept(fd, RT_SOCKET_KEEPALIVE, 1);
    expect_kept(fd, RT_SOCKET_KEEPALIVE_IDLE_S, 71);
    expect_kept(fd, RT_SOCKET_KEEPALIVE_INTERVAL_S, 7);
    expect_kept(fd, RT_SOCKET_KEEPALIVE_COUNT, 3);
    expect_kept(fd, RT_SOCKET_TTL, 42);
}
END_TEST

START_TEST(an_option_that_makes_no_sense_is_an_error)
{
    int value;

    net_connect_both();
    ck_assert_int_eq(rt_socket_set(-1, RT_SOCKET_NODELAY, 1), -EBADF);
    ck_assert_int_eq(rt_socket_get(-1, RT_SOCKET_TTL, &value), -EBADF);
    ck_assert_int_lt(rt_socket_set(net.stream.fd, RT_SOCKET_TTL, 256), 0);
    ck_assert_int_lt(rt_socket_set(net.stream.fd, RT_SOCKET_ONLY_V6, 1), 0);
}
END_TEST

START_TEST(a_closed_stream_has_no_options_nor_addresses)
{
    struct rt_address address;

    net_connect_both();
    rt_tcp_stream_close(&net.stream);
    ck_assert_int_eq(rt_socket_set(net.stream.fd, RT_SOCKET_NODELAY, 1),
                     -EBADF);
    ck_assert_int_eq(rt_socket_local(net.stream.fd, &address), -EBADF);
    ck_assert_int_eq(rt_socket_peer(net.stream.fd, &address), -EBADF);
}
END_TEST

START_TEST(a_hop_limit_of_ipv6_is_a_ttl_as_well)
{
    int fd = rt_socket_open(AF_INET6, SOCK_STREAM);
    int hops = 0;
    socklen_t size = sizeof(hops);

    if (fd >= 0) {
        expect_kept(fd, RT_SOCKET_TTL, 42);
        getsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, &size);
        ck_assert_int_eq(hops, 42);
        expect_kept(fd, RT_SOCKET_ONLY_V6, 1);
        close(fd);
    }
}
END_TEST

/* ---- addresses ---- */

START_TEST(both_ends_of_a_stream_agree_on_their_addresses)
{
    struct rt_address ours;
    struct rt_address theirs;

    net_connect_both();
    ck_assert_int_eq(rt_socket_local(net.stream.fd, &ours), 0);
    ck_assert_int_eq(rt_socket_peer(net.client, &theirs), 0);
    ck_assert(rt_address_is_equal(&ours, &theirs));
    ck_assert_int_eq(rt_socket_peer(net.stream.fd, &ours), 0);
    ck_assert_int_eq(rt_socket_local(net.client, &theirs), 0);
    ck_assert(rt_address_is_equal(&ours, &theirs));
    ck_assert_int_eq(rt_socket_local(net.listener.fd, &ours), 0);
    ck_assert_uint_eq(rt_address_port(&ours), net.is_local ? 0 : net.port);
    ck_assert_int_eq(rt_socket_peer(net.listener.fd, &ours), -ENOTCONN);
}
END_TEST

/* ---- in steps ---- */

static struct rt_address loopback(uint16_t port)
{
    struct rt_address address;

    ck_assert_int_eq(rt_address_make_ip(&address, "127.0.0.1", port), 0);
    return address;
}

static int bound_socket(enum rt_socket_option number, uint16_t port)
{
    struct rt_address address = loopback(port);
    int fd = rt_socket_open(AF_INET, SOCK_STREAM);

    ck_assert_int_eq(rt_socket_set(fd, number, 1), 0);
    ck_assert_int_eq(rt_socket_bind(fd, &address), 0);
    return fd;
}

START_TEST(two_listeners_share_a_port_when_both_say_so)
{
    struct rt_tcp_listener one;
    struct rt_tcp_listener two;
    struct rt_address address;
    uint16_t port;

    ck_assert_int_eq(
        rt_tcp_listen_on(&one, bound_socket(RT_SOCKET_REUSE_PORT, 0), 1), 0);
    port = rt_tcp_listener_port(&one);
    ck_assert_int_eq(
        rt_tcp_listen_on(&two, bound_socket(RT_SOCKET_REUSE_PORT, port), 1), 0);
    address = loopback(port);
    rt_tcp_listener_close(&one);
    ck_assert_int_eq(rt_tcp_listen_to(&one, &address), -EADDRINUSE);
    rt_tcp_listener_close(&two);
}
END_TEST

START_TEST(a_listener_of_what_is_no_socket_is_an_error_and_closes_it)
{
    struct rt_tcp_listener listener;
    int pipes[2];

    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert_int_eq(rt_tcp_listen_on(&listener, pipes[0], 1), -ENOTSOCK);
    ck_assert_int_eq(close(pipes[0]), -1);
    rt_tcp_listener_close(&listener);
    close(pipes[1]);
}
END_TEST

START_TEST(a_client_may_choose_the_address_it_comes_from)
{
    int fd = bound_socket(RT_SOCKET_NODELAY, 0);
    struct rt_address here;
    struct rt_address seen;
    struct rt_address peer = loopback(net.port);
    struct rt_tcp_connect connecting = rt_tcp_connect_on(fd, &peer);

    ck_assert_int_eq(rt_socket_local(fd, &here), 0);
    ck_assert(net_ends(&connecting.future));
    if (net.is_local) {
        ck_assert_int_eq(connecting.result, -ECONNREFUSED);
        return;
    }
    ck_assert_int_eq(connecting.result, 0);
    net.stream = net_accept();
    ck_assert_int_eq(rt_socket_peer(net.stream.fd, &seen), 0);
    ck_assert(rt_address_is_equal(&here, &seen));
    ck_assert_int_eq(option(connecting.stream.fd, RT_SOCKET_NODELAY), 1);
    rt_tcp_stream_close(&connecting.stream);
}
END_TEST

START_TEST(a_connect_that_was_never_polled_closes_its_socket_when_dropped)
{
    int fd = rt_socket_open(AF_INET, SOCK_STREAM);
    struct rt_address peer = loopback(net.port);
    struct rt_tcp_connect connecting = rt_tcp_connect_on(fd, &peer);

    rt_future_drop(&connecting.future);
    ck_assert_int_eq(close(fd), -1);
}
END_TEST

START_TEST(a_connect_that_takes_too_long_closes_its_socket)
{
    /* The one place of the backlog is taken, so nobody answers any more. */
    int full = bound_socket(RT_SOCKET_REUSE_ADDRESS, 0);
    struct pollfd arrived = {.fd = full, .events = POLLIN};
    struct rt_address peer;
    struct rt_tcp_connect connecting[2];
    struct rt_timeout limit;
    int before;

    ck_assert_int_eq(listen(full, 0), 0);
    ck_assert_int_eq(rt_socket_local(full, &peer), 0);
    connecting[0] = rt_tcp_connect_to(&peer);
    ck_assert(net_ends(&connecting[0].future));
    ck_assert_int_eq(poll(&arrived, 1, 3000), 1);
    before = dup(0);
    close(before);
    connecting[1] = rt_tcp_connect_to(&peer);
    limit = RT_TIMEOUT(connecting[1], RT_MILLISECONDS(1));
    ck_assert_int_eq(rt_block_on(net.runtime, &limit.future), 0);
    ck_assert(limit.is_expired);
    ck_assert_int_eq(close(before), -1);
    rt_tcp_stream_close(&connecting[0].stream);
    close(full);
}
END_TEST

START_TEST(a_connect_without_memory_is_an_error_and_closes_its_socket)
{
    struct rt_tcp_connect connecting = rt_tcp_connect("127.0.0.1", net.port);
    int before = dup(0);

    close(before);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(kit_poll(&connecting.future, &net.waker), RT_READY);
    rt_alloc_fail_after(0);
    ck_assert_int_eq(connecting.result, -ENOMEM);
    ck_assert_int_eq(close(before), -1);
}
END_TEST

START_TEST(a_listener_without_memory_is_an_error_and_closes_its_socket)
{
    struct rt_tcp_listener listener;
    int fd = bound_socket(RT_SOCKET_REUSE_ADDRESS, 0);

    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_tcp_listen_on(&listener, fd, 1), -ENOMEM);
    rt_alloc_fail_after(0);
    ck_assert_int_eq(close(fd), -1);
    rt_tcp_listener_close(&listener);
}
END_TEST

/* ---- peek ---- */

START_TEST(a_peek_leaves_the_bytes_for_the_next_read)
{
    struct rt_read peek;

    net_connect_both();
    peek = rt_tcp_peek(&net.stream, net.buffer, 64);
    ck_assert_int_eq(kit_poll(&peek.future, &net.waker), RT_PENDING);
    net_send("hello");
    for (int i = 0; i < 3; i++) {
        ck_assert(net_ends(&peek.future));
        ck_assert_int_eq(peek.result, 5);
        ck_assert_int_eq(memcmp(net.buffer, "hello", 5), 0);
        peek = rt_tcp_peek(&net.stream, net.buffer, 64);
    }
    ck_assert_int_eq(net_read(64), 5);
}
END_TEST

START_TEST(a_peek_sees_the_end_and_is_dropped_cleanly)
{
    struct rt_read peek;

    net_connect_both();
    peek = rt_tcp_peek(&net.stream, net.buffer, 64);
    ck_assert_int_eq(kit_poll(&peek.future, &net.waker), RT_PENDING);
    rt_future_drop(&peek.future);
    ck_assert_int_eq(net.waker.held, 0);
    ck_assert_int_eq(shutdown(net.client, SHUT_WR), 0);
    peek = rt_tcp_peek(&net.stream, net.buffer, 64);
    ck_assert(net_ends(&peek.future));
    ck_assert_int_eq(peek.result, 0);
}
END_TEST

/* ---- ends ---- */

START_TEST(a_close_with_linger_0_resets_the_connection)
{
    net_connect_both();
    ck_assert_int_eq(rt_socket_set(net.stream.fd, RT_SOCKET_LINGER_S, 0), 0);
    rt_tcp_stream_close(&net.stream);
    /* Unix sockets know no linger. */
    ck_assert_int_eq(recv(net.client, net.buffer, 1, 0), net.is_local ? 0 : -1);
    ck_assert(net.is_local || errno == ECONNRESET);
}
END_TEST

START_TEST(a_stream_that_is_adopted_works_like_one_accepted)
{
    struct rt_tcp_stream stream;
    struct rt_write write;
    int pair[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair),
                     0);
    net.client = pair[0];
    ck_assert_int_eq(rt_tcp_stream_adopt(&stream, pair[1]), 0);
    write = rt_write_all(&stream.io, "hello", 5);
    ck_assert(net_ends(&write.future));
    ck_assert_int_eq(recv(net.client, net.buffer, 64, 0), 5);
    rt_tcp_stream_close(&stream);
}
END_TEST

START_TEST(closing_wakes_all_who_read_write_and_peek)
{
    static char much[1 << 20];
    struct rt_read read;
    struct rt_read peek;
    struct rt_write write;

    net_connect_both();
    read = rt_read(&net.stream.io, net.buffer, 1);
    peek = rt_tcp_peek(&net.stream, net.buffer, 1);
    write = rt_write_all(&net.stream.io, much, sizeof(much));
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&peek.future, &net.waker), RT_PENDING);
    while (kit_poll(&write.future, &net.waker) == RT_READY) {
        write = rt_write_all(&net.stream.io, much, sizeof(much));
    }
    rt_tcp_stream_close(&net.stream);
    ck_assert_int_eq(net.waker.wakes, 3);
    ck_assert(net_ends(&read.future));
    ck_assert(net_ends(&peek.future));
    ck_assert(net_ends(&write.future));
    ck_assert_int_eq(read.result, -EBADF);
    ck_assert_int_eq(peek.result, -EBADF);
    ck_assert_int_eq(write.result, -EBADF);
}
END_TEST

/* Ends the socket that the fd names, as a thread does. */
static void *shut_down(void *fd)
{
    ck_assert_int_eq(rt_socket_shutdown(*(int *)fd, SHUT_RDWR), 0);
    return NULL;
}

static void shut_down_on_a_thread(int fd)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, shut_down, &fd), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

START_TEST(another_thread_may_end_a_stream)
{
    struct rt_read read;
    struct rt_write write;

    net_connect_both();
    read = rt_read(&net.stream.io, net.buffer, 1);
    ck_assert_int_eq(kit_poll(&read.future, &net.waker), RT_PENDING);
    shut_down_on_a_thread(net.stream.fd);
    ck_assert(net_ends(&read.future));
    ck_assert_int_eq(read.result, 0);
    write = rt_write(&net.stream.io, "x", 1);
    ck_assert(net_ends(&write.future));
    ck_assert_int_eq(write.result, -EPIPE);
}
END_TEST

START_TEST(another_thread_may_end_a_listener)
{
    struct rt_tcp_accept accept = rt_tcp_accept(&net.listener);

    if (net.is_local) {
        return;
    }
    ck_assert_int_eq(kit_poll(&accept.future, &net.waker), RT_PENDING);
    shut_down_on_a_thread(net.listener.fd);
    ck_assert(net_ends(&accept.future));
    ck_assert_int_eq(accept.result, -EINVAL);
    ck_assert(!rt_tcp_accept_should_retry(accept.result));
}
END_TEST

/* ---- a server without fds ---- */

/* Accepts until it has a client; after an error that passes it waits. */
struct server {
    struct rt_future future;
    struct rt_tcp_accept accept;
    struct rt_sleep pause;
    int errors;
};

KIT_OPS(server);

static enum rt_poll server_poll(struct rt_future *future, struct rt_context *cx)
{
    struct server *self = RT_SELF(future, struct server);

    RT_BEGIN(self);
    for (;;) {
        self->accept = rt_tcp_accept(&net.listener);
        RT_AWAIT(self->accept);
        if (self->accept.result == 0) {
            RT_RETURN();
        }
        ck_assert(rt_tcp_accept_should_retry(self->accept.result));
        self->errors++;
        self->pause = rt_sleep(RT_MILLISECONDS(100));
        RT_AWAIT(self->pause);
    }
    RT_END(self);
}

static rlim_t set_file_limit(rlim_t most)
{
    struct rlimit limit;
    rlim_t before;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    before = limit.rlim_cur;
    limit.rlim_cur = most;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

START_TEST(a_server_survives_emfile_and_serves_the_client_later)
{
    struct server server = KIT_MAKE(server);
    struct rt_sleep second;
    struct rt_select either;
    rlim_t before;

    net.client = net_connect_client();
    net_settle();
    rt_pause();
    before = set_file_limit((rlim_t)net.client + 1);
    second = rt_sleep(RT_MILLISECONDS(950));
    either = RT_SELECT(server, second);
    ck_assert_int_eq(rt_block_on(net.runtime, &either.future), 0);
    set_file_limit(before);
    ck_assert_int_eq(server.errors, 10);
    server = KIT_MAKE(server);
    ck_assert(net_ends(&server.future));
    net.stream = server.accept.stream;
}
END_TEST

Suite *socket_suite(void)
{
    const TTest *const tests[] = {
        options_of_a_stream_are_kept,
        an_option_that_makes_no_sense_is_an_error,
        a_closed_stream_has_no_options_nor_addresses,
        a_hop_limit_of_ipv6_is_a_ttl_as_well,
        both_ends_of_a_stream_agree_on_their_addresses,
        two_listeners_share_a_port_when_both_say_so,
        a_listener_of_what_is_no_socket_is_an_error_and_closes_it,
        a_client_may_choose_the_address_it_comes_from,
        a_connect_that_was_never_polled_closes_its_socket_when_dropped,
        a_connect_that_takes_too_long_closes_its_socket,
        a_connect_without_memory_is_an_error_and_closes_its_socket,
        a_listener_without_memory_is_an_error_and_closes_its_socket,
        a_peek_leaves_the_bytes_for_the_next_read,
        a_peek_sees_the_end_and_is_dropped_cleanly,
        a_close_with_linger_0_resets_the_connection,
        a_stream_that_is_adopted_works_like_one_accepted,
        closing_wakes_all_who_read_write_and_peek,
        another_thread_may_end_a_stream,
        another_thread_may_end_a_listener,
        NULL,
    };
    const TTest *const lone[] = {
        a_server_survives_emfile_and_serves_the_client_later,
        NULL,
    };
    Suite *suite = suite_create("socket");

    net_add_tests(suite, tests);
    net_add_lone_tests(suite, lone);
    return suite;
}
