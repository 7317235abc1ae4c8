/* The pair of ends in memory: back pressure, ends of stream, threads. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "kit.h"
#include "suites.h"

static struct rt_duplex left, right;
static struct kit_waker reader, writer;
static char buffer[64];

static void set_up(void)
{
    ck_assert_int_eq(rt_duplex_create(4, &left, &right), 0);
    kit_waker_init(&reader);
    kit_waker_init(&writer);
}

/* No waker may be left with anybody. */
static void tear_down(void)
{
    rt_duplex_close(&left);
    rt_duplex_close(&right);
    ck_assert_int_eq(reader.held, 0);
    ck_assert_int_eq(writer.held, 0);
}

/* Reads or writes once; the result, or -EAGAIN when that is pending. */
static ssize_t get(struct rt_duplex *end, size_t size)
{
    struct rt_read read = rt_read(&end->io, buffer, size);
    bool is_ready = kit_poll(&read.future, &reader) == RT_READY;

    rt_future_drop(&read.future);
    return is_ready ? read.result : -EAGAIN;
}

static ssize_t put(struct rt_duplex *end, const char *text)
{
    struct rt_write write = rt_write(&end->io, text, strlen(text));
    bool is_ready = kit_poll(&write.future, &writer) == RT_READY;

    rt_future_drop(&write.future);
    return is_ready ? write.result : -EAGAIN;
}

START_TEST(what_one_end_writes_the_other_reads)
{
    ck_assert_int_eq(put(&left, "ab"), 2);
    ck_assert_int_eq(get(&right, 10), 2);
    ck_assert_int_eq(memcmp(buffer, "ab", 2), 0);
    ck_assert_int_eq(put(&right, "cd"), 2);
    ck_assert_int_eq(get(&left, 10), 2);
    ck_assert_int_eq(memcmp(buffer, "cd", 2), 0);
}
END_TEST

START_TEST(a_read_waits_for_a_write)
{
    ck_assert_int_eq(get(&right, 10), -EAGAIN);
    ck_assert_int_eq(reader.wakes, 0);
    ck_assert_int_eq(put(&left, "a"), 1);
    ck_assert_int_eq(reader.wakes, 1);
    ck_assert_int_eq(get(&right, 10), 1);
}
END_TEST

START_TEST(a_write_takes_what_fits_and_then_waits_for_a_read)
{
    ck_assert_int_eq(put(&left, "abcdef"), 4);
    ck_assert_int_eq(put(&left, "ef"), -EAGAIN);
    ck_assert_int_eq(get(&right, 1), 1);
    ck_assert_int_eq(writer.wakes, 1);
    ck_assert_int_eq(put(&left, "ef"), 1);
}
END_TEST

START_TEST(the_bytes_keep_their_order)
{
    char all[9] = "";

    ck_assert_int_eq(put(&left, "abc"), 3);
    for (size_t i = 0; i < 8; i++) {
        const char next[] = {(char)('d' + i), '\0'};

        ck_assert_int_eq(put(&left, next), 1);
        ck_assert_int_eq(get(&right, 1), 1);
        all[i] = buffer[0];
    }
    ck_assert_str_eq(all, "abcdefgh");
    ck_assert_int_eq(get(&right, 10), 3);
    ck_assert_int_eq(memcmp(buffer, "ijk", 3), 0);
}
END_TEST

START_TEST(after_a_close_the_rest_is_read_and_then_the_end)
{
    ck_assert_int_eq(put(&left, "ab"), 2);
    rt_duplex_close(&left);
    ck_assert_int_eq(get(&right, 10), 2);
    ck_assert_int_eq(get(&right, 10), 0);
    ck_assert_int_eq(get(&right, 10), 0);
}
END_TEST

START_TEST(a_close_wakes_who_reads_on_the_other_end)
{
    ck_assert_int_eq(get(&right, 10), -EAGAIN);
    rt_duplex_close(&left);
    ck_assert_int_eq(reader.wakes, 1);
    ck_assert_int_eq(get(&right, 10), 0);
}
END_TEST

START_TEST(a_close_wakes_who_writes_on_the_other_end_and_he_gets_epipe)
{
    ck_assert_int_eq(put(&right, "abcd"), 4);
    ck_assert_int_eq(put(&right, "e"), -EAGAIN);
    rt_duplex_close(&left);
    ck_assert_int_eq(writer.wakes, 1);
    ck_assert_int_eq(put(&right, "e"), -EPIPE);
}
END_TEST

START_TEST(a_shutdown_ends_one_way_only)
{
    struct rt_flush shutdown = rt_io_shutdown(&left.io);

    ck_assert_int_eq(get(&right, 10), -EAGAIN);
    ck_assert_int_eq(kit_poll(&shutdown.future, &writer), RT_READY);
    ck_assert_int_eq(shutdown.result, 0);
    ck_assert_int_eq(reader.wakes, 1);
    ck_assert_int_eq(get(&right, 10), 0);
    ck_assert_int_eq(put(&left, "a"), -EPIPE);
    ck_assert_int_eq(put(&right, "a"), 1);
    ck_assert_int_eq(get(&left, 10), 1);
}
END_TEST

