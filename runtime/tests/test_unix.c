/* Unix sockets: paths, names, pairs. */
#include <errno.h>
#include <stdio.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net_kit.h"
#include "suites.h"

/* A path in a folder that is removed afterwards. */
static const char *path_of(const char *name)
{
    static char path[300];

    snprintf(path, sizeof(path), "%s/%s", kit_folder(), name);
    return path;
}

/* A name that no other run of the tests has. */
static const char *abstract_name(void)
{
    static char name[64];

    snprintf(name, sizeof(name), "@polliwog-test-%d", (int)getpid());
    return name;
}

static int connect_to(const char *path)
{
    struct rt_tcp_connect connecting = rt_unix_connect(path);

    ck_assert(net_ends(&connecting.future));
    rt_tcp_stream_close(&connecting.stream);
    return connecting.result;
}

static ssize_t send_from(struct rt_udp_socket *socket, const char *text,
                         const char *path)
{
    struct rt_udp_send send = rt_udp_send(socket, text, strlen(text));

    if (path) {
        ck_assert_int_eq(rt_address_make_path(&send.peer, path), 0);
    }
    ck_assert(net_ends(&send.future));
    return send.result;
}

/* Receives the text; who sent it goes into from. */
static void expect_text(struct rt_udp_socket *socket, const char *text,
                        char from[RT_ADDRESS_TEXT])
{
    struct rt_udp_receive receive = rt_udp_receive(socket, net.buffer, 64);

    ck_assert(net_ends(&receive.future));
    ck_assert_int_eq(receive.result, (ssize_t)strlen(text));
    ck_assert_int_eq(memcmp(net.buffer, text, strlen(text)), 0);
    rt_address_print(&receive.peer, from, RT_ADDRESS_TEXT);
}

/* ---- streams ---- */

/* From the one that is closed then to net.stream. */
static void expect_hello_and_end(struct rt_tcp_stream *from)
{
    struct rt_write write = rt_write_all(&from->io, "hello", 5);

    ck_assert(net_ends(&write.future));
    ck_assert_int_eq(net_read(64), 5);
    rt_tcp_stream_close(from);
    ck_assert_int_eq(net_read(64), 0);
}

static void expect_service_at(const char *path)
{
    struct rt_tcp_listener listener;
    struct rt_tcp_connect connecting = rt_unix_connect(path);
    struct rt_tcp_accept accept;
    char peer[RT_TCP_ADDRESS_SIZE];
    int error;

    /* With io_uring and workers, the one before is gone a moment later. */
    do {
        error = rt_unix_listen(&listener, path);
    } while (error == -EADDRINUSE && sched_yield() == 0);
    ck_assert_int_eq(error, 0);
    accept = rt_tcp_accept(&listener);
    ck_assert(net_ends(&connecting.future));
    ck_assert_int_eq(connecting.result, 0);
    ck_assert(net_ends(&accept.future));
    ck_assert_int_eq(accept.result, 0);
    rt_tcp_stream_peer(&connecting.stream, peer);
    ck_assert_str_eq(peer, path);
    net.stream = accept.stream;
    expect_hello_and_end(&connecting.stream);
    rt_tcp_stream_close(&net.stream);
    rt_tcp_listener_close(&listener);
}

START_TEST(a_client_reaches_a_listener_by_its_path)
{
    expect_service_at(path_of("socket"));
}
END_TEST

START_TEST(a_client_reaches_a_listener_by_an_abstract_name)
{
    expect_service_at(abstract_name());
    /* It is gone with its socket, so it can be taken again. */
    expect_service_at(abstract_name());
}
END_TEST

START_TEST(a_socket_file_stays_until_it_is_unlinked)
{
    const char *path = path_of("socket");
    struct rt_tcp_listener listener;

    ck_assert_int_eq(rt_unix_listen(&listener, path), 0);
    rt_tcp_listener_close(&listener);
    ck_assert_int_eq(access(path, F_OK), 0);
    ck_assert_int_eq(connect_to(path), -ECONNREFUSED);
    ck_assert_int_eq(rt_unix_listen(&listener, path), -EADDRINUSE);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(connect_to(path), -ECONNREFUSED);
    ck_assert_int_eq(rt_unix_listen(&listener, path), 0);
    rt_tcp_listener_close(&listener);
}
END_TEST

START_TEST(a_path_that_cannot_be_is_an_error)
{
    char path[200] = "";
    struct rt_tcp_listener listener;
    struct rt_udp_socket socket;

    ck_assert_int_eq(connect_to(path), -EINVAL);
    memset(path, 'x', sizeof(path) - 1);
    ck_assert_int_eq(connect_to(path), -ENAMETOOLONG);
    ck_assert_int_eq(rt_unix_listen(&listener, path), -ENAMETOOLONG);
    ck_assert_int_eq(rt_unix_bind(&socket, path), -ENAMETOOLONG);
    ck_assert_int_eq(rt_unix_listen(&listener, path_of("no/folder")), -ENOENT);
    rt_tcp_listener_close(&listener);
    rt_udp_close(&socket);
}
END_TEST

