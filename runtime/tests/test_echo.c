/*
 * An echo server and its clients, all in one runtime: many clients, messages
 * of all sizes, also when the runtime is hostile or has no memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kit.h"
#include "suites.h"
#include "trace_file.h"

enum { PORT = 7, BUFFER_SIZE = 4096 };

/* ---- the server ---- */

struct echo {
    struct rt_future future;
    struct rt_tcp_stream stream; /* owned */
    struct rt_read read;
    struct rt_write write;
    char buffer[BUFFER_SIZE];
};

KIT_OPS_WITH_DROP(echo);

static enum rt_poll echo_poll(struct rt_future *future, struct rt_context *cx)
{
    struct echo *self = RT_SELF(future, struct echo);

    RT_BEGIN(self);
    for (;;) {
        self->read = rt_read(&self->stream.io, self->buffer, BUFFER_SIZE);
        RT_AWAIT(self->read);
        if (self->read.result <= 0) {
            break;
        }
        self->write = rt_write_all(&self->stream.io, self->buffer,
                                   (size_t)self->read.result);
        RT_AWAIT(self->write);
        if (self->write.result < 0) {
            break;
        }
    }
    RT_END(self);
}

static void echo_drop(struct rt_future *future)
{
    rt_tcp_stream_close(&RT_SELF(future, struct echo)->stream);
}

struct server {
    struct rt_future future;
    struct rt_tcp_listener listener; /* owned */
    struct rt_tcp_accept accept;
    struct rt_sleep pause;
    int error;
};

KIT_OPS_WITH_DROP(server);

static enum rt_poll server_poll(struct rt_future *future, struct rt_context *cx)
{
    struct server *self = RT_SELF(future, struct server);

    RT_BEGIN(self);
    for (;;) {
        self->accept = rt_tcp_accept(&self->listener);
        RT_AWAIT(self->accept);
        if (self->accept.result == 0) {
            (void)RT_SPAWN_DETACHED(
                KIT_MAKE(echo, .stream = self->accept.stream));
        } else if (rt_tcp_accept_should_retry(self->accept.result)) {
            self->pause = rt_sleep(RT_MILLISECONDS(1));
            RT_AWAIT(self->pause);
        } else {
            break;
        }
    }
    RT_END(self);
}

static void server_drop(struct rt_future *future)
{
    rt_tcp_listener_close(&RT_SELF(future, struct server)->listener);
}

/* ---- a client: sends size bytes and wants them back ---- */

struct client {
    struct rt_future future;
    size_t size;
    struct rt_tcp_connect connect;
    char *sent; /* owned */
    char *got;  /* owned */
    struct rt_write write;
    struct rt_read read;
    struct rt_join both;
    atomic_int *served; /* borrowed: clients that got everything back */
};

KIT_OPS_WITH_DROP(client);

static void prepare(struct client *self)
{
    self->sent = malloc(self->size);
    self->got = calloc(1, self->size);
    for (size_t i = 0; i < self->size; i++) {
        self->sent[i] = (char)(i * 31 + self->size);
    }
}

static enum rt_poll client_poll(struct rt_future *future, struct rt_context *cx)
{
    struct client *self = RT_SELF(future, struct client);

    RT_BEGIN(self);
    self->connect = rt_tcp_connect("127.0.0.1", PORT);
    RT_AWAIT(self->connect);
    if (self->connect.result < 0) {
        RT_RETURN();
    }
    prepare(self);
    self->write =
        rt_write_all(&self->connect.stream.io, self->sent, self->size);
    self->read = rt_read_exact(&self->connect.stream.io, self->got, self->size);
    self->both = RT_JOIN(self->write, self->read);
    RT_AWAIT(self->both);
    if (self->read.result == (ssize_t)self->size &&
        memcmp(self->sent, self->got, self->size) == 0) {
        ++*self->served;
    }
    RT_END(self);
}

static void client_drop(struct rt_future *future)
{
    struct client *self = RT_SELF(future, struct client);

    rt_tcp_stream_close(&self->connect.stream);
    free(self->sent);
    free(self->got);
    self->sent = self->got = NULL;
}

/* ---- all together ---- */

struct scene {
    struct rt_future future;
    int clients;
    size_t (*size_of)(int client);
    struct server server;
    struct rt_join_handle serving;
    struct rt_tracker crowd;
    struct rt_tracker_wait all_gone;
    atomic_int served;
    int refused; /* clients that found no memory */
};

KIT_OPS_WITH_DROP(scene);

static void send_the_clients(struct scene *self)
{
    for (int i = 0; i < self->clients; i++) {
        struct client client =
            KIT_MAKE(client, .size = self->size_of(i), .served = &self->served);

        self->refused += RT_TRACK(&self->crowd, client) < 0;
    }
}

static enum rt_poll scene_poll(struct rt_future *future, struct rt_context *cx)
{
    struct scene *self = RT_SELF(future, struct scene);

    RT_BEGIN(self);
    rt_tracker_init(&self->crowd);
    self->server = KIT_MAKE(server);
    self->server.error =
        rt_tcp_listen(&self->server.listener, "127.0.0.1", PORT);
    if (self->server.error) {
        RT_RETURN();
    }
    self->serving = RT_SPAWN(self->server);
    send_the_clients(self);
    self->all_gone = rt_tracker_wait(&self->crowd);
    RT_AWAIT(self->all_gone);
    rt_join_abort(&self->serving);
    RT_AWAIT(self->serving);
    RT_END(self);
}

