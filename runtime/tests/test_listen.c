/* Listening, accepting, connecting. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net_kit.h"
#include "suites.h"

START_TEST(a_port_in_use_is_an_error)
{
    struct rt_tcp_listener second;

    ck_assert_int_eq(rt_tcp_listen(&second, "127.0.0.1", net.port),
                     -EADDRINUSE);
    rt_tcp_listener_close(&second);
}
END_TEST

START_TEST(a_host_that_is_no_number_is_an_error)
{
    struct rt_tcp_listener second;

    if (!net.is_local) {
        ck_assert_int_eq(rt_tcp_listen(&second, "localhost", 0), -EINVAL);
    }
}
END_TEST

START_TEST(ipv6_works_where_there_is_any)
{
    struct rt_tcp_listener second;
    struct rt_tcp_connect connecting;
    char peer[RT_TCP_ADDRESS_SIZE];

    if (net.is_local || rt_tcp_listen(&second, "::1", 0) != 0) {
        return;
    }
    connecting = rt_tcp_connect("::1", rt_tcp_listener_port(&second));
    ck_assert(net_ends(&connecting.future));
    ck_assert_int_eq(connecting.result, 0);
    rt_tcp_stream_peer(&connecting.stream, peer);
    ck_assert_int_eq(strncmp(peer, "[::1]:", 6), 0);
    rt_tcp_stream_close(&connecting.stream);
    rt_tcp_listener_close(&second);
}
END_TEST

START_TEST(a_closed_listener_refuses)
{
    rt_tcp_listener_close(&net.listener);
    rt_tcp_listener_close(&net.listener);
    ck_assert_int_eq(net_connect_client(), -ECONNREFUSED);
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
    struct rt_tcp_accept accept = rt_tcp_accept(&net.listener);
    int free_fd;

    net.client = net_connect_client();
    free_fd = dup(net.client);
    close(free_fd);
    limit_files((rlim_t)free_fd);
    ck_assert(net_ends(&accept.future));
    ck_assert_int_eq(accept.result, -EMFILE);
    ck_assert(rt_tcp_accept_should_retry(accept.result));
    limit_files((rlim_t)free_fd + 10);
    net.stream = net_accept();
}
END_TEST

START_TEST(many_clients_are_accepted_one_after_the_other)
{
    int clients[50];

    for (int i = 0; i < 50; i++) {
        clients[i] = net_connect_client();
        ck_assert_int_ge(clients[i], 0);
    }
    for (int i = 0; i < 50; i++) {
        net.stream = net_accept();
        rt_tcp_stream_close(&net.stream);
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
    struct rt_tcp_connect connecting = rt_tcp_connect("127.0.0.1", net.port);
    char peer[RT_TCP_ADDRESS_SIZE];
    char expected[RT_TCP_ADDRESS_SIZE];

    ck_assert(net_ends(&connecting.future));
    ck_assert_int_eq(connecting.result, 0);
    net.stream = net_accept();
    rt_tcp_stream_peer(&connecting.stream, peer);
    snprintf(expected, sizeof(expected), net.is_local ? "%s/%u" : "%s:%u",
             net.is_local ? kit_folder() : "127.0.0.1", net.port);
    ck_assert_str_eq(peer, expected);
    rt_tcp_stream_peer(&net.stream, peer);
    ck_assert_int_eq(strcmp(peer, "local") == 0, net.is_local);
    rt_tcp_stream_close(&connecting.stream);
    rt_tcp_stream_peer(&connecting.stream, peer);
    ck_assert_str_eq(peer, "nobody");
}
END_TEST

START_TEST(connect_to_nobody_is_refused)
{
    struct rt_tcp_connect connecting;

    rt_tcp_listener_close(&net.listener);
    connecting = rt_tcp_connect("127.0.0.1", net.port);
    ck_assert(net_ends(&connecting.future));
    ck_assert_int_eq(connecting.result, -ECONNREFUSED);
    /* A port that nobody ever had. */
    connecting = rt_tcp_connect("127.0.0.1", 1);
    ck_assert(net_ends(&connecting.future));
    ck_assert_int_eq(connecting.result, -ECONNREFUSED);
}
END_TEST

START_TEST(a_dropped_connect_closes_its_socket)
{
    struct rt_tcp_connect connecting = rt_tcp_connect("127.0.0.1", net.port);
    int before = dup(0);
    int after;

    close(before);
    if (kit_poll(&connecting.future, &net.waker) == RT_PENDING) {
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
    if (net.is_local) {
        return; /* the socket file stays, so that a connect is refused */
    }
    rt_tcp_listener_close(&net.listener);
    ck_assert_int_eq(rt_tcp_listen(&net.listener, "127.0.0.1", net.port), 0);
    net_connect_both();
}
END_TEST

Suite *listen_suite(void)
{
    const TTest *const tests[] = {
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
    Suite *suite = suite_create("listen");

    net_add_tests(suite, tests);
    return suite;
}
