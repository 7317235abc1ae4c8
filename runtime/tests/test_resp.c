/* The protocol of Redis: values, and what pretends to be one. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec_kit.h"
#include "kit.h"
#include "suites.h"
#include "base/memory.h"
#include "codec/resp.h"

enum { MOST = 1 << 20 };

static struct rt_resp resp;

static struct rt_codec *make_resp(void)
{
    resp = rt_resp(MOST);
    return &resp.codec;
}

static struct rt_codec *make_small(void)
{
    resp = rt_resp(20);
    return &resp.codec;
}

static int show_value(char *text, size_t size,
                      const struct rt_resp_value *value)
{
    if (rt_resp_has_elements(value->kind)) {
        return snprintf(text, size, "%c%zu", (int)value->kind, value->count);
    }
    if (rt_resp_has_text(value->kind)) {
        return snprintf(text, size, "%c%.*s", (int)value->kind,
                        (int)value->text.size, value->text.data);
    }
    if (value->kind == RT_RESP_DOUBLE) {
        return snprintf(text, size, ",%g", value->number);
    }
    return snprintf(text, size, "%c%" PRId64, (int)value->kind, value->integer);
}

/* "(*2 $GET $key)"; a null is "_0". */
static int show(char *text, size_t size, const struct rt_slice *frame)
{
    struct rt_slice rest = *frame;
    struct rt_resp_value value;
    int length = 0;

    while (rt_resp_next(&rest, &value)) {
        text[length] = length == 0 ? '(' : ' ';
        length++;
        length += show_value(text + length, size - (size_t)length, &value);
    }
    ck_assert_uint_eq(rest.size, 0);
    return length + snprintf(text + length, size - (size_t)length, ")");
}

#define EXPECT_OF(make, bytes, expected)                                       \
    codec_expect(make, show, RT_SLICE(bytes), expected)
#define EXPECT(bytes, expected) EXPECT_OF(make_resp, bytes, expected)
#define BAD "!74"      /* EBADMSG */
#define TOO_LONG "!90" /* EMSGSIZE */

/* ---- values ---- */

START_TEST(version_2_has_five_kinds_and_two_nulls)
{
    EXPECT("+OK\r\n", "(+OK)");
    EXPECT("-ERR no such key\r\n", "(-ERR no such key)");
    EXPECT(":1000\r\n:-7\r\n:+7\r\n", "(:1000)(:-7)(:7)");
    EXPECT("$5\r\nhello\r\n$0\r\n\r\n", "($hello)($)");
    EXPECT("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*0\r\n", "(*2 $GET $k)(*0)");
    EXPECT("$-1\r\n*-1\r\n", "(_0)(_0)");
}
END_TEST

START_TEST(a_bulk_may_have_any_bytes_in_it)
{
    EXPECT("$6\r\na\r\n$1\r\r\n", "($a\r\n$1\r)");
}
END_TEST

START_TEST(version_3_has_ten_more)
{
    EXPECT("_\r\n#t\r\n#f\r\n", "(_0)(#1)(#0)");
    EXPECT(",1.5\r\n,-2e3\r\n,inf\r\n,-inf\r\n,nan\r\n,10\r\n",
           "(,1.5)(,-2000)(,inf)(,-inf)(,nan)(,10)");
    EXPECT("(-3492890328409238509324850943850943825024385\r\n",
           "((-3492890328409238509324850943850943825024385)");
    EXPECT("!5\r\nE\r\nno\r\n=7\r\ntxt:abc\r\n", "(!E\r\nno)(=txt:abc)");
    EXPECT("%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n", "(%4 +a :1 +b :2)");
    EXPECT("~2\r\n:1\r\n:2\r\n>2\r\n+message\r\n+hi\r\n",
           "(~2 :1 :2)(>2 +message +hi)");
}
END_TEST

START_TEST(an_attribute_comes_with_the_value_that_it_is_about)
{
    EXPECT("|1\r\n+ttl\r\n:9\r\n$1\r\nv\r\n:5\r\n", "(|3 +ttl :9 $v)(:5)");
    EXPECT("*2\r\n|1\r\n+ttl\r\n:9\r\n$1\r\nv\r\n:5\r\n",
           "(*2 |3 +ttl :9 $v :5)");
}
END_TEST

START_TEST(skip_steps_over_a_value_with_all_that_is_in_it)
{
    struct rt_slice rest =
        RT_SLICE("*2\r\n:1\r\n%1\r\n+k\r\n*0\r\n:2\r\n|0\r\n:3\r\n*1\r\n");
    struct rt_resp_value value;

    ck_assert(rt_resp_skip(&rest));
    ck_assert(rt_resp_next(&rest, &value));
    ck_assert_int_eq(value.integer, 2);
    ck_assert(rt_resp_skip(&rest));
    ck_assert(!rt_resp_skip(&rest)); /* its element is missing */
    ck_assert_uint_eq(rest.size, 0);
    ck_assert(!rt_resp_next(&rest, &value));
}
END_TEST

/* ---- what is no value ---- */

