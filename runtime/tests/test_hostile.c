/* Hostile mode: each feature strikes, alone, and the same way every time. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kit.h"
#include "net/address.h"
#include "suites.h"
#include "trace_file.h"

enum { PORT = 7 };

static struct kit_counts counts;
static struct rt_runtime *runtime;

static struct rt_builder hostile_builder(uint32_t features, uint64_t seed)
{
    struct rt_builder builder = kit_lone_builder();

    builder.clock = RT_CLOCK_PAUSED;
    builder.hostile = features;
    builder.seed = seed;
    return builder;
}

static void start(uint32_t features, uint64_t seed)
{
    struct rt_builder builder = hostile_builder(features, seed);

    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
}

/* ---- shuffle ---- */

static uint64_t order_of_ten(uint32_t features, uint64_t seed)
{
    static const char *const names[] = {"0", "1", "2", "3", "4",
                                        "5", "6", "7", "8", "9"};
    struct rt_sleep nap;
    const char *from = kit_logged() + strlen(kit_logged());
    uint64_t order = 0;

    start(features, seed);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say(names[i], 1)), 0);
    }
    nap = rt_sleep(RT_SECONDS(1));
    rt_block_on(runtime, &nap.future);
    rt_shutdown(runtime);
    for (; *from; from++) {
        order = order * 10 + (uint64_t)(*from - '0');
    }
    return order;
}

START_TEST(without_hostility_tasks_run_in_order)
{
    ck_assert_uint_eq(order_of_ten(0, 1), 123456789);
    ck_assert_uint_eq(order_of_ten(RT_HOSTILE_ALL &
                                       ~(unsigned)RT_HOSTILE_SHUFFLE &
                                       ~(unsigned)RT_HOSTILE_SPURIOUS,
                                   1),
                      123456789);
}
END_TEST

START_TEST(shuffle_runs_them_in_another_order_the_same_for_a_seed)
{
    uint64_t order = order_of_ten(RT_HOSTILE_SHUFFLE, 5);

    ck_assert_uint_ne(order, 123456789);
    ck_assert_uint_eq(order, order_of_ten(RT_HOSTILE_SHUFFLE, 5));
    ck_assert_uint_ne(order, order_of_ten(RT_HOSTILE_SHUFFLE, 6));
}
END_TEST

/* ---- spurious ---- */

static int polls_of_idle_task(uint32_t features)
{
    struct kit_counts others = {0};
    struct kit_probe busy = kit_probe(&others, 200);

    counts = (struct kit_counts){0};
    start(features, 3);
    busy.wakes_itself = true;
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_probe(&counts, KIT_FOR_EVER)), 0);
    rt_block_on(runtime, &busy.future);
    rt_shutdown(runtime);
    ck_assert_int_eq(counts.drops, 1);
    return counts.polls;
}

START_TEST(spurious_polls_tasks_that_nobody_woke)
{
    ck_assert_int_eq(polls_of_idle_task(0), 1);
    ck_assert_int_eq(
        polls_of_idle_task(RT_HOSTILE_ALL & ~(unsigned)RT_HOSTILE_SPURIOUS), 1);
    ck_assert_int_gt(polls_of_idle_task(RT_HOSTILE_SPURIOUS), 3);
}
END_TEST

START_TEST(a_sleep_bears_spurious_polls)
{
    start(RT_HOSTILE_ALL, 8);
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(kit_say("", RT_SECONDS(2))), 0);
    }
    for (uint64_t i = 1; i <= 10; i++) {
        struct rt_sleep nap = rt_sleep(RT_SECONDS(1));

        rt_block_on(runtime, &nap.future);
        ck_assert_uint_eq(rt_now(), RT_SECONDS(i));
    }
    rt_shutdown(runtime);
}
END_TEST

/* ---- short, again, accept: on sockets ---- */

static struct rt_tcp_listener listener;

static int connect_client(void)
{
    struct rt_address address;
    int fd;

    ck_assert_int_eq(rt_address_make(&address, "127.0.0.1", PORT), 0);
    fd = socket(address.any.sa_family, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, &address.any, address.size), 0);
    return fd;
}

static void start_net(uint32_t features, uint64_t seed)
{
    kit_local_net();
    start(features, seed);
    ck_assert_int_eq(rt_tcp_listen(&listener, "127.0.0.1", PORT), 0);
}

static void end_net(void)
{
    rt_tcp_listener_close(&listener);
    rt_shutdown(runtime);
    kit_no_local_net();
}

static struct rt_tcp_accept accept_one(void)
{
    struct rt_tcp_accept accept = rt_tcp_accept(&listener);

    ck_assert_int_eq(rt_block_on(runtime, &accept.future), 0);
    return accept;
}

/* Of 50 accepts with a client at the door, how many fail? */
static int failed_accepts(uint32_t features)
{
    int failed = 0;

    start_net(features, 4);
    for (int i = 0; i < 50; i++) {
        int client = connect_client();
        struct rt_tcp_accept accept = accept_one();

        while (accept.result != 0) {
            ck_assert(accept.result == -EMFILE ||
                      accept.result == -ECONNABORTED);
            ck_assert(rt_tcp_accept_should_retry(accept.result));
            failed++;
            accept = accept_one();
        }
        rt_tcp_stream_close(&accept.stream);
        close(client);
    }
    end_net();
    return failed;
}