START_TEST(a_closed_end_gives_ebadf)
{
    rt_io_close(&left.io);
    rt_io_close(&left.io);
    ck_assert_int_eq(get(&left, 10), -EBADF);
    ck_assert_int_eq(put(&left, "a"), -EBADF);
}
END_TEST

START_TEST(nothing_read_or_written_is_ready_at_once)
{
    ck_assert_int_eq(get(&left, 0), 0);
    ck_assert_int_eq(put(&left, ""), 0);
}
END_TEST

START_TEST(of_two_readers_the_later_is_woken)
{
    ck_assert_int_eq(get(&right, 10), -EAGAIN);
    ck_assert_int_eq(reader.held, 1);
    {
        struct rt_read second = rt_read(&right.io, buffer, 10);

        ck_assert_int_eq(kit_poll(&second.future, &writer), RT_PENDING);
    }
    ck_assert_int_eq(reader.held, 0);
    ck_assert_int_eq(put(&left, "a"), 1);
    ck_assert_int_eq(reader.wakes, 0);
    ck_assert_int_eq(writer.wakes, 1);
}
END_TEST

START_TEST(an_end_that_is_always_ready_spends_the_budget)
{
    struct rt_context cx = rt_context_make(&writer.waker);
    struct rt_write write = rt_write(&left.io, "a", 1);

    cx.budget = 0;
    ck_assert_int_eq(rt_future_poll(&write.future, &cx), RT_PENDING);
    ck_assert_int_eq(writer.wakes, 1);
    ck_assert_int_eq(get(&right, 1), -EAGAIN);
}
END_TEST

START_TEST(without_memory_there_is_no_pair)
{
    struct rt_duplex one, other;

    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_duplex_create(4, &one, &other), -ENOMEM);
    rt_duplex_close(&one);
    rt_duplex_close(&other);
    ck_assert_int_eq(rt_duplex_create(0, &one, &other), -EINVAL);
}
END_TEST

START_TEST(a_write_without_memory_is_an_error)
{
    rt_alloc_fail_after(1);
    ck_assert_int_eq(put(&left, "a"), -ENOMEM);
    ck_assert_int_eq(put(&left, "a"), 1);
    ck_assert_int_eq(get(&right, 10), 1);
}
END_TEST

/* ---- two threads ---- */

enum { MANY = 5000 };

struct pour {
    struct rt_future future;
    struct rt_duplex *end;
    struct rt_write write;
    int i;
    char byte;
};

KIT_OPS(pour);

static enum rt_poll pour_poll(struct rt_future *future, struct rt_context *cx)
{
    struct pour *self = RT_SELF(future, struct pour);

    RT_BEGIN(self);
    for (; self->i < MANY; self->i++) {
        self->byte = (char)self->i;
        self->write = rt_write_all(&self->end->io, &self->byte, 1);
        RT_AWAIT(self->write);
    }
    rt_duplex_close(self->end);
    RT_END(self);
}

static void *pour_on_a_thread(void *end)
{
    struct pour pour = KIT_MAKE(pour, .end = end);

    KIT_RUN(pour);
    return NULL;
}

struct drain {
    struct rt_future future;
    struct rt_read read;
    int i;
    char byte;
};

KIT_OPS(drain);

static enum rt_poll drain_poll(struct rt_future *future, struct rt_context *cx)
{
    struct drain *self = RT_SELF(future, struct drain);

    RT_BEGIN(self);
    for (;;) {
        self->read = rt_read(&right.io, &self->byte, 1);
        RT_AWAIT(self->read);
        if (self->read.result <= 0) {
            RT_RETURN();
        }
        ck_assert_int_eq(self->byte, (char)self->i);
        self->i++;
    }
    RT_END(self);
}

START_TEST(the_ends_may_be_on_two_threads)
{
    struct drain drain = KIT_MAKE(drain);
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, pour_on_a_thread, &left), 0);
    ck_assert_int_eq(KIT_RUN(drain), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(drain.i, MANY);
}
END_TEST

Suite *duplex_suite(void)
{
    const TTest *const tests[] = {
        what_one_end_writes_the_other_reads,
        a_read_waits_for_a_write,
        a_write_takes_what_fits_and_then_waits_for_a_read,
        the_bytes_keep_their_order,
        after_a_close_the_rest_is_read_and_then_the_end,
        a_close_wakes_who_reads_on_the_other_end,
        a_close_wakes_who_writes_on_the_other_end_and_he_gets_epipe,
        a_shutdown_ends_one_way_only,
        a_closed_end_gives_ebadf,
        nothing_read_or_written_is_ready_at_once,
        of_two_readers_the_later_is_woken,
        an_end_that_is_always_ready_spends_the_budget,
        without_memory_there_is_no_pair,
        a_write_without_memory_is_an_error,
        the_ends_may_be_on_two_threads,
        NULL,
    };

    return suite_with_fixture("duplex", tests, set_up, tear_down);
}