static void scene_drop(struct rt_future *future)
{
    struct scene *self = RT_SELF(future, struct scene);

    rt_future_drop(&self->serving.future);
    rt_tracker_deinit(&self->crowd);
}

static char trace_name[64];

static size_t all_sizes(int client)
{
    return (size_t)1 << (client % 21);
}

static size_t small_sizes(int client)
{
    return (size_t)(1 + client * 97);
}

static int play(struct rt_builder builder, int clients,
                size_t (*size_of)(int client))
{
    struct scene scene =
        KIT_MAKE(scene, .clients = clients, .size_of = size_of);

    kit_local_net();
    ck_assert_int_eq(kit_run_built(&builder, &scene.future), 0);
    kit_no_local_net();
    return scene.served;
}

START_TEST(two_hundred_clients_with_1_byte_to_1_MiB_get_them_back)
{
    ck_assert_int_eq(play(kit_builder(), 200, all_sizes), 200);
}
END_TEST

START_TEST(one_client_gets_its_bytes_back)
{
    ck_assert_int_eq(play(kit_builder(), 1, small_sizes), 1);
}
END_TEST

START_TEST(bytes_come_back_whatever_a_hostile_runtime_does)
{
    struct rt_builder builder = kit_lone_builder();

    builder.clock = RT_CLOCK_PAUSED;
    builder.hostile = RT_HOSTILE_ALL;
    builder.seed = 1000 + (uint64_t)_i;
    ck_assert_int_eq(play(builder, 20, small_sizes), 20);
}
END_TEST

static void play_traced(void)
{
    struct rt_builder builder = trace_builder();

    builder.trace_path = trace_name;
    builder.hostile = RT_HOSTILE_ALL;
    builder.seed = 4711;
    play(builder, 5, small_sizes);
}

/* The trace of a run in a process of its own, without what real time says. */
static struct trace_file trace_of_a_run(void)
{
    struct trace_file trace;
    struct rt_trace_record *record;

    strcpy(trace_name, trace_path());
    kit_expect_exit(play_traced, 0, "");
    trace = trace_load();
    for (size_t i = 0; i < trace.count; i++) {
        if (trace.records[i].type == RT_TRACE_POLL_END) {
            record = (struct rt_trace_record *)(uintptr_t)&trace.records[i];
            record->argument = 0;
        }
    }
    return trace;
}

START_TEST(one_seed_gives_one_trace_also_with_sockets)
{
    struct trace_file first = trace_of_a_run();
    struct trace_file second = trace_of_a_run();

    ck_assert_uint_gt(trace_count(&first, RT_TRACE_HOSTILE, RT_HOSTILE_SHORT),
                      0);
    ck_assert_uint_eq(first.size, second.size);
    ck_assert_int_eq(memcmp(first.bytes + RT_TRACE_PAGE,
                            second.bytes + RT_TRACE_PAGE,
                            first.size - RT_TRACE_PAGE),
                     0);
    trace_free(&first);
    trace_free(&second);
}
END_TEST

/* ---- no memory ---- */

enum { CLIENTS_WITHOUT_MEMORY = 3 };

/* True if the n-th allocation was ever asked for. */
static bool play_with_failure(unsigned long n)
{
    struct rt_builder builder = kit_lone_builder();
    struct rt_sleep limit = rt_sleep_until(RT_SECONDS(60));
    struct scene scene = KIT_MAKE(scene, .clients = CLIENTS_WITHOUT_MEMORY,
                                  .size_of = small_sizes);
    struct rt_select either = RT_SELECT(scene, limit);
    int error;

    kit_local_net();
    builder.clock = RT_CLOCK_PAUSED;
    rt_alloc_fail_after(n);
    error = kit_run_built(&builder, &either.future);
    ck_assert(error == 0 || error == -ENOMEM);
    kit_no_local_net();
    /* One client at most is hit, and those that are left are served. */
    ck_assert(error || scene.server.error || scene.serving.result ||
              scene.served >= CLIENTS_WITHOUT_MEMORY - 1);
    return error || scene.served < CLIENTS_WITHOUT_MEMORY || scene.server.error;
}

START_TEST(no_allocation_that_fails_does_harm)
{
    int failures = 0;

    for (unsigned long n = 1; n <= 40; n++) {
        failures += play_with_failure(n);
    }
    ck_assert_int_ge(failures, 8);
    rt_alloc_fail_after(0);
    ck_assert(!play_with_failure(0));
}
END_TEST

Suite *echo_suite(void)
{
    Suite *suite = suite_create("echo");
    TCase *cases = tcase_create("echo");

    tcase_add_test(cases,
                   two_hundred_clients_with_1_byte_to_1_MiB_get_them_back);
    tcase_add_test(cases, one_client_gets_its_bytes_back);
    tcase_add_loop_test(cases, bytes_come_back_whatever_a_hostile_runtime_does,
                        0, 20);
    tcase_add_test(cases, one_seed_gives_one_trace_also_with_sockets);
    tcase_add_test(cases, no_allocation_that_fails_does_harm);
    suite_add_tcase(suite, cases);
    return suite;
}
