/* Datagrams. They run twice: RT_NET=local must change nothing. */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "net_kit.h"
#include "suites.h"

static struct rt_udp_socket one;
static struct rt_udp_socket two;
static char bytes[64];

/* Two sockets that hear what comes to them. */
static void bind_both(void)
{
    ck_assert_int_eq(rt_udp_bind(&one, "127.0.0.1", 0), 0);
    ck_assert_int_eq(rt_udp_bind(&two, "127.0.0.1", 0), 0);
}

static void close_both(void)
{
    rt_udp_close(&one);
    rt_udp_close(&two);
    rt_udp_close(&two);
}

static struct rt_address address_of(const struct rt_udp_socket *socket)
{
    struct rt_address address;

    ck_assert_int_eq(rt_socket_local(socket->fd, &address), 0);
    return address;
}

static void connect_both(void)
{
    struct rt_address address;

    bind_both();
    address = address_of(&two);
    ck_assert_int_eq(rt_udp_connect(&one, &address), 0);
    address = address_of(&one);
    ck_assert_int_eq(rt_udp_connect(&two, &address), 0);
}

/* One sends the text to the address, or to its peer. */
static ssize_t send_text(const char *text, const struct rt_address *peer)
{
    struct rt_udp_send send =
        peer ? rt_udp_send_to(&one, text, strlen(text), peer)
             : rt_udp_send(&one, text, strlen(text));

    ck_assert(net_ends(&send.future));
    return send.result;
}

/* Two receives up to size bytes. */
static struct rt_udp_receive receive(size_t size)
{
    struct rt_udp_receive receive = rt_udp_receive(&two, bytes, size);

    memset(bytes, 0, sizeof(bytes));
    ck_assert_msg(net_ends(&receive.future), "the receive hangs");
    return receive;
}

static void expect_text(const char *text)
{
    struct rt_udp_receive received = receive(sizeof(bytes) - 1);

    ck_assert_int_eq(received.result, (ssize_t)strlen(text));
    ck_assert_str_eq(bytes, text);
    ck_assert(!received.is_truncated);
}

START_TEST(a_datagram_tells_who_sent_it)
{
    struct rt_address to;
    struct rt_address from;
    struct rt_udp_receive received;

    bind_both();
    to = address_of(&two);
    from = address_of(&one);
    ck_assert_int_eq(send_text("hello", &to), 5);
    received = receive(64);
    ck_assert_int_eq(received.result, 5);
    ck_assert(rt_address_is_equal(&received.peer, &from));
    close_both();
}
END_TEST

START_TEST(datagrams_keep_their_bounds)
{
    connect_both();
    ck_assert_int_eq(send_text("a", NULL), 1);
    ck_assert_int_eq(send_text("bc", NULL), 2);
    expect_text("a");
    expect_text("bc");
    close_both();
}
END_TEST

START_TEST(a_datagram_of_no_bytes_is_received_as_one)
{
    connect_both();
    ck_assert_int_eq(send_text("", NULL), 0);
    ck_assert_int_eq(send_text("x", NULL), 1);
    ck_assert_int_eq(receive(64).result, 0);
    expect_text("x");
    close_both();
}
END_TEST

START_TEST(what_does_not_fit_is_lost_and_said_to_be)
{
    struct rt_udp_receive received;

    connect_both();
    ck_assert_int_eq(send_text("12345", NULL), 5);
    ck_assert_int_eq(send_text("exact", NULL), 5);
    received = receive(2);
    ck_assert_int_eq(received.result, 2);
    ck_assert(received.is_truncated);
    ck_assert_str_eq(bytes, "12");
    received = receive(5);
    ck_assert_int_eq(received.result, 5);
    ck_assert(!received.is_truncated);
    close_both();
}
END_TEST

START_TEST(a_datagram_that_is_too_large_is_an_error)
{
    static char much[70000];
    struct rt_udp_send send;

    connect_both();
    send = rt_udp_send(&one, much, sizeof(much));
    ck_assert(net_ends(&send.future));
    ck_assert_int_eq(send.result, -EMSGSIZE);
    close_both();
}
END_TEST

START_TEST(a_receive_waits_until_something_comes)
{
    struct rt_udp_receive waiting;

    connect_both();
    waiting = rt_udp_receive(&two, bytes, 64);
    ck_assert_int_eq(kit_poll(&waiting.future, &net.waker), RT_PENDING);
    ck_assert_int_eq(send_text("x", NULL), 1);
    net_settle();
    ck_assert_int_eq(net.waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&waiting.future, &net.waker), RT_READY);
    ck_assert_int_eq(waiting.result, 1);
    rt_future_drop(&waiting.future);
    close_both();
}
END_TEST

START_TEST(a_dropped_receive_takes_no_datagram)
{
    struct rt_udp_receive waiting;

    connect_both();
    waiting = rt_udp_receive(&two, bytes, 64);
    ck_assert_int_eq(kit_poll(&waiting.future, &net.waker), RT_PENDING);
    rt_future_drop(&waiting.future);
    ck_assert_int_eq(net.waker.held, 0);
    ck_assert_int_eq(send_text("x", NULL), 1);
    expect_text("x");
    close_both();
}
END_TEST