START_TEST(a_pair_is_connected_both_ways)
{
    struct rt_tcp_stream other;
    struct rt_write write;

    ck_assert_int_eq(rt_unix_pair(&net.stream, &other), 0);
    write = rt_write_all(&other.io, "there", 5);
    ck_assert(net_ends(&write.future));
    ck_assert_int_eq(net_read(64), 5);
    ck_assert_int_eq(rt_tcp_stream_shutdown(&other), 0);
    ck_assert_int_eq(net_read(64), 0);
    write = rt_write_all(&net.stream.io, "back", 4);
    ck_assert(net_ends(&write.future));
    rt_tcp_stream_close(&net.stream);
    net.stream = other;
    ck_assert_int_eq(net_read(64), 4);
    ck_assert_int_eq(net_read(64), 0);
}
END_TEST

START_TEST(a_pair_without_memory_is_an_error_and_leaves_nothing_open)
{
    int before = dup(0);

    close(before);
    for (unsigned long n = 1; n <= 2; n++) {
        struct rt_tcp_stream streams[2];
        struct rt_udp_socket sockets[2];

        rt_alloc_fail_after(n);
        ck_assert_int_eq(rt_unix_pair(&streams[0], &streams[1]), -ENOMEM);
        rt_alloc_fail_after(n);
        ck_assert_int_eq(rt_unix_datagram_pair(&sockets[0], &sockets[1]),
                         -ENOMEM);
        rt_alloc_fail_after(0);
        ck_assert_int_eq(close(before), -1);
        ck_assert_int_eq(close(before + 1), -1);
        rt_tcp_stream_close(&streams[0]);
        rt_tcp_stream_close(&streams[1]);
    }
}
END_TEST

/* ---- datagrams ---- */

START_TEST(a_datagram_reaches_a_path_and_tells_where_it_is_from)
{
    struct rt_udp_socket server;
    struct rt_udp_socket client;
    char from[RT_ADDRESS_TEXT];

    ck_assert_int_eq(rt_unix_bind(&server, path_of("server")), 0);
    ck_assert_int_eq(rt_unix_bind(&client, path_of("client")), 0);
    ck_assert_int_eq(send_from(&client, "ping", path_of("server")), 4);
    expect_text(&server, "ping", from);
    ck_assert_str_eq(from, path_of("client"));
    ck_assert_int_eq(send_from(&server, "pong", from), 4);
    expect_text(&client, "pong", from);
    rt_udp_close(&client);
    rt_udp_close(&server);
    ck_assert_int_eq(access(path_of("server"), F_OK), 0);
}
END_TEST

START_TEST(a_socket_without_a_name_can_send)
{
    struct rt_udp_socket server;
    struct rt_udp_socket client;
    struct rt_address address;
    char from[RT_ADDRESS_TEXT];

    ck_assert_int_eq(rt_unix_bind(&server, abstract_name()), 0);
    ck_assert_int_eq(rt_unix_unbound(&client), 0);
    ck_assert_int_eq(rt_address_make_path(&address, abstract_name()), 0);
    ck_assert_int_eq(rt_udp_connect(&client, &address), 0);
    ck_assert_int_eq(send_from(&client, "ping", NULL), 4);
    expect_text(&server, "ping", from);
    ck_assert_str_eq(from, "local");
    rt_udp_close(&server);
    ck_assert_int_eq(send_from(&client, "ping", NULL), -ECONNREFUSED);
    rt_udp_close(&client);
}
END_TEST

START_TEST(a_send_waits_while_the_receiver_is_full)
{
    struct rt_udp_socket one;
    struct rt_udp_socket other;
    struct rt_udp_send send;
    char from[RT_ADDRESS_TEXT];
    int sent = -1;

    ck_assert_int_eq(rt_unix_datagram_pair(&one, &other), 0);
    net_settle();
    do {
        send = rt_udp_send(&one, "x", 1);
        sent++;
    } while (kit_poll(&send.future, &net.waker) == RT_READY);
    ck_assert_int_gt(sent, 0);
    for (int i = 0; i < sent; i++) {
        expect_text(&other, "x", from);
    }
    net_settle();
    ck_assert_int_ge(net.waker.wakes, 1);
    ck_assert(net_ends(&send.future));
    ck_assert_int_eq(send.result, 1);
    expect_text(&other, "x", from);
    rt_udp_close(&one);
    rt_udp_close(&other);
}
END_TEST

Suite *unix_suite(void)
{
    const TTest *const tests[] = {
        a_client_reaches_a_listener_by_its_path,
        a_client_reaches_a_listener_by_an_abstract_name,
        a_socket_file_stays_until_it_is_unlinked,
        a_path_that_cannot_be_is_an_error,
        a_pair_is_connected_both_ways,
        a_pair_without_memory_is_an_error_and_leaves_nothing_open,
        a_datagram_reaches_a_path_and_tells_where_it_is_from,
        a_socket_without_a_name_can_send,
        a_send_waits_while_the_receiver_is_full,
        NULL,
    };
    Suite *suite = suite_create("unix");

    net_add_local_tests(suite, tests);
    return suite;
}
