/* Addresses: made, read, written, compared. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"
#include "suites.h"

/* What became of a text that was read and written again. */
static const char *again(const char *text)
{
    static char written[RT_ADDRESS_TEXT];
    struct rt_address address;

    if (rt_address_parse(&address, text) < 0) {
        return "invalid";
    }
    rt_address_print(&address, written, sizeof(written));
    return written;
}

START_TEST(what_is_read_is_written_the_same)
{
    static const char *const texts[] = {
        "127.0.0.1:80",       "0.0.0.0:0",      "255.255.255.255:65535",
        "[::1]:80",           "[::]:0",         "[2001:db8::7]:443",
        "[::ffff:1.2.3.4]:5", "[fe80::1%7]:80",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ck_assert_str_eq(again(texts[i]), texts[i]);
    }
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
    static const char *const texts[] = {
        "",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:99999999999",
        "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1: 1",
        "127.0.0.1:1x",
        "127.0.0.1:1:2",
        "127.0.0:1",
        "256.0.0.1:1",
        "localhost:1",
        ":80",
        "::1:80",
        "[::1]",
        "[::1]80",
        "[::1:80",
        "[127.0.0.1]:80",
        "[]:80",
        "[::1%]:80",
        "[::1%no such link]:80",
        "[fe80::1%99999999999999999999999999999999999999999999999999]:80",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ck_assert_msg(strcmp(again(texts[i]), "invalid") == 0, "%s", texts[i]);
    }
}
END_TEST

START_TEST(a_scope_may_be_the_name_of_a_link)
{
    char expected[64];

    snprintf(expected, sizeof(expected), "[fe80::1%%%u]:80",
             if_nametoindex("lo"));
    ck_assert_str_eq(again("[fe80::1%lo]:80"), expected);
}
END_TEST

START_TEST(a_path_is_written_as_it_is)
{
    struct rt_address address;
    char text[RT_ADDRESS_TEXT];

    ck_assert_int_eq(rt_address_make_path(&address, "/run/a b"), 0);
    rt_address_print(&address, text, sizeof(text));
    ck_assert_str_eq(text, "/run/a b");
    ck_assert_uint_eq(rt_address_port(&address), 0);
    ck_assert_int_eq(rt_address_make_path(&address, "@abstract"), 0);
    ck_assert_int_eq(address.local.sun_path[0], '\0');
    ck_assert_uint_eq(address.size, offsetof(struct sockaddr_un, sun_path) + 9);
    rt_address_print(&address, text, sizeof(text));
    ck_assert_str_eq(text, "@abstract");
}
END_TEST

START_TEST(a_text_that_is_too_long_is_cut_off)
{
    struct rt_address address;
    char text[8];

    ck_assert_int_eq(rt_address_parse(&address, "127.0.0.1:80"), 0);
    rt_address_print(&address, text, sizeof(text));
    ck_assert_str_eq(text, "127.0.0");
}
END_TEST

START_TEST(a_path_has_107_bytes_at_most)
{
    struct rt_address address;
    char path[109] = "";
    char text[RT_ADDRESS_TEXT];

    ck_assert_int_eq(rt_address_make_path(&address, ""), -EINVAL);
    memset(path, 'x', 107);
    ck_assert_int_eq(rt_address_make_path(&address, path), 0);
    rt_address_print(&address, text, sizeof(text));
    ck_assert_str_eq(text, path);
    path[107] = 'x';
    ck_assert_int_eq(rt_address_make_path(&address, path), -ENAMETOOLONG);
}
END_TEST

START_TEST(a_local_net_puts_a_socket_file_in_place_of_a_port)
{
    struct rt_address address;
    char text[RT_ADDRESS_TEXT];
    char folder[200] = "local:";

    setenv("RT_NET", "local:/dir", 1);
    ck_assert_int_eq(rt_address_make(&address, "no host at all", 7), 0);
    rt_address_print(&address, text, sizeof(text));
    ck_assert_str_eq(text, "/dir/7");
    ck_assert_int_eq(rt_address_make_ip(&address, "127.0.0.1", 7), 0);
    ck_assert_int_eq(address.any.sa_family, AF_INET);
    memset(folder + 6, 'x', 150);
    setenv("RT_NET", folder, 1);
    ck_assert_int_eq(rt_address_make(&address, "127.0.0.1", 7), -ENAMETOOLONG);
}
END_TEST

static bool are_equal(const char *a, const char *b)
{
    struct rt_address left;
    struct rt_address right;

    memset(&left, 1, sizeof(left)); /* what is not in use doesn't count */
    if (rt_address_parse(&left, a) < 0) {
        ck_assert_int_eq(rt_address_make_path(&left, a), 0);
    }
    if (rt_address_parse(&right, b) < 0) {
        ck_assert_int_eq(rt_address_make_path(&right, b), 0);
    }
    return rt_address_is_equal(&left, &right);
}

START_TEST(addresses_are_equal_when_all_of_their_parts_are)
{
    ck_assert(are_equal("1.2.3.4:5", "1.2.3.4:5"));
    ck_assert(!are_equal("1.2.3.4:5", "1.2.3.4:6"));
    ck_assert(!are_equal("1.2.3.4:5", "1.2.3.5:5"));
    ck_assert(are_equal("[::1]:5", "[0::1]:5"));
    ck_assert(!are_equal("[::1]:5", "[::2]:5"));
    ck_assert(!are_equal("[fe80::1%1]:5", "[fe80::1%2]:5"));
    ck_assert(!are_equal("[::ffff:1.2.3.4]:5", "1.2.3.4:5"));
    ck_assert(are_equal("/run/a", "/run/a"));
    ck_assert(!are_equal("/run/a", "/run/ab"));
    ck_assert(!are_equal("/run/a", "/run/b"));
    ck_assert(!are_equal("@a", "a"));
}
END_TEST

Suite *address_suite(void)
{
    const TTest *const tests[] = {
        what_is_read_is_written_the_same,
        what_is_no_address_is_refused,
        a_scope_may_be_the_name_of_a_link,
        a_path_is_written_as_it_is,
        a_text_that_is_too_long_is_cut_off,
        a_path_has_107_bytes_at_most,
        a_local_net_puts_a_socket_file_in_place_of_a_port,
        addresses_are_equal_when_all_of_their_parts_are,
        NULL,
    };

    return suite_of("address", tests);
}