START_TEST(malformed_lines_are_errors)
{
    EXPECT("OK\r\n", BAD);
    EXPECT("\r\n", BAD);
    EXPECT("\n", BAD);
    EXPECT("+OK\n", BAD);
    EXPECT("+O\rK\r\n", BAD);
    EXPECT("\0\r\n", BAD);
    EXPECT(":\r\n", BAD);
    EXPECT(":-\r\n", BAD);
    EXPECT(":1x\r\n", BAD);
    EXPECT(": 1\r\n", BAD);
    EXPECT("_x\r\n", BAD);
    EXPECT("#x\r\n", BAD);
    EXPECT("#\r\n", BAD);
    EXPECT("(\r\n", BAD);
    EXPECT("(-\r\n", BAD);
    EXPECT("(1.5\r\n", BAD);
    EXPECT(",\r\n", BAD);
    EXPECT(",x\r\n", BAD);
    EXPECT(", 1\r\n", BAD);
    EXPECT(",0x1p3\r\n", BAD);
    EXPECT(",1 \r\n", BAD);
    EXPECT(",nan(1)\r\n", BAD);
}
END_TEST

START_TEST(integers_have_64_bits)
{
    EXPECT(":9223372036854775807\r\n:-9223372036854775808\r\n",
           "(:9223372036854775807)(:-9223372036854775808)");
    EXPECT(":9223372036854775808\r\n", BAD);
    EXPECT(":-9223372036854775809\r\n", BAD);
    EXPECT(":99999999999999999999999999\r\n", BAD);
}
END_TEST

START_TEST(malformed_lengths_are_errors)
{
    EXPECT("$-2\r\n", BAD);
    EXPECT("*-2\r\n", BAD);
    EXPECT("%-1\r\n", BAD);
    EXPECT("!-1\r\n", BAD);
    EXPECT("$\r\n", BAD);
    EXPECT("$?\r\n", BAD);
    EXPECT("$99999999999999999999\r\n", BAD);
    EXPECT("$3\r\nabcde", BAD);
    EXPECT("=3\r\ntxt\r\n", BAD);
    EXPECT("=4\r\ntxt;\r\n", BAD);
}
END_TEST

START_TEST(a_value_that_was_cut_is_left_over)
{
    EXPECT("+OK\r\n*2\r\n:1\r\n:2", "(+OK)+10");
    EXPECT("$5\r\nhello", "+9");
    EXPECT("*1\r\n", "+4");
}
END_TEST

/* ---- limits ---- */

START_TEST(a_frame_may_be_so_long_and_no_longer)
{
    EXPECT_OF(make_small, "$13\r\n1234567890123\r\n", "($1234567890123)");
    EXPECT_OF(make_small, "$14\r\n12345678901234\r\n", TOO_LONG);
    EXPECT_OF(make_small, "+123456789012345678\r\n", TOO_LONG);
    EXPECT_OF(make_small, "*4\r\n:1\r\n:1\r\n:1\r\n:1\r\n", "(*4 :1 :1 :1 :1)");
    EXPECT_OF(make_small, "*5\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n", TOO_LONG);
}
END_TEST

START_TEST(a_huge_length_is_refused_before_its_bytes_come)
{
    EXPECT("$1152921504606846976\r\n", TOO_LONG);
    EXPECT("*1152921504606846976\r\n", TOO_LONG);
    EXPECT("|9223372036854775807\r\n", TOO_LONG);
    EXPECT("*1000000\r\n", TOO_LONG);
}
END_TEST

START_TEST(arrays_may_be_so_deep_and_no_deeper)
{
    char bytes[4 * (RT_RESP_DEPTH + 1)];
    struct rt_slice slice = {bytes, 4 * (size_t)(RT_RESP_DEPTH - 1)};

    for (int i = 0; i <= RT_RESP_DEPTH; i++) {
        memcpy(bytes + 4 * (size_t)i, "*1\r\n", 4);
    }
    ck_assert_str_eq(codec_play(make_resp, show, slice, 0, 1), "+124");
    slice.size += 4;
    ck_assert_str_eq(codec_play(make_resp, show, slice, 0, 1), TOO_LONG);
}
END_TEST

START_TEST(random_bytes_do_no_harm)
{
    const struct rt_slice alphabet =
        RT_SLICE("+-:$*_#,(!=%~>|\r\n\r\n\r\n001123tf:ab");

    codec_fuzz(make_resp, show,
               RT_SLICE("*3\r\n$3\r\nSET\r\n%1\r\n+k\r\n:12\r\n|1\r\n,1.5\r\n"
                        "=5\r\ntxt:x\r\n(12\r\n"),
               alphabet);
}
END_TEST

/* ---- writing ---- */

static const char *written(struct rt_resp_value value, int version)
{
    static char text[128];
    struct rt_buffer out = {0};
    int error = rt_resp_write(&out, value, version);
    struct rt_slice bytes = rt_buffer_slice(&out);

    snprintf(text, sizeof(text), "%.*s", (int)bytes.size, bytes.data);
    if (error) {
        ck_assert_uint_eq(bytes.size, 0);
        snprintf(text, sizeof(text), "!%d", -error);
    }
    rt_buffer_deinit(&out);
    return text;
}