START_TEST(accept_fails_now_and_then_and_works_when_asked_again)
{
    ck_assert_int_eq(failed_accepts(0), 0);
    ck_assert_int_eq(
        failed_accepts(RT_HOSTILE_ALL & ~(unsigned)RT_HOSTILE_ACCEPT), 0);
    ck_assert_int_gt(failed_accepts(RT_HOSTILE_ACCEPT), 5);
}
END_TEST

/* Of 50 reads and writes of 8 bytes, how many are short? */
static int short_moves(uint32_t features)
{
    int shorts = 0;
    int client;
    struct rt_tcp_accept accept;

    start_net(features, 4);
    client = connect_client();
    accept = accept_one();
    for (int i = 0; i < 50; i++) {
        char buffer[8];
        struct rt_write write = rt_write(&accept.stream.io, "12345678", 8);
        struct rt_read read = rt_read(&accept.stream.io, buffer, 8);

        ck_assert_int_eq(send(client, "12345678", 8, 0), 8);
        rt_block_on(runtime, &write.future);
        rt_block_on(runtime, &read.future);
        ck_assert_int_gt(write.result, 0);
        ck_assert_int_gt(read.result, 0);
        shorts += (write.result < 8) + (read.result < 8);
    }
    rt_tcp_stream_close(&accept.stream);
    close(client);
    end_net();
    return shorts;
}

START_TEST(a_datagram_is_never_shortened)
{
    struct rt_udp_socket pair[2];
    char buffer[8];

    start(RT_HOSTILE_ALL, 4);
    ck_assert_int_eq(rt_unix_datagram_pair(&pair[0], &pair[1]), 0);
    for (int i = 0; i < 50; i++) {
        struct rt_udp_send send = rt_udp_send(&pair[0], "12345678", 8);
        struct rt_udp_receive receive = rt_udp_receive(&pair[1], buffer, 8);

        rt_block_on(runtime, &send.future);
        rt_block_on(runtime, &receive.future);
        ck_assert_int_eq(send.result, 8);
        ck_assert_int_eq(receive.result, 8);
        ck_assert(!receive.is_truncated);
    }
    rt_udp_close(&pair[0]);
    rt_udp_close(&pair[1]);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(reads_and_writes_move_fewer_bytes)
{
    ck_assert_int_eq(short_moves(0), 0);
    ck_assert_int_eq(short_moves(RT_HOSTILE_AGAIN), 0);
    ck_assert_int_gt(short_moves(RT_HOSTILE_SHORT), 5);
}
END_TEST

/* Polls of a stream that is ready which are pending, and wake themselves. */
static int pending_polls(uint32_t features)
{
    struct kit_waker waker;
    int client;
    struct rt_tcp_accept accept;
    int pending = 0;

    kit_waker_init(&waker);
    start_net(features, 4);
    client = connect_client();
    accept = accept_one();
    ck_assert_int_eq(send(client, "12345678123456781234567812345678", 32, 0),
                     32);
    kit_settle(runtime);
    for (int i = 0; i < 32; i++) {
        char byte;
        struct rt_read read = rt_read(&accept.stream.io, &byte, 1);

        while (kit_poll(&read.future, &waker) == RT_PENDING) {
            pending++;
        }
        rt_future_drop(&read.future);
    }
    ck_assert_int_eq(waker.wakes, pending);
    ck_assert_int_eq(waker.held, 0);
    rt_tcp_stream_close(&accept.stream);
    close(client);
    end_net();
    return pending;
}

START_TEST(ready_sockets_answer_again_and_wake_the_task)
{
    ck_assert_int_eq(pending_polls(0), 0);
    ck_assert_int_eq(pending_polls(RT_HOSTILE_SHORT), 0);
    ck_assert_int_gt(pending_polls(RT_HOSTILE_AGAIN), 3);
}
END_TEST

/* ---- junk ---- */

#ifndef __SANITIZE_ADDRESS__
static uintptr_t spot;

/* Leaves a value in a local; at its second poll it looks what is there. */
struct forgets {
    struct rt_future future;
    int polls;
    int kept; /* bytes that were still there */
};

KIT_OPS(forgets);

static enum rt_poll forgets_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct forgets *self = RT_SELF(future, struct forgets);
    volatile unsigned char local[64];

    if (self->polls++ == 0) {
        for (size_t i = 0; i < sizeof(local); i++) {
            local[i] = 7;
        }
        spot = (uintptr_t)local;
        rt_waker_wake_by_ref(cx->waker);
        return RT_PENDING;
    }
    for (size_t i = 0; i < sizeof(local); i++) {
        self->kept += ((volatile unsigned char *)spot)[i] == 7;
    }
    return RT_READY;
}

