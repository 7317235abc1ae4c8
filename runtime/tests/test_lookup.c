/* Lookup: names to addresses, with a resolver of our own in place of libc's. */
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "kit.h"
#include "net/lookup.h"
#include "suites.h"

static int error_to_give;
static int addresses_to_give;
static unsigned network = 0x0a000000; /* 10.0.0.0 */

/* Gives 10.0.0.1, 10.0.0.2, ... or the error. */
int getaddrinfo(const char *host, const char *service,
                const struct addrinfo *hints, struct addrinfo **list)
{
    ck_assert_str_eq(host, "some.host");
    ck_assert_ptr_null(service);
    ck_assert_int_eq(hints->ai_socktype, SOCK_STREAM);
    *list = NULL;
    for (int i = addresses_to_give; i > 0; i--) {
        struct addrinfo *info = calloc(1, sizeof(*info));
        struct sockaddr_in *address = calloc(1, sizeof(*address));

        address->sin_family = AF_INET;
        address->sin_addr.s_addr = htonl(network + (unsigned)i);
        info->ai_family = AF_INET;
        info->ai_addr = (struct sockaddr *)(void *)address;
        info->ai_addrlen = sizeof(*address);
        info->ai_next = *list;
        *list = info;
    }
    return error_to_give;
}

void freeaddrinfo(struct addrinfo *list)
{
    while (list) {
        struct addrinfo *next = list->ai_next;

        free(list->ai_addr);
        free(list);
        list = next;
    }
}

enum { MOST = 20 };

static struct rt_address found[MOST];

static int look_up(const char *host, size_t most)
{
    struct rt_runtime *runtime = kit_runtime();
    struct rt_lookup lookup = rt_lookup(host, 80, found, most);

    ck_assert_int_eq(rt_block_on(runtime, &lookup.future), 0);
    rt_shutdown(runtime);
    return lookup.result;
}

static void expect_address(int index, const char *expected)
{
    char text[RT_ADDRESS_TEXT];

    rt_address_print(&found[index], text, sizeof(text));
    ck_assert_str_eq(text, expected);
}

START_TEST(a_name_gives_its_addresses_in_order)
{
    addresses_to_give = 2;
    ck_assert_int_eq(look_up("some.host", MOST), 2);
    expect_address(0, "10.0.0.1:80");
    expect_address(1, "10.0.0.2:80");
}
END_TEST

START_TEST(a_number_needs_no_resolver)
{
    ck_assert_int_eq(look_up("::1", MOST), 1);
    expect_address(0, "[::1]:80");
    ck_assert_int_eq(look_up("127.0.0.1", 1), 1);
    expect_address(0, "127.0.0.1:80");
}
END_TEST

START_TEST(no_more_addresses_than_there_is_room_for)
{
    addresses_to_give = 20;
    ck_assert_int_eq(look_up("some.host", 3), 3);
    expect_address(2, "10.0.0.3:80");
    ck_assert_int_eq(look_up("some.host", MOST), RT_LOOKUP_MOST);
}
END_TEST

START_TEST(resolver_errors_become_errno_values)
{
    static const int expected[][2] = {
        {EAI_NONAME, -ENOENT}, {EAI_AGAIN, -EAGAIN},  {EAI_FAIL, -EIO},
        {EAI_MEMORY, -ENOMEM}, {EAI_FAMILY, -EINVAL},
    };

    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        error_to_give = expected[i][0];
        ck_assert_int_eq(look_up("some.host", MOST), expected[i][1]);
    }
}
END_TEST

START_TEST(a_name_without_an_address_is_not_found)
{
    ck_assert_int_eq(look_up("some.host", MOST), -ENOENT);
}
END_TEST