static struct rt_resp_value text_of(enum rt_resp_kind kind, const char *text)
{
    return (struct rt_resp_value){.kind = kind, .text = {text, strlen(text)}};
}

static struct rt_resp_value number_of(double number)
{
    return (struct rt_resp_value){.kind = RT_RESP_DOUBLE, .number = number};
}

START_TEST(what_is_written_is_what_was_decoded)
{
    const struct rt_slice bytes = RT_SLICE(
        "*14\r\n+a\r\n-b\r\n:-1\r\n$1\r\nx\r\n_\r\n#t\r\n#f\r\n,1.5\r\n"
        "(99\r\n!1\r\ne\r\n=5\r\ntxt:f\r\n%1\r\n+k\r\n~0\r\n>1\r\n:3\r\n"
        "|1\r\n+k\r\n:1\r\n:4\r\n");
    struct rt_slice frame;
    struct rt_resp_value value;
    struct rt_buffer out = {0};
    struct rt_codec *codec = make_resp();

    ck_assert_int_eq(codec->ops->decode(codec, bytes, false, &frame),
                     (ssize_t)bytes.size);
    while (rt_resp_next(&frame, &value)) {
        ck_assert_int_eq(rt_resp_write(&out, value, 3), 0);
    }
    ck_assert_uint_eq(rt_buffer_length(&out), bytes.size);
    ck_assert_int_eq(memcmp(rt_buffer_slice(&out).data, bytes.data, bytes.size),
                     0);
    rt_buffer_deinit(&out);
}
END_TEST

START_TEST(version_2_gets_what_it_has)
{
    struct rt_resp_value value = {.kind = RT_RESP_NULL};

    ck_assert_str_eq(written(value, 2), "$-1\r\n");
    value = (struct rt_resp_value){.kind = RT_RESP_MAP, .count = 4};
    ck_assert_str_eq(written(value, 2), "*4\r\n");
    ck_assert_str_eq(written(value, 3), "%2\r\n");
    value.kind = RT_RESP_ATTRIBUTE;
    ck_assert_str_eq(written(value, 2), "!22");
    ck_assert_str_eq(written(number_of(1.5), 2), "!22");
    ck_assert_str_eq(written(text_of(RT_RESP_VERBATIM, "txt:ab"), 2), "!22");
    value =
        (struct rt_resp_value){.kind = RT_RESP_INTEGER, .integer = INT64_MIN};
    ck_assert_str_eq(written(value, 2), ":-9223372036854775808\r\n");
}
END_TEST

START_TEST(a_line_with_an_end_of_line_in_it_is_refused)
{
    ck_assert_str_eq(written(text_of(RT_RESP_SIMPLE, "a\r\n-b"), 2), "!22");
    ck_assert_str_eq(written(text_of(RT_RESP_ERROR, "a\n"), 2), "!22");
    ck_assert_str_eq(written(text_of(RT_RESP_BULK, "a\r\n"), 2),
                     "$3\r\na\r\n\r\n");
}
END_TEST

START_TEST(doubles_are_written_so_that_they_read_the_same)
{
    ck_assert_str_eq(written(number_of(0.1), 3), ",0.10000000000000001\r\n");
    ck_assert_str_eq(written(number_of(-INFINITY), 3), ",-inf\r\n");
    ck_assert_str_eq(written(number_of(-NAN), 3), ",nan\r\n");
}
END_TEST

START_TEST(without_memory_nothing_is_written)
{
    struct rt_buffer out = {0};
    char many[100] = {0};
    struct rt_resp_value bulk = {.kind = RT_RESP_BULK,
                                 .text = {many, sizeof(many)}};

    ck_assert_int_eq(rt_buffer_append(&out, many, 60), 0);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_resp_write(&out, bulk, 2), -ENOMEM);
    ck_assert_uint_eq(rt_buffer_length(&out), 60);
    rt_buffer_deinit(&out);
}
END_TEST

Suite *resp_suite(void)
{
    const TTest *const tests[] = {
        version_2_has_five_kinds_and_two_nulls,
        a_bulk_may_have_any_bytes_in_it,
        version_3_has_ten_more,
        an_attribute_comes_with_the_value_that_it_is_about,
        skip_steps_over_a_value_with_all_that_is_in_it,
        malformed_lines_are_errors,
        integers_have_64_bits,
        malformed_lengths_are_errors,
        a_value_that_was_cut_is_left_over,
        a_frame_may_be_so_long_and_no_longer,
        a_huge_length_is_refused_before_its_bytes_come,
        arrays_may_be_so_deep_and_no_deeper,
        random_bytes_do_no_harm,
        what_is_written_is_what_was_decoded,
        version_2_gets_what_it_has,
        a_line_with_an_end_of_line_in_it_is_refused,
        doubles_are_written_so_that_they_read_the_same,
        without_memory_nothing_is_written,
        NULL,
    };

    return suite_of("resp", tests);
}