START_TEST(junk_overwrites_locals_between_polls)
{
    struct rt_builder builder = hostile_builder(RT_HOSTILE_JUNK, 1);
    struct forgets forgets = KIT_MAKE(forgets);

    ck_assert_int_eq(kit_run_built(&builder, &forgets.future), 0);
    ck_assert_int_eq(forgets.kept, 0);
}
END_TEST
#endif

/* ---- one seed, one schedule ---- */

/* Five tasks with sleeps and reads; the trace of a run with this seed. */
static struct trace_file hostile_trace(uint64_t seed)
{
    struct rt_builder builder = trace_builder();
    struct rt_sleep nap;

    builder.seed = seed;
    builder.hostile = RT_HOSTILE_ALL;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    for (uint64_t i = 0; i < 5; i++) {
        ck_assert_int_eq(
            RT_SPAWN_DETACHED(kit_say("", RT_MILLISECONDS(i * 7 + 1))), 0);
    }
    nap = rt_sleep(RT_SECONDS(1));
    rt_block_on(runtime, &nap.future);
    rt_shutdown(runtime);
    return trace_load();
}

static bool is_same(const struct rt_trace_record *a,
                    const struct rt_trace_record *b, uint32_t first_task)
{
    bool is_measured = a->type == RT_TRACE_POLL_END; /* in real time */

    return a->type == b->type && a->detail == b->detail &&
           a->time_ns == b->time_ns &&
           (a->task == b->task || b->task - a->task == first_task) &&
           (is_measured || a->argument == b->argument);
}

START_TEST(one_seed_gives_one_trace)
{
    struct trace_file first = hostile_trace(21);
    struct trace_file second = hostile_trace(21);
    struct trace_file third = hostile_trace(22);
    uint32_t shift = trace_find(&second, RT_TRACE_SPAWN, 0)->task -
                     trace_find(&first, RT_TRACE_SPAWN, 0)->task;

    ck_assert_uint_gt(trace_count(&first, RT_TRACE_HOSTILE, -1), 0);
    ck_assert_uint_eq(first.count, second.count);
    for (size_t i = 0; i < first.count; i++) {
        ck_assert(is_same(&first.records[i], &second.records[i], shift));
    }
    ck_assert(first.count != third.count ||
              memcmp(first.records, third.records,
                     first.count * sizeof(*first.records)) != 0);
    trace_free(&first);
    trace_free(&second);
    trace_free(&third);
}
END_TEST

/* Wakes the loop so many times for nothing, and then for good. */
struct waker_up {
    int times;
    struct rt_notify notify;
};

static void wait_for_park_after(uint64_t parks)
{
    while (rt_worker_metrics(runtime, 0).parks == parks) {
        sched_yield();
    }
}

static void *wake_up(void *argument)
{
    struct waker_up *self = argument;

    wait_for_park_after(0);
    for (int i = 0; i < self->times; i++) {
        uint64_t parks = rt_worker_metrics(runtime, 0).parks;

        rt_driver_interrupt(rt_runtime_driver(runtime));
        wait_for_park_after(parks);
    }
    rt_notify_one(&self->notify);
    return NULL;
}

static uint64_t chance_after(int times)
{
    struct waker_up self = {.times = times};
    struct rt_notified notified;
    pthread_t thread;
    uint64_t chance;

    rt_notify_init(&self.notify);
    start(RT_HOSTILE_ALL & ~(unsigned)RT_HOSTILE_JUNK, 7);
    notified = rt_notify_notified(&self.notify);
    ck_assert_int_eq(pthread_create(&thread, NULL, wake_up, &self), 0);
    rt_block_on(runtime, &notified.future);
    pthread_join(thread, NULL);
    chance = rt_runtime_hostility(runtime)->random.state;
    rt_shutdown(runtime);
    return chance;
}

/*
 * Once they did: then a seed gave another schedule whenever the kernel was
 * slower, and the grader took the difference for a local that is lost.
 */
START_TEST(turns_without_a_task_spend_no_chance)
{
    ck_assert_uint_eq(chance_after(0), chance_after(20));
}
END_TEST

START_TEST(shorten_stays_between_1_and_size)
{
    struct rt_hostility hostility = {RT_HOSTILE_ALL, {1}};

    for (size_t size = 1; size < 5000; size++) {
        size_t shorter = rt_hostility_shorten(&hostility, size);

        if (shorter < 1 || shorter > size) {
            ck_abort_msg("%zu of %zu", shorter, size);
        }
    }
}
END_TEST

Suite *hostile_suite(void)
{
    const TTest *const tests[] = {
        without_hostility_tasks_run_in_order,
        shuffle_runs_them_in_another_order_the_same_for_a_seed,
        spurious_polls_tasks_that_nobody_woke,
        a_sleep_bears_spurious_polls,
        accept_fails_now_and_then_and_works_when_asked_again,
        a_datagram_is_never_shortened,
        reads_and_writes_move_fewer_bytes,
        ready_sockets_answer_again_and_wake_the_task,
#ifndef __SANITIZE_ADDRESS__
        junk_overwrites_locals_between_polls,
#endif
        one_seed_gives_one_trace,
        turns_without_a_task_spend_no_chance,
        shorten_stays_between_1_and_size,
        NULL,
    };

    return suite_of("hostile", tests);
}