START_TEST(a_peek_leaves_the_datagram_there)
{
    struct rt_address from;

    connect_both();
    from = address_of(&one);
    ck_assert_int_eq(send_text("hello", NULL), 5);
    for (int i = 0; i < 2; i++) {
        struct rt_udp_receive peek = rt_udp_peek(&two, bytes, 2);

        ck_assert(net_ends(&peek.future));
        ck_assert_int_eq(peek.result, 2);
        ck_assert(peek.is_truncated);
        ck_assert(rt_address_is_equal(&peek.peer, &from));
    }
    expect_text("hello");
    close_both();
}
END_TEST

START_TEST(a_connected_socket_hears_its_peer_only)
{
    struct rt_udp_socket stranger;
    struct rt_address to;
    struct rt_udp_send send;

    connect_both();
    to = address_of(&two);
    ck_assert_int_eq(rt_udp_bind(&stranger, "127.0.0.1", 0), 0);
    send = rt_udp_send_to(&stranger, "spam", 4, &to);
    ck_assert(net_ends(&send.future));
    ck_assert_int_eq(send_text("x", NULL), 1);
    expect_text("x");
    rt_udp_close(&stranger);
    close_both();
}
END_TEST

START_TEST(a_send_to_nobody_fails_without_a_peer)
{
    bind_both();
    ck_assert_int_eq(send_text("x", NULL), -EDESTADDRREQ);
    close_both();
}
END_TEST

START_TEST(a_refused_send_is_an_error_of_the_receive)
{
    connect_both();
    rt_udp_close(&one);
    for (int i = 0; i < 2; i++) {
        struct rt_udp_send send = rt_udp_send(&two, "x", 1);

        ck_assert(net_ends(&send.future));
        ck_assert_int_eq(send.result, 1);
        ck_assert_int_eq(receive(64).result, -ECONNREFUSED);
    }
    close_both();
}
END_TEST

START_TEST(a_refused_send_wakes_the_receive_that_waits)
{
    struct rt_udp_receive waiting;
    struct rt_udp_send send;

    connect_both();
    rt_udp_close(&one);
    waiting = rt_udp_receive(&two, bytes, 64);
    ck_assert_int_eq(kit_poll(&waiting.future, &net.waker), RT_PENDING);
    send = rt_udp_send(&two, "x", 1);
    ck_assert(net_ends(&send.future));
    net_settle();
    ck_assert_int_ge(net.waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&waiting.future, &net.waker), RT_READY);
    ck_assert_int_eq(waiting.result, -ECONNREFUSED);
    rt_future_drop(&waiting.future);
    close_both();
}
END_TEST

START_TEST(closing_wakes_the_receive_that_waits)
{
    struct rt_udp_receive waiting;

    bind_both();
    waiting = rt_udp_receive(&two, bytes, 64);
    ck_assert_int_eq(kit_poll(&waiting.future, &net.waker), RT_PENDING);
    close_both();
    ck_assert_int_eq(net.waker.wakes, 1);
    ck_assert(net_ends(&waiting.future));
    ck_assert_int_eq(waiting.result, -EBADF);
}
END_TEST

START_TEST(after_the_shutdown_a_receive_is_an_error)
{
    struct rt_runtime *other;
    struct rt_builder builder = kit_builder();
    struct rt_udp_receive waiting;

    ck_assert_int_eq(rt_build(&builder, &other), 0);
    rt_enter(other);
    ck_assert_int_eq(rt_udp_bind(&two, "127.0.0.1", 0), 0);
    waiting = rt_udp_receive(&two, bytes, 64);
    ck_assert_int_eq(kit_poll(&waiting.future, &net.waker), RT_PENDING);
    rt_shutdown(other);
    ck_assert_int_eq(net.waker.wakes, 1);
    rt_enter(net.runtime);
    ck_assert_int_eq(kit_poll(&waiting.future, &net.waker), RT_READY);
    ck_assert_int_eq(waiting.result, -EBADF);
    rt_future_drop(&waiting.future);
    close_both();
}
END_TEST

START_TEST(a_port_in_use_is_an_error)
{
    struct rt_address taken;

    ck_assert_int_eq(rt_udp_bind(&one, "127.0.0.1", 0), 0);
    taken = address_of(&one);
    ck_assert_int_eq(rt_udp_bind(&two, "127.0.0.1", rt_address_port(&taken)),
                     -EADDRINUSE);
    ck_assert_int_eq(rt_udp_bind(&two, "localhost", 0), -EINVAL);
    close_both();
}
END_TEST

START_TEST(no_memory_is_an_error_and_closes_the_socket)
{
    int before = dup(0);

    close(before);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_udp_bind(&one, "127.0.0.1", 0), -ENOMEM);
    rt_alloc_fail_after(0);
    ck_assert_int_eq(one.fd, -1);
    ck_assert_int_eq(close(before), -1);
    rt_udp_close(&one);
}
END_TEST

