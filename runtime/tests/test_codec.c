/* Lines, delimiters, length fields; and the buffer that they read from. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "codec_kit.h"
#include "kit.h"
#include "suites.h"
#include "base/memory.h"
#include "codec/delimited.h"
#include "codec/prefixed.h"

/* ---- the buffer ---- */

START_TEST(a_buffer_keeps_its_bytes_while_it_grows)
{
    struct rt_buffer buffer = {0};
    unsigned char in = 0;
    unsigned char out = 0;

    for (int i = 0; i < 10000; i++) {
        ck_assert_int_eq(rt_buffer_append(&buffer, &in, 1), 0);
        in++;
        if (i % 3 != 0) {
            ck_assert_uint_eq((unsigned char)*rt_buffer_slice(&buffer).data,
                              out++);
            rt_buffer_consume(&buffer, 1);
        }
    }
    ck_assert_uint_eq(rt_buffer_length(&buffer), 3334);
    rt_buffer_deinit(&buffer);
}
END_TEST

START_TEST(a_buffer_that_is_used_up_does_not_grow)
{
    struct rt_buffer buffer = {0};

    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(rt_buffer_append(&buffer, "0123456789", 10), 0);
        rt_buffer_consume(&buffer, 10);
    }
    ck_assert_uint_eq(buffer.capacity, 64);
    rt_buffer_deinit(&buffer);
}
END_TEST

START_TEST(a_buffer_seldom_moves_its_bytes)
{
    struct rt_buffer buffer = {0};
    static const char many[1000];
    int moves = 0;

    ck_assert_int_eq(rt_buffer_append(&buffer, many, sizeof(many)), 0);
    for (int i = 0; i < 10000; i++) {
        size_t start = buffer.start;

        ck_assert_int_eq(rt_buffer_append(&buffer, "a", 1), 0);
        moves += buffer.start != start;
        rt_buffer_consume(&buffer, 1);
    }
    ck_assert_int_le(moves, 10);
    rt_buffer_deinit(&buffer);
}
END_TEST

START_TEST(without_memory_a_buffer_stays_as_it_was)
{
    struct rt_buffer buffer = {0};
    char many[100] = {0};

    ck_assert_int_eq(rt_buffer_append(&buffer, "abc", 3), 0);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_buffer_append(&buffer, many, sizeof(many)), -ENOMEM);
    ck_assert_int_eq(rt_buffer_reserve(&buffer, SIZE_MAX - 1), -ENOMEM);
    ck_assert_uint_eq(rt_buffer_length(&buffer), 3);
    ck_assert_int_eq(memcmp(rt_buffer_slice(&buffer).data, "abc", 3), 0);
    rt_buffer_deinit(&buffer);
}
END_TEST

/* ---- lines and delimiters ---- */

static struct rt_delimited delimited;
static struct rt_prefixed prefixed;

static struct rt_codec *make_lines(void)
{
    delimited = rt_delimited_lines(8);
    return &delimited.codec;
}

static struct rt_codec *make_delimited(void)
{
    delimited = rt_delimited(",;", ";\n", 8);
    return &delimited.codec;
}

#define LINES(bytes, expected)                                                 \
    codec_expect(make_lines, codec_show_slice, RT_SLICE(bytes), expected)
#define DELIMITED(bytes, expected)                                             \
    codec_expect(make_delimited, codec_show_slice, RT_SLICE(bytes), expected)

START_TEST(lines_end_in_either_way)
{
    LINES("one\ntwo\r\n\n\r\nthree\n", "[one][two][][][three]");
    LINES("a\rb\r\r\n", "[a\rb\r]");
    LINES("", "");
}
END_TEST

START_TEST(what_is_behind_the_last_line_is_a_line)
{
    LINES("one\ntwo", "[one][two]");
    LINES("one\ntwo\r", "[one][two]");
}
END_TEST

START_TEST(a_line_may_be_so_long_and_no_longer)
{
    LINES("12345678\n1234567\r\n", "[12345678][1234567]");
    LINES("ok\n123456789\n", "[ok]!90");
    LINES("ok\n123456789", "[ok]!90");
}
END_TEST

START_TEST(any_delimiter_ends_a_frame)
{
    DELIMITED("a,b;;c\r,d", "[a][b][][c\r][d]");
    DELIMITED("123456789,", "!90");
}
END_TEST

/* What the codec makes of the frame: "bytes", or "!errno" and nothing. */
static const char *encoded(const struct rt_codec *codec, struct rt_slice frame)
{
    static char text[64];
    struct rt_buffer out = {0};
    int error = codec->ops->encode(codec, frame, &out);
    struct rt_slice bytes = rt_buffer_slice(&out);

    snprintf(text, sizeof(text), "%.*s", (int)bytes.size, bytes.data);
    if (error) {
        snprintf(text, sizeof(text), "!%d", -error);
    }
    rt_buffer_deinit(&out);
    return text;
}

