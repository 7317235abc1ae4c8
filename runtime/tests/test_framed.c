/* Frames from an io, and into one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kit.h"
#include "suites.h"
#include "base/memory.h"
#include "codec/delimited.h"
#include "codec/framed.h"
#include "codec/prefixed.h"
#include "io/duplex.h"
#include "testing/script.h"

static struct rt_delimited lines;
static struct rt_slice line;
static struct kit_waker waker;

static void set_up(void)
{
    lines = rt_delimited_lines(100);
    kit_waker_init(&waker);
}

/* The next line as a string; or what came in its place. */
static const char *get(struct rt_framed_read *reader)
{
    static char text[128];
    struct rt_next next = RT_NEXT(*reader, line);
    enum rt_poll poll = kit_poll(&next.future, &waker);

    rt_future_drop(&next.future);
    if (poll == RT_PENDING) {
        return "pending";
    }
    if (next.result == RT_STREAM_ITEM) {
        snprintf(text, sizeof(text), "%.*s", (int)line.size, line.data);
    } else {
        snprintf(text, sizeof(text), "%d", next.result);
    }
    return text;
}

/* ---- reading ---- */

START_TEST(frames_come_however_the_bytes_do)
{
    struct rt_script script =
        RT_SCRIPT(RT_GIVE("on"), RT_GIVE("e\ntwo\n"), RT_GIVE("three\nend"));
    struct rt_framed_read reader;

    set_up();
    reader = rt_framed_read(&script.io, &lines.codec);
    ck_assert_str_eq(get(&reader), "one");
    ck_assert_str_eq(get(&reader), "two");
    ck_assert_str_eq(get(&reader), "three");
    ck_assert_str_eq(get(&reader), "end");
    ck_assert_str_eq(get(&reader), "0");
    ck_assert_str_eq(get(&reader), "0");
    rt_stream_drop(&reader.stream);
    rt_script_close(&script);
}
END_TEST

START_TEST(a_frame_that_the_end_cuts_is_an_error)
{
    struct rt_script script = RT_SCRIPT(RT_GIVE("\3abc\3d"));
    struct rt_prefixed prefixed = rt_prefixed(1, 8);
    struct rt_framed_read reader = rt_framed_read(&script.io, &prefixed.codec);

    set_up();
    ck_assert_str_eq(get(&reader), "abc");
    ck_assert_str_eq(get(&reader), "-32"); /* EPIPE */
    ck_assert_str_eq(get(&reader), "0");
    rt_stream_drop(&reader.stream);
    rt_script_close(&script);
}
END_TEST

START_TEST(nothing_comes_after_an_error_of_the_codec)
{
    struct rt_script script = RT_SCRIPT(RT_GIVE("ok\n12345\nok\n"));
    struct rt_framed_read reader;

    set_up();
    lines.most = 4;
    reader = rt_framed_read(&script.io, &lines.codec);
    ck_assert_str_eq(get(&reader), "ok");
    ck_assert_str_eq(get(&reader), "-90"); /* EMSGSIZE */
    ck_assert_str_eq(get(&reader), "0");
    rt_stream_drop(&reader.stream);
    rt_script_close(&script);
}
END_TEST

START_TEST(an_error_of_the_io_comes_behind_the_frames)
{
    struct rt_script script =
        RT_SCRIPT(RT_GIVE("ok\nlost"), rt_script_fail_read(-EIO));
    struct rt_framed_read reader;

    set_up();
    reader = rt_framed_read(&script.io, &lines.codec);
    ck_assert_str_eq(get(&reader), "ok");
    ck_assert_str_eq(get(&reader), "-5"); /* EIO */
    ck_assert_str_eq(get(&reader), "0");
    rt_stream_drop(&reader.stream);
    rt_script_close(&script);
}
END_TEST