START_TEST(a_broadcast_must_be_allowed)
{
    struct rt_address all;

    bind_both();
    ck_assert_int_eq(rt_address_make_ip(&all, "255.255.255.255", 9), 0);
    ck_assert_int_eq(send_text("x", &all), -EACCES);
    ck_assert_int_eq(rt_socket_set(one.fd, RT_SOCKET_BROADCAST, 1), 0);
    ck_assert_int_ne(send_text("x", &all), -EACCES);
    close_both();
}
END_TEST

static int option(const struct rt_udp_socket *socket,
                  enum rt_socket_option number)
{
    int value = -1000;

    ck_assert_int_eq(rt_socket_get(socket->fd, number, &value), 0);
    return value;
}

static void expect_multicast_options(const struct rt_udp_socket *socket)
{
    ck_assert_int_eq(option(socket, RT_SOCKET_MULTICAST_LOOP), 1);
    ck_assert_int_eq(rt_socket_set(socket->fd, RT_SOCKET_MULTICAST_LOOP, 0), 0);
    ck_assert_int_eq(option(socket, RT_SOCKET_MULTICAST_LOOP), 0);
    ck_assert_int_eq(option(socket, RT_SOCKET_MULTICAST_TTL), 1);
    ck_assert_int_eq(rt_socket_set(socket->fd, RT_SOCKET_MULTICAST_TTL, 7), 0);
    ck_assert_int_eq(option(socket, RT_SOCKET_MULTICAST_TTL), 7);
    ck_assert_int_ne(option(socket, RT_SOCKET_TTL), 7);
}

START_TEST(multicast_has_options_of_its_own)
{
    bind_both();
    expect_multicast_options(&one);
    rt_udp_close(&one);
    if (rt_udp_bind(&one, "::1", 0) == 0) {
        expect_multicast_options(&one);
    }
    close_both();
}
END_TEST

START_TEST(a_group_is_heard_between_join_and_leave)
{
    unsigned loopback = if_nametoindex("lo");
    struct rt_address own;
    struct rt_address group;
    struct ip_mreqn out = {.imr_ifindex = (int)loopback};
    char name[32];

    /* Linux delivers to all sockets what any process here has joined. */
    snprintf(name, sizeof(name), "239.%d.%d.1", getpid() / 256 % 256,
             getpid() % 256);
    ck_assert_int_eq(rt_udp_bind(&one, "0.0.0.0", 0), 0);
    ck_assert_int_eq(rt_udp_bind(&two, "0.0.0.0", 0), 0);
    ck_assert_int_eq(rt_udp_join(&two, name, loopback), 0);
    ck_assert_int_eq(rt_udp_join(&two, name, loopback), -EADDRINUSE);
    ck_assert_int_eq(
        setsockopt(one.fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)), 0);
    own = address_of(&two);
    ck_assert_int_eq(rt_address_make_ip(&group, name, rt_address_port(&own)),
                     0);
    ck_assert_int_eq(send_text("x", &group), 1);
    expect_text("x");
    ck_assert_int_eq(rt_udp_leave(&two, name, loopback), 0);
    ck_assert_int_eq(rt_udp_leave(&two, name, loopback), -EADDRNOTAVAIL);
    ck_assert_int_eq(send_text("y", &group), 1);
    ck_assert_int_eq(recv(two.fd, bytes, 64, MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, EAGAIN);
    close_both();
}
END_TEST

START_TEST(a_group_of_ipv6_is_joined_and_left)
{
    unsigned loopback = if_nametoindex("lo");

    if (rt_udp_bind(&one, "::", 0) == 0) {
        ck_assert_int_eq(rt_udp_join(&one, "ff02::7", loopback), 0);
        ck_assert_int_eq(rt_udp_leave(&one, "ff02::7", loopback), 0);
        ck_assert_int_lt(rt_udp_leave(&one, "ff02::7", loopback), 0);
    }
    ck_assert_int_eq(rt_udp_join(&one, "no group", 0), -EINVAL);
    rt_udp_close(&one);
}
END_TEST

Suite *udp_suite(void)
{
    const TTest *const tests[] = {
        a_datagram_tells_who_sent_it,
        datagrams_keep_their_bounds,
        a_datagram_of_no_bytes_is_received_as_one,
        what_does_not_fit_is_lost_and_said_to_be,
        a_datagram_that_is_too_large_is_an_error,
        a_receive_waits_until_something_comes,
        a_dropped_receive_takes_no_datagram,
        a_peek_leaves_the_datagram_there,
        a_connected_socket_hears_its_peer_only,
        a_send_to_nobody_fails_without_a_peer,
        a_refused_send_is_an_error_of_the_receive,
        a_refused_send_wakes_the_receive_that_waits,
        closing_wakes_the_receive_that_waits,
        after_the_shutdown_a_receive_is_an_error,
        a_port_in_use_is_an_error,
        no_memory_is_an_error_and_closes_the_socket,
        a_broadcast_must_be_allowed,
        multicast_has_options_of_its_own,
        a_group_is_heard_between_join_and_leave,
        a_group_of_ipv6_is_joined_and_left,
        NULL,
    };
    Suite *suite = suite_create("udp");

    net_add_tests(suite, tests);
    return suite;
}