START_TEST(a_lookup_without_memory_says_so)
{
    struct rt_runtime *runtime = kit_runtime();
    struct rt_lookup lookup;

    rt_alloc_fail_after(1);
    lookup = rt_lookup("some.host", 80, found, MOST);
    ck_assert_int_eq(rt_block_on(runtime, &lookup.future), 0);
    ck_assert_int_eq(lookup.result, -ENOMEM);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_dropped_lookup_writes_nothing)
{
    struct rt_runtime *runtime = kit_runtime();
    struct rt_lookup lookup = rt_lookup("some.host", 80, found, MOST);
    struct kit_waker waker;

    kit_waker_init(&waker);
    addresses_to_give = 1;
    if (kit_poll(&lookup.future, &waker) == RT_PENDING) {
        rt_future_drop(&lookup.future);
        rt_shutdown(runtime);
        ck_assert_uint_eq(found[0].size, 0);
        ck_assert_int_eq(waker.held, 0);
    } else {
        rt_future_drop(&lookup.future); /* the thread was very quick */
        rt_shutdown(runtime);
    }
}
END_TEST

/* ---- connecting by name ---- */

/* A port on which 127.0.0.1 refuses and 127.0.0.2 listens. */
static uint16_t port_of_the_second(int *first, struct rt_tcp_listener *second)
{
    struct rt_address address;

    network = 0x7f000000; /* 127.0.0.0 */
    ck_assert_int_eq(rt_address_parse(&address, "127.0.0.1:0"), 0);
    *first = rt_socket_open_bound(&address, SOCK_STREAM);
    ck_assert_int_eq(rt_socket_local(*first, &address), 0);
    ck_assert_int_eq(
        rt_tcp_listen(second, "127.0.0.2", rt_address_port(&address)), 0);
    return rt_address_port(&address);
}

START_TEST(each_address_of_a_name_is_tried_in_turn)
{
    struct rt_runtime *runtime = kit_runtime();
    struct rt_tcp_listener second;
    struct rt_tcp_connect_name connecting;
    char peer[RT_TCP_ADDRESS_SIZE];
    int first;
    uint16_t port = port_of_the_second(&first, &second);

    addresses_to_give = 3;
    connecting = rt_tcp_connect_name("some.host", port);
    ck_assert_int_eq(rt_block_on(runtime, &connecting.future), 0);
    ck_assert_int_eq(connecting.result, 0);
    ck_assert_int_eq(connecting.tried, 1);
    rt_tcp_stream_peer(&connecting.stream, peer);
    ck_assert_int_eq(strncmp(peer, "127.0.0.2:", 10), 0);
    rt_tcp_stream_close(&connecting.stream);
    rt_tcp_listener_close(&second);
    close(first);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_name_whose_addresses_all_refuse_gives_the_last_error)
{
    struct rt_runtime *runtime = kit_runtime();
    struct rt_tcp_listener second;
    struct rt_tcp_connect_name connecting;
    int first;
    uint16_t port = port_of_the_second(&first, &second);

    addresses_to_give = 1;
    connecting = rt_tcp_connect_name("some.host", port);
    ck_assert_int_eq(rt_block_on(runtime, &connecting.future), 0);
    ck_assert_int_eq(connecting.result, -ECONNREFUSED);
    ck_assert_ptr_null(connecting.stream.source);
    rt_tcp_listener_close(&second);
    close(first);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_name_that_is_not_found_is_not_connected_to)
{
    struct rt_runtime *runtime = kit_runtime();
    struct rt_tcp_connect_name connecting = rt_tcp_connect_name("some.host", 1);

    error_to_give = EAI_NONAME;
    ck_assert_int_eq(rt_block_on(runtime, &connecting.future), 0);
    ck_assert_int_eq(connecting.result, -ENOENT);
    ck_assert_int_eq(connecting.tried, 0);
    rt_shutdown(runtime);
}
END_TEST

Suite *lookup_suite(void)
{
    const TTest *const tests[] = {
        a_name_gives_its_addresses_in_order,
        a_number_needs_no_resolver,
        no_more_addresses_than_there_is_room_for,
        resolver_errors_become_errno_values,
        a_name_without_an_address_is_not_found,
        a_lookup_without_memory_says_so,
        a_dropped_lookup_writes_nothing,
        each_address_of_a_name_is_tried_in_turn,
        a_name_whose_addresses_all_refuse_gives_the_last_error,
        a_name_that_is_not_found_is_not_connected_to,
        NULL,
    };

    return suite_of("lookup", tests);
}