START_TEST(a_dropped_next_loses_no_bytes)
{
    struct rt_duplex near;
    struct rt_duplex far;
    struct rt_framed_read reader;
    struct rt_write write;

    set_up();
    ck_assert_int_eq(rt_duplex_create(16, &near, &far), 0);
    reader = rt_framed_read(&near.io, &lines.codec);
    for (const char *byte = "ab\n"; *byte; byte++) {
        ck_assert_str_eq(get(&reader), "pending");
        write = rt_write(&far.io, byte, 1);
        ck_assert_int_eq(kit_poll(&write.future, &waker), RT_READY);
        rt_future_drop(&write.future);
    }
    ck_assert_str_eq(get(&reader), "ab");
    ck_assert_str_eq(get(&reader), "pending");
    rt_stream_drop(&reader.stream);
    rt_duplex_close(&near);
    rt_duplex_close(&far);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(a_full_buffer_of_frames_does_not_starve_the_others)
{
    static char many[2 * (RT_BUDGET + 1)];
    struct rt_script script = RT_SCRIPT(rt_script_give(many, sizeof(many)));
    struct rt_framed_read reader;
    struct rt_context cx;
    int got = RT_STREAM_ITEM;
    int frames = 0;

    set_up();
    memset(many, '\n', sizeof(many));
    cx = rt_context_make(&waker.waker);
    reader = rt_framed_read(&script.io, &lines.codec);
    while (got == RT_STREAM_ITEM) {
        got = rt_stream_poll(&reader.stream, &cx, &line);
        frames += got == RT_STREAM_ITEM;
    }
    ck_assert_int_eq(got, RT_STREAM_PENDING);
    ck_assert_int_le(frames, RT_BUDGET);
    ck_assert_int_eq(waker.wakes, 1);
    rt_stream_drop(&reader.stream);
    rt_script_close(&script);
}
END_TEST

START_TEST(without_memory_reading_says_so)
{
    struct rt_script script = RT_SCRIPT(RT_GIVE("one\n"));
    struct rt_framed_read reader;

    set_up();
    reader = rt_framed_read(&script.io, &lines.codec);
    rt_alloc_fail_after(1);
    ck_assert_str_eq(get(&reader), "-12"); /* ENOMEM */
    rt_stream_drop(&reader.stream);
}
END_TEST

/* ---- writing ---- */

/* Polls a send to its end; the result, or -EINPROGRESS. */
static int finish(struct rt_framed_send send)
{
    int result =
        kit_poll(&send.future, &waker) == RT_READY ? send.result : -EINPROGRESS;

    rt_future_drop(&send.future);
    return result;
}

START_TEST(send_writes_and_feed_keeps_for_later)
{
    struct rt_script script =
        RT_SCRIPT(RT_EXPECT("one\n"), RT_EXPECT("two\nthree\n"));
    struct rt_framed_write writer;

    set_up();
    writer = rt_framed_write(&script.io, &lines.codec);
    ck_assert_int_eq(finish(rt_framed_send(&writer, &RT_SLICE("one"))), 0);
    ck_assert_int_eq(finish(rt_framed_feed(&writer, &RT_SLICE("two"))), 0);
    ck_assert_uint_eq(rt_buffer_length(&writer.buffer), 4);
    ck_assert_int_eq(finish(rt_framed_feed(&writer, &RT_SLICE("three"))), 0);
    ck_assert_int_eq(finish(rt_framed_flush(&writer)), 0);
    rt_framed_write_deinit(&writer);
    rt_script_close(&script);
}
END_TEST

START_TEST(a_full_buffer_makes_feed_wait)
{
    static char many[RT_FRAMED_FULL] = {0};
    struct rt_slice frame = {many, sizeof(many)};
    struct rt_duplex near;
    struct rt_duplex far;
    struct rt_framed_write writer;

    set_up();
    ck_assert_int_eq(rt_duplex_create(1, &near, &far), 0);
    writer = rt_framed_write(&near.io, &lines.codec);
    ck_assert_int_eq(finish(rt_framed_feed(&writer, &frame)), 0);
    ck_assert_int_eq(finish(rt_framed_feed(&writer, &frame)), -EINPROGRESS);
    ck_assert_uint_eq(rt_buffer_length(&writer.buffer), sizeof(many));
    rt_framed_write_deinit(&writer);
    rt_duplex_close(&near);
    rt_duplex_close(&far);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(a_frame_whose_send_is_dropped_goes_out_whole_with_the_next)
{
    struct rt_duplex near;
    struct rt_duplex far;
    struct rt_framed_write writer;
    struct rt_read read;
    char bytes[16] = {0};

    set_up();
    ck_assert_int_eq(rt_duplex_create(2, &near, &far), 0);
    writer = rt_framed_write(&near.io, &lines.codec);
    ck_assert_int_eq(finish(rt_framed_send(&writer, &RT_SLICE("abc"))),
                     -EINPROGRESS);
    read = rt_read_exact(&far.io, bytes, 6);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_PENDING);
    ck_assert_int_eq(finish(rt_framed_send(&writer, &RT_SLICE("x"))),
                     -EINPROGRESS);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_PENDING);
    ck_assert_int_eq(finish(rt_framed_flush(&writer)), 0);
    ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
    ck_assert_str_eq(bytes, "abc\nx\n");
    rt_future_drop(&read.future);
    rt_framed_write_deinit(&writer);
    rt_duplex_close(&near);
    rt_duplex_close(&far);
}
END_TEST

START_TEST(a_frame_that_cannot_be_encoded_leaves_nothing_behind)
{
    struct rt_script script = RT_SCRIPT(RT_EXPECT("\1b"));
    static const char many[100];
    const struct rt_slice long_one = {many, sizeof(many)};
    struct rt_prefixed prefixed = rt_prefixed(1, 100);
    struct rt_framed_write writer =
        rt_framed_write(&script.io, &prefixed.codec);

    set_up();
    rt_alloc_fail_after(2); /* the length was written already */
    ck_assert_int_eq(finish(rt_framed_send(&writer, &long_one)), -ENOMEM);
    prefixed.most = 2;
    ck_assert_int_eq(finish(rt_framed_send(&writer, &RT_SLICE("abc"))),
                     -EMSGSIZE);
    ck_assert_int_eq(finish(rt_framed_send(&writer, &RT_SLICE("b"))), 0);
    rt_framed_write_deinit(&writer);
    rt_script_close(&script);
}
END_TEST