START_TEST(encoding_adds_the_ending)
{
    ck_assert_str_eq(encoded(make_lines(), RT_SLICE("one")), "one\n");
    ck_assert_str_eq(encoded(make_delimited(), RT_SLICE("one")), "one;\n");
    ck_assert_str_eq(encoded(make_lines(), RT_SLICE("")), "\n");
}
END_TEST

/* ---- length fields ---- */

static struct rt_codec *make_one_byte(void)
{
    prefixed = rt_prefixed(1, 8);
    return &prefixed.codec;
}

static struct rt_codec *make_big_endian(void)
{
    prefixed = rt_prefixed(4, 8);
    return &prefixed.codec;
}

static struct rt_codec *make_little_endian(void)
{
    prefixed = rt_prefixed(2, 1000);
    prefixed.is_little_endian = true;
    return &prefixed.codec;
}

static struct rt_codec *make_eight_bytes(void)
{
    prefixed = rt_prefixed(8, SIZE_MAX);
    return &prefixed.codec;
}

#define PREFIXED(make, bytes, expected)                                        \
    codec_expect(make, codec_show_slice, RT_SLICE(bytes), expected)

START_TEST(a_length_field_tells_where_the_frame_ends)
{
    PREFIXED(make_one_byte, "\3abc\0\1d", "[abc][][d]");
    PREFIXED(make_big_endian, "\0\0\0\3abc", "[abc]");
    PREFIXED(make_little_endian, "\3\0abc\1\0d", "[abc][d]");
    PREFIXED(make_eight_bytes, "\0\0\0\0\0\0\0\2ab", "[ab]");
}
END_TEST

START_TEST(a_frame_may_be_so_long_and_no_longer)
{
    PREFIXED(make_one_byte, "\10abcdefgh", "[abcdefgh]");
    PREFIXED(make_one_byte, "\11abcdefghi", "!90");
    PREFIXED(make_big_endian, "\377\377\377\377", "!90");
    PREFIXED(make_eight_bytes, "\377\377\377\377\377\377\377\377", "+8");
}
END_TEST

START_TEST(a_frame_that_was_cut_is_left_over)
{
    PREFIXED(make_one_byte, "\1a\3bc", "[a]+3");
    PREFIXED(make_big_endian, "\0\0\0", "+3");
}
END_TEST

START_TEST(encoding_writes_the_length_first)
{
    ck_assert_str_eq(encoded(make_one_byte(), RT_SLICE("abc")), "\3abc");
    ck_assert_str_eq(encoded(make_one_byte(), RT_SLICE("123456789")), "!90");
    ck_assert_str_eq(encoded(make_little_endian(), RT_SLICE("abc")), "\3");
}
END_TEST

START_TEST(encoding_refuses_what_the_field_cannot_say)
{
    static const char many[256] = {0};

    prefixed = rt_prefixed(1, 1000);
    ck_assert_str_eq(
        encoded(&prefixed.codec, (struct rt_slice){many, sizeof(many)}), "!90");
}
END_TEST

static void make_no_field(void)
{
    rt_prefixed(0, 8);
}

START_TEST(a_length_field_has_one_to_eight_bytes)
{
    kit_expect_panic(make_no_field, "length-field-size");
}
END_TEST

START_TEST(random_bytes_do_no_harm)
{
    codec_fuzz(make_lines, codec_show_slice, RT_SLICE("one\ntwo\r\nthree\n"),
               RT_SLICE("ab\r\n"));
    codec_fuzz(make_delimited, codec_show_slice, RT_SLICE("one,two;three"),
               RT_SLICE("ab,;"));
    codec_fuzz(make_one_byte, codec_show_slice, RT_SLICE("\3abc\1d"),
               RT_SLICE("\0\1\2\3\10\11"));
    codec_fuzz(make_little_endian, codec_show_slice, RT_SLICE("\3\0abc\1\0d"),
               RT_SLICE("\0\1\2\3\10\11"));
}
END_TEST

Suite *codec_suite(void)
{
    const TTest *const tests[] = {
        a_buffer_keeps_its_bytes_while_it_grows,
        a_buffer_that_is_used_up_does_not_grow,
        a_buffer_seldom_moves_its_bytes,
        without_memory_a_buffer_stays_as_it_was,
        lines_end_in_either_way,
        what_is_behind_the_last_line_is_a_line,
        a_line_may_be_so_long_and_no_longer,
        any_delimiter_ends_a_frame,
        encoding_adds_the_ending,
        a_length_field_tells_where_the_frame_ends,
        a_frame_may_be_so_long_and_no_longer,
        a_frame_that_was_cut_is_left_over,
        encoding_writes_the_length_first,
        encoding_refuses_what_the_field_cannot_say,
        a_length_field_has_one_to_eight_bytes,
        random_bytes_do_no_harm,
        NULL,
    };

    return suite_of("codec", tests);
}
