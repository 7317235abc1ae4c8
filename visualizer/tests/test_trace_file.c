#include "suites.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "story.h"

static struct story story;
static struct text bytes;
static struct trace trace;
static struct trace_error error;

static void setup(void)
{
    story_three_sleepers(&story);
    text_init(&bytes);
    story_bytes(&story, &bytes);
}

static void teardown(void)
{
    text_deinit(&bytes);
    story_end(&story);
}

/* Writes the bytes and expects this error. */
static void refuse(size_t size, const char *message)
{
    story_write(&story, bytes.data, size);
    ck_assert(!trace_open(&trace, story.path, &error));
    ck_assert_ptr_nonnull(strstr(error.text, message));
}

static void *header_at(size_t offset)
{
    return bytes.data + offset;
}

static struct rt_trace_record *record_at(size_t index)
{
    size_t before = bytes.length - story.records.length;

    return (void *)(bytes.data + before +
                    index * sizeof(struct rt_trace_record));
}

START_TEST(every_event_is_read)
{
    struct trace_event event;

    story_open(&story, &trace);
    ck_assert_uint_eq(trace.count, story.records.length / 32);
    trace_read(&trace, 1, &event);
    ck_assert_uint_eq(event.type, RT_TRACE_SPAWN);
    ck_assert_str_eq(trace_string(&trace, event.argument), "main");
    ck_assert_str_eq(trace_program(&trace), "story");
    trace_close(&trace);
}
END_TEST

START_TEST(foreign_files_are_refused)
{
    refuse(0, "is empty");
    bytes.data[0] = 'X';
    refuse(5, "is not a Polliwog trace");
    refuse(bytes.length, "is not a Polliwog trace");
}
END_TEST

START_TEST(another_version_is_named)
{
    uint32_t version = 9;

    memcpy(header_at(offsetof(struct rt_trace_header, version)), &version, 4);
    refuse(bytes.length, "is a trace of version 9; this program reads");
}
END_TEST

START_TEST(any_cut_is_noticed)
{
    for (size_t size = 8; size < bytes.length; size += 61) {
        refuse(size, "is cut short");
    }
}
END_TEST

START_TEST(offsets_that_overflow_are_refused)
{
    uint64_t huge = UINT64_MAX - 100;

    memcpy(header_at(offsetof(struct rt_trace_header, string_capacity)), &huge,
           8);
    refuse(bytes.length, "its header makes no sense");
}
END_TEST

START_TEST(an_unknown_type_is_damage)
{
    record_at(3)->type = RT_TRACE_TYPE_COUNT;
    refuse(bytes.length, "event 4 is of unknown type");
}
END_TEST

START_TEST(a_wrong_sequence_is_damage)
{
    record_at(3)->sequence = 77;
    refuse(bytes.length, "event 4 says it is number 78");
}
END_TEST

START_TEST(a_string_outside_is_damage)
{
    record_at(1)->argument = 1000000;
    refuse(bytes.length, "event 2 names a string that is not there");
}
END_TEST

START_TEST(a_full_trace_says_how_many_are_lost)
{
    uint64_t begun = story.records.length / 32 + 5;

    memcpy(header_at(offsetof(struct rt_trace_header, record_count)), &begun,
           8);
    story_write(&story, bytes.data, bytes.length);
    ck_assert(trace_open(&trace, story.path, &error));
    ck_assert_uint_eq(trace.lost, 5);
    trace_close(&trace);
}
END_TEST

START_TEST(a_dead_program_leaves_holes)
{
    record_at(3)->type = RT_TRACE_NONE;
    story_write(&story, bytes.data, bytes.length);
    ck_assert(trace_open(&trace, story.path, &error));
    ck_assert_uint_eq(trace.count, story.records.length / 32);
    trace_close(&trace);
}
END_TEST

START_TEST(a_live_program_is_waited_for)
{
    uint32_t pid = (uint32_t)getpid();
    struct trace_event event;

    memcpy(header_at(offsetof(struct rt_trace_header, pid)), &pid, 4);
    record_at(3)->type = RT_TRACE_NONE;
    story_write(&story, bytes.data, bytes.length);
    ck_assert(trace_open(&trace, story.path, &error));
    ck_assert_uint_eq(trace.count, 3);
    record_at(3)->type = RT_TRACE_DEQUEUE;
    story_write(&story, bytes.data, bytes.length);
    ck_assert(trace_refresh(&trace, &error));
    ck_assert_uint_eq(trace.count, story.records.length / 32);
    trace_read(&trace, 3, &event);
    ck_assert_uint_eq(event.type, RT_TRACE_DEQUEUE);
    trace_close(&trace);
}
END_TEST

START_TEST(a_file_that_shrinks_is_an_error)
{
    story_open(&story, &trace);
    ck_assert_int_eq(truncate(story.path, RT_TRACE_PAGE), 0);
    ck_assert(!trace_refresh(&trace, &error));
    trace_close(&trace);
}
END_TEST

Suite *suite_trace_file(void)
{
    Suite *suite = suite_create("trace_file");
    TCase *tests = tcase_create("trace_file");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_event_is_read);
    tcase_add_test(tests, foreign_files_are_refused);
    tcase_add_test(tests, another_version_is_named);
    tcase_add_test(tests, any_cut_is_noticed);
    tcase_add_test(tests, offsets_that_overflow_are_refused);
    tcase_add_test(tests, an_unknown_type_is_damage);
    tcase_add_test(tests, a_wrong_sequence_is_damage);
    tcase_add_test(tests, a_string_outside_is_damage);
    tcase_add_test(tests, a_full_trace_says_how_many_are_lost);
    tcase_add_test(tests, a_dead_program_leaves_holes);
    tcase_add_test(tests, a_live_program_is_waited_for);
    tcase_add_test(tests, a_file_that_shrinks_is_an_error);
    suite_add_tcase(suite, tests);
    return suite;
}
