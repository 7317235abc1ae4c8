#include "net_kit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/address.h"

enum { LOCAL_PORT = 7 };

struct net_scene net;

/* ---- the fixtures ---- */

static void listen_somewhere(struct rt_builder builder)
{
    kit_waker_init(&net.waker);
    ck_assert_int_eq(rt_build(&builder, &net.runtime), 0);
    rt_enter(net.runtime);
    ck_assert_int_eq(rt_tcp_listen(&net.listener, "127.0.0.1",
                                   net.is_local ? LOCAL_PORT : 0),
                     0);
    net.port = net.is_local ? LOCAL_PORT : rt_tcp_listener_port(&net.listener);
    net.client = -1;
}

static void be_local(struct rt_builder builder)
{
    net.is_local = true;
    kit_local_net();
    listen_somewhere(builder);
}

static void be_real(struct rt_builder builder)
{
    net.is_local = false;
    unsetenv("RT_NET");
    listen_somewhere(builder);
}

static void set_up_local(void)
{
    be_local(kit_builder());
}

static void set_up_real(void)
{
    be_real(kit_builder());
}

static void set_up_lone_local(void)
{
    be_local(kit_lone_builder());
}

static void set_up_lone_real(void)
{
    be_real(kit_lone_builder());
}

static void tear_down(void)
{
    rt_tcp_stream_close(&net.stream);
    rt_tcp_listener_close(&net.listener);
    if (net.client >= 0) {
        close(net.client);
    }
    ck_assert_int_eq(net.waker.held, 0);
    rt_shutdown(net.runtime);
    if (net.is_local) {
        kit_no_local_net();
    }
}

int net_connect_client(void)
{
    struct rt_address address;
    int fd;

    ck_assert_int_eq(rt_address_make(&address, "127.0.0.1", net.port), 0);
    fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, &address.any, address.size) < 0) {
        int error = errno;

        close(fd);
        return -error;
    }
    return fd;
}

bool net_ends(struct rt_future *future)
{
    struct rt_timeout limit = rt_timeout(future, RT_SECONDS(3));

    ck_assert_int_eq(rt_block_on(net.runtime, &limit.future), 0);
    return !limit.is_expired;
}

struct rt_tcp_stream net_accept(void)
{
    struct rt_tcp_accept accept = rt_tcp_accept(&net.listener);

    ck_assert(net_ends(&accept.future));
    ck_assert_int_eq(accept.result, 0);
    return accept.stream;
}

void net_connect_both(void)
{
    net.client = net_connect_client();
    ck_assert_int_ge(net.client, 0);
    net.stream = net_accept();
}

ssize_t net_read(size_t size)
{
    struct rt_read read = rt_read(&net.stream.io, net.buffer, size);

    memset(net.buffer, 0, sizeof(net.buffer));
    ck_assert_msg(net_ends(&read.future), "the read hangs");
    return read.result;
}

void net_send(const char *text)
{
    ck_assert_int_eq(send(net.client, text, strlen(text), 0),
                     (ssize_t)strlen(text));
}

void net_settle(void)
{
    struct rt_sleep nap = rt_sleep(RT_MILLISECONDS(5));

    rt_block_on(net.runtime, &nap.future);
    /* On a busy machine the nap may be over before the driver was asked. */
    kit_settle(net.runtime);
}

static void add_case(Suite *suite, const char *name, void (*set_up)(void),
                     const TTest *const *tests)
{
    TCase *cases = tcase_create(name);

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (; *tests; tests++) {
        tcase_add_test(cases, *tests);
    }
    suite_add_tcase(suite, cases);
}

void net_add_local_tests(Suite *suite, const TTest *const *tests)
{
    add_case(suite, "local", set_up_local, tests);
}

void net_add_tests(Suite *suite, const TTest *const *tests)
{
    net_add_local_tests(suite, tests);
    add_case(suite, "real", set_up_real, tests);
}

void net_add_lone_tests(Suite *suite, const TTest *const *tests)
{
    add_case(suite, "lone local", set_up_lone_local, tests);
    add_case(suite, "lone real", set_up_lone_real, tests);
}