START_TEST(an_error_of_the_io_is_the_result_of_the_send)
{
    struct rt_script script = RT_SCRIPT(rt_script_fail_write(-EPIPE));
    struct rt_framed_write writer;

    set_up();
    writer = rt_framed_write(&script.io, &lines.codec);
    ck_assert_int_eq(finish(rt_framed_send(&writer, &RT_SLICE("a"))), -EPIPE);
    rt_framed_write_deinit(&writer);
    rt_script_close(&script);
}
END_TEST

/* ---- both, in tasks ---- */

enum { ROUNDS = 100 };

/* Sends lines of growing length. */
struct talker {
    struct rt_future future;
    struct rt_duplex *end;
    struct rt_framed_write writer;
    struct rt_framed_send send;
    struct rt_slice line;
    size_t round;
};

KIT_OPS(talker);

static char letters[ROUNDS];

static enum rt_poll talker_poll(struct rt_future *future, struct rt_context *cx)
{
    struct talker *self = RT_SELF(future, struct talker);

    RT_BEGIN(self);
    self->writer = rt_framed_write(&self->end->io, &lines.codec);
    for (; self->round < ROUNDS; self->round++) {
        self->line = (struct rt_slice){letters, self->round};
        self->send = rt_framed_send(&self->writer, &self->line);
        RT_AWAIT(self->send);
        ck_assert_int_eq(self->send.result, 0);
    }
    rt_framed_write_deinit(&self->writer);
    rt_duplex_close(self->end);
    RT_END(self);
}

/* Checks what the talker says. */
struct hearer {
    struct rt_future future;
    struct rt_duplex *end;
    struct rt_framed_read reader;
    struct rt_next next;
    struct rt_slice line;
    size_t round;
};

KIT_OPS(hearer);

static enum rt_poll hearer_poll(struct rt_future *future, struct rt_context *cx)
{
    struct hearer *self = RT_SELF(future, struct hearer);

    RT_BEGIN(self);
    self->reader = rt_framed_read(&self->end->io, &lines.codec);
    for (;; self->round++) {
        self->next = RT_NEXT(self->reader, self->line);
        RT_AWAIT(self->next);
        if (self->next.result != RT_STREAM_ITEM) {
            break;
        }
        ck_assert_uint_eq(self->line.size, self->round);
        ck_assert_int_eq(memcmp(self->line.data, letters, self->line.size), 0);
    }
    ck_assert_int_eq(self->next.result, RT_STREAM_END);
    ck_assert_uint_eq(self->round, ROUNDS);
    rt_stream_drop(&self->reader.stream);
    rt_duplex_close(self->end);
    RT_END(self);
}

struct talk {
    struct rt_future future;
    struct talker talker;
    struct hearer hearer;
    struct rt_join both;
};

KIT_OPS(talk);

static enum rt_poll talk_poll(struct rt_future *future, struct rt_context *cx)
{
    struct talk *self = RT_SELF(future, struct talk);

    RT_BEGIN(self);
    self->both = RT_JOIN(self->talker, self->hearer);
    RT_AWAIT(self->both);
    RT_END(self);
}

START_TEST(frames_survive_small_pieces_and_hostile_mode)
{
    struct rt_builder builder = kit_lone_builder();

    set_up();
    memset(letters, 'x', sizeof(letters));
    builder.clock = RT_CLOCK_PAUSED;
    builder.hostile = RT_HOSTILE_ALL;
    for (size_t size = 1; size < 300; size = 2 * size + 1) {
        struct rt_duplex near;
        struct rt_duplex far;
        struct talker talker = KIT_MAKE(talker, .end = &near);
        struct hearer hearer = KIT_MAKE(hearer, .end = &far);
        struct talk talk = KIT_MAKE(talk, .talker = talker, .hearer = hearer);

        builder.seed = size;
        ck_assert_int_eq(rt_duplex_create(size, &near, &far), 0);
        ck_assert_int_eq(kit_run_built(&builder, &talk.future), 0);
        ck_assert_uint_eq(talk.hearer.round, ROUNDS);
    }
}
END_TEST

Suite *framed_suite(void)
{
    const TTest *const tests[] = {
        frames_come_however_the_bytes_do,
        a_frame_that_the_end_cuts_is_an_error,
        nothing_comes_after_an_error_of_the_codec,
        an_error_of_the_io_comes_behind_the_frames,
        a_dropped_next_loses_no_bytes,
        a_full_buffer_of_frames_does_not_starve_the_others,
        without_memory_reading_says_so,
        send_writes_and_feed_keeps_for_later,
        a_full_buffer_makes_feed_wait,
        a_frame_whose_send_is_dropped_goes_out_whole_with_the_next,
        a_frame_that_cannot_be_encoded_leaves_nothing_behind,
        an_error_of_the_io_is_the_result_of_the_send,
        frames_survive_small_pieces_and_hostile_mode,
        NULL,
    };

    return suite_of("framed", tests);
}
