/* Misuse: what doesn't compile says why; what does is stopped by name. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit.h"
#include "suites.h"

/* ---- caught by the compiler ---- */

#define FRAME                                                                  \
    "#include \"rt.h\"\n"                                                      \
    "struct f { struct rt_future future; struct rt_sleep nap; int n; };\n"     \
    "enum rt_poll f_poll(struct rt_future *future, struct rt_context *cx);\n"  \
    "enum rt_poll f_poll(struct rt_future *future, struct rt_context *cx)\n"   \
    "{ struct f *self = RT_SELF(future, struct f); (void)cx; (void)self;\n"

/* Compiles the body; what the compiler says goes to said. */
static int compile(const char *compiler, const char *body, char *said,
                   size_t size)
{
    char path[] = "/tmp/polliwog-misuse-XXXXXX.c";
    char command[512];
    const char *runtime = getenv("KIT_RUNTIME");
    int fd = mkstemps(path, 2);
    FILE *file = fdopen(fd, "w");
    size_t used;
    int status;

    fprintf(file, "%s%s}\n", FRAME, body);
    fclose(file);
    snprintf(command, sizeof(command),
             "%s -std=gnu11 -Wall -Wextra -Werror -c -o /dev/null -I%s %s 2>&1",
             compiler, runtime ? runtime : "runtime", path);
    file = popen(command, "r");
    used = fread(said, 1, size - 1, file);
    said[used] = '\0';
    status = pclose(file);
    unlink(path);
    return status;
}

static bool is_installed(const char *compiler)
{
    char command[64];

    snprintf(command, sizeof(command), "%s --version >/dev/null 2>&1",
             compiler);
    return system(command) == 0;
}

/* message NULL: compiles. */
static void expect(const char *body, const char *message)
{
    static const char *const compilers[] = {"gcc", "clang"};
    char said[8192];

    for (int i = 0; i < 2; i++) {
        int status;

        if (!is_installed(compilers[i])) {
            continue;
        }
        status = compile(compilers[i], body, said, sizeof(said));
        if (!message) {
            ck_assert_msg(status == 0, "%s: %s", compilers[i], said);
            continue;
        }
        ck_assert_msg(status != 0, "%s takes: %s", compilers[i], body);
        ck_assert_msg(strstr(said, message) != NULL, "%s: no '%s' in: %s",
                      compilers[i], message, said);
    }
}

START_TEST(a_right_function_compiles_without_a_warning)
{
    expect("RT_BEGIN(self); self->nap = rt_sleep(RT_MILLISECONDS(5)); "
           "RT_AWAIT(self->nap); "
           "RT_END(self);",
           NULL);
}
END_TEST

START_TEST(a_function_without_an_await_compiles_without_a_warning)
{
    expect("RT_BEGIN(self); self->n = 1; RT_END(self);", NULL);
}
END_TEST

START_TEST(await_without_begin_is_named)
{
    expect("RT_AWAIT(self->nap); RT_END(self);", "RT_BEGIN_is_missing");
}
END_TEST

START_TEST(begin_without_end_is_named)
{
    expect("RT_BEGIN(self); RT_AWAIT(self->nap); return RT_READY;",
           "RT_END_is_missing");
}
END_TEST

START_TEST(end_without_begin_compiles_with_a_complaint)
{
    expect("RT_END(self);", "RT_END_is_missing");
}
END_TEST

START_TEST(awaiting_a_number_is_no_future)
{
    expect("RT_BEGIN(self); RT_AWAIT(self->n); RT_END(self);", "future");
}
END_TEST

START_TEST(awaiting_a_call_needs_a_place_in_the_frame)
{
    expect("RT_BEGIN(self); RT_AWAIT(rt_sleep(1)); RT_END(self);", "value");
}
END_TEST

START_TEST(a_spawn_whose_handle_is_thrown_away_is_named)
{
    expect("RT_SPAWN(rt_sleep(1)); return RT_READY;", "unused");
}
END_TEST

/* ---- stopped when it runs ---- */

static struct kit_counts counts;
static struct kit_waker waker;

static void poll_after_ready(void)
{
    struct kit_probe probe = kit_probe(&counts, 0);

    kit_waker_init(&waker);
    kit_poll(&probe.future, &waker);
    kit_poll(&probe.future, &waker);
}

START_TEST(polling_after_ready_is_stopped)
{
    kit_expect_panic(poll_after_ready, "polled-after-ready");
}
END_TEST

static void poll_after_drop(void)
{
    struct kit_probe probe = kit_probe(&counts, 1);

    kit_waker_init(&waker);
    rt_future_drop(&probe.future);
    kit_poll(&probe.future, &waker);
}

START_TEST(polling_after_a_drop_is_stopped)
{
    kit_expect_panic(poll_after_drop, "polled-after-ready");
}
END_TEST

static void poll_nothing(void)
{
    struct rt_sleep nothing = {0};

    kit_waker_init(&waker);
    kit_poll(&nothing.future, &waker);
}

START_TEST(polling_a_zero_frame_is_stopped)
{
    kit_expect_panic(poll_nothing, "not-a-future");
}
END_TEST

static void move_after_poll(void)
{
    struct kit_probe first = kit_probe(&counts, 3);
    struct kit_probe second;

    kit_waker_init(&waker);
    kit_poll(&first.future, &waker);
    second = first;
    kit_poll(&second.future, &waker);
}

START_TEST(moving_after_the_first_poll_is_stopped_in_debug_builds)
{
#ifdef RT_DEBUG
    kit_expect_panic(move_after_poll, "moved-after-poll");
#else
    kit_expect_exit(move_after_poll, 0, "");
#endif
}
END_TEST

struct careless {
    struct rt_future future;
};

KIT_OPS(careless);

static enum rt_poll careless_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct careless *self = RT_SELF(future, struct careless);
    struct rt_sleep nap = rt_sleep(RT_SECONDS(1));

    RT_BEGIN(self);
    RT_AWAIT(nap);
    RT_END(self);
}

static void await_a_local(void)
{
    struct careless careless = KIT_MAKE(careless);

    KIT_RUN(careless);
}

START_TEST(awaiting_a_local_variable_is_stopped)
{
    kit_expect_panic(await_a_local, "local-lost-across-await");
}
END_TEST

static void spawn_outside(void)
{
    RT_SPAWN_DETACHED(kit_probe(&counts, 0));
}

static void sleep_outside(void)
{
    rt_sleep(1);
}

static void poll_a_sleep_outside(void)
{
    struct rt_sleep nap = rt_sleep_until(1);

    kit_waker_init(&waker);
    kit_poll(&nap.future, &waker);
}

static void listen_outside(void)
{
    struct rt_tcp_listener listener;

    rt_tcp_listen(&listener, "127.0.0.1", 0);
}

START_TEST(calls_outside_of_a_runtime_are_stopped)
{
    kit_expect_panic(spawn_outside, "no-runtime");
    kit_expect_panic(sleep_outside, "no-runtime");
    kit_expect_panic(poll_a_sleep_outside, "no-runtime");
    kit_expect_panic(listen_outside, "no-runtime");
}
END_TEST

struct blocker {
    struct rt_future future;
    struct kit_probe inner;
};

KIT_OPS(blocker);

static enum rt_poll blocker_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct blocker *self = RT_SELF(future, struct blocker);

    (void)cx;
    rt_block_on(rt_current(), &self->inner.future);
    return RT_READY;
}

static void block_inside(void)
{
    struct blocker blocker = KIT_MAKE(blocker);

    KIT_RUN(blocker);
}

START_TEST(block_on_inside_a_task_is_stopped)
{
    kit_expect_panic(block_inside, "block-on-inside-task");
}
END_TEST

static void join_into_wrong_size(void)
{
    static char place[3];
    struct rt_runtime *runtime = kit_runtime();
    struct rt_join_handle handle = RT_SPAWN(kit_probe(&counts, 0));

    rt_join_into(&handle, place, sizeof(place));
    rt_block_on(runtime, &handle.future);
}

START_TEST(joining_into_a_place_of_the_wrong_size_is_stopped)
{
    kit_expect_panic(join_into_wrong_size, "join-into-size");
}
END_TEST

static void no_branches(void)
{
    struct kit_probe probe = kit_probe(&counts, 0);
    struct rt_select select = RT_SELECT(probe);

    kit_waker_init(&waker);
    rt_select_disable(&select, 0);
    kit_poll(&select.future, &waker);
}

START_TEST(a_select_without_branches_is_stopped)
{
    kit_expect_panic(no_branches, "select-without-branches");
}
END_TEST

static void bad_signal(void)
{
    rt_signal(0);
}

START_TEST(a_signal_that_there_is_not_is_stopped)
{
    kit_expect_panic(bad_signal, "bad-signal");
}
END_TEST

static void not_implemented(void)
{
    rt_not_implemented("the moon");
}

START_TEST(a_stub_exits_with_70_and_says_what_is_missing)
{
    kit_expect_exit(not_implemented, 70,
                    "polliwog: not-implemented: the moon\n");
}
END_TEST

/* ---- by which task ---- */

START_TEST(a_panic_names_the_task)
{
    struct kit_ending ending = kit_in_child(await_a_local);

    ck_assert_ptr_nonnull(strstr(ending.output, "(in task 1, 'main')"));
    ending = kit_in_child(sleep_outside);
    ck_assert_ptr_null(strstr(ending.output, "in task"));
}
END_TEST

/* ---- local variables that a pending future points to ---- */

enum way { BY_SELECT, BY_JOIN, BY_TIMEOUT, BY_BUFFER };

struct hasty {
    struct rt_future future;
    enum way way;
    struct rt_select select;
    struct rt_join join;
    struct rt_timeout timeout;
    struct rt_duplex one;
    struct rt_duplex other;
    struct rt_read read;
};

KIT_OPS(hasty);

static enum rt_poll hasty_poll(struct rt_future *future, struct rt_context *cx)
{
    struct hasty *self = RT_SELF(future, struct hasty);
    struct rt_sleep nap = rt_sleep(RT_SECONDS(1));
    char buffer[16];

    RT_BEGIN(self);
    switch (self->way) {
    case BY_SELECT:
        self->select = RT_SELECT(nap);
        RT_AWAIT(self->select);
        break;
    case BY_JOIN:
        self->join = RT_JOIN(nap);
        RT_AWAIT(self->join);
        break;
    case BY_TIMEOUT:
        self->timeout = RT_TIMEOUT(nap, RT_SECONDS(2));
        RT_AWAIT(self->timeout);
        break;
    case BY_BUFFER:
        rt_duplex_create(1, &self->one, &self->other);
        self->read = rt_read(&self->one.io, buffer, sizeof(buffer));
        RT_AWAIT(self->read);
        break;
    }
    RT_END(self);
}

static enum way way;

static void keep_a_local(void)
{
    struct hasty hasty = KIT_MAKE(hasty, .way = way);

    KIT_RUN(hasty);
}

START_TEST(a_branch_or_buffer_that_is_a_local_variable_is_stopped)
{
    way = (enum way)_i;
    kit_expect_panic(keep_a_local, "local-lost-across-await");
}
END_TEST

/* ---- after the shutdown ---- */

static struct rt_runtime *over;

/* Its handle keeps the memory, and we are inside of it. */
static void be_inside_of_what_is_over(void)
{
    struct rt_handle handle;

    over = kit_runtime();
    handle = rt_handle(over);
    (void)handle;
    rt_shutdown(over);
    rt_enter(over);
}

static void use_after_shutdown(void)
{
    struct kit_probe probe = kit_probe(&counts, 0);
    struct rt_tcp_listener listener;

    be_inside_of_what_is_over();
    ck_assert_int_eq(RT_SPAWN_DETACHED(kit_probe(&counts, 0)), -ECANCELED);
    ck_assert_int_eq(rt_block_on(over, &probe.future), -ECANCELED);
    ck_assert_int_eq(rt_tcp_listen(&listener, "127.0.0.1", 0), -ECANCELED);
}

START_TEST(tasks_and_sockets_after_the_shutdown_are_refused)
{
    kit_expect_exit(use_after_shutdown, 0, "");
}
END_TEST

static void sleep_after_shutdown(void)
{
    struct rt_sleep nap;

    be_inside_of_what_is_over();
    nap = rt_sleep(RT_SECONDS(1));
    kit_waker_init(&waker);
    kit_poll(&nap.future, &waker);
}

static void shut_down_twice(void)
{
    be_inside_of_what_is_over();
    rt_shutdown(over);
}

START_TEST(a_timer_after_the_shutdown_is_stopped)
{
    kit_expect_panic(sleep_after_shutdown, "runtime-is-over");
}
END_TEST

START_TEST(a_second_shutdown_is_stopped)
{
    kit_expect_panic(shut_down_twice, "shutdown-twice");
}
END_TEST

/* ---- a clock that several workers see ---- */

static void pause_for_several(void)
{
    struct rt_builder builder = kit_builder();
    struct rt_runtime *runtime;

    builder.workers = 2;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    rt_pause();
}

START_TEST(pausing_the_clock_of_several_workers_is_stopped)
{
    kit_expect_panic(pause_for_several, "pause-multi-thread");
}
END_TEST

/* ---- a task that blocks ---- */

struct sluggard {
    struct rt_future future;
    struct rt_sleep nap;
};

KIT_OPS(sluggard);

static enum rt_poll sluggard_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct sluggard *self = RT_SELF(future, struct sluggard);

    RT_BEGIN(self);
    usleep(30 * 1000);
    self->nap = rt_sleep(RT_MILLISECONDS(5));
    RT_AWAIT(self->nap);
    RT_END(self);
}

static void block_a_while(uint32_t workers, uint64_t limit)
{
    struct sluggard sluggard = KIT_MAKE(sluggard);
    struct rt_builder builder = kit_lone_builder();

    builder.workers = workers;
    builder.detect_blocking = limit;
    kit_run_built(&builder, &sluggard.future);
}

static void block_one(void)
{
    block_a_while(0, RT_MILLISECONDS(20));
}

static void block_one_of_two(void)
{
    block_a_while(2, RT_MILLISECONDS(20));
}

struct considerate {
    struct rt_future future;
};

KIT_OPS(considerate);

static void sleep_30_ms(void *argument)
{
    (void)argument;
    usleep(30 * 1000);
}

static enum rt_poll considerate_poll(struct rt_future *future,
                                     struct rt_context *cx)
{
    (void)future;
    (void)cx;
    rt_block_in_place(sleep_30_ms, NULL);
    return RT_READY;
}

static void block_in_place(void)
{
    struct considerate frame = KIT_MAKE(considerate);
    struct rt_builder builder = kit_lone_builder();

    builder.workers = 2;
    builder.detect_blocking = RT_MILLISECONDS(20);
    kit_run_built(&builder, &frame.future);
}

START_TEST(blocking_in_place_is_not_reported)
{
    ck_assert_str_eq(kit_in_child(block_in_place).output, "");
}
END_TEST

static void block_unwatched(void)
{
    block_a_while(0, 0);
}

static void block_for_less(void)
{
    block_a_while(0, RT_SECONDS(1000));
}

START_TEST(a_poll_that_takes_too_long_is_reported_when_asked_for)
{
    static const char report[] = "polliwog: blocking-inside-task: task ";
    struct kit_ending ending = kit_in_child(block_one);

    ck_assert_ptr_nonnull(strstr(ending.output, report));
    ck_assert_msg(strstr(ending.output, " > sluggard > sleep\n") != NULL, "%s",
                  ending.output);
    kit_expect_exit(block_one_of_two, 0, report);
    ck_assert_str_eq(kit_in_child(block_unwatched).output, "");
    ck_assert_str_eq(kit_in_child(block_for_less).output, "");
}
END_TEST

/* ---- what closes twice ---- */

static void close_twice(void)
{
    struct rt_runtime *runtime = kit_runtime();
    struct rt_tcp_stream one;
    struct rt_tcp_stream other;
    struct kit_probe probe = kit_probe(&counts, 1);
    struct rt_handle handle = rt_handle(runtime);

    ck_assert_int_eq(rt_unix_pair(&one, &other), 0);
    for (int i = 0; i < 2; i++) {
        rt_tcp_stream_close(&one);
        rt_tcp_stream_close(&other);
        rt_future_drop(&probe.future);
        rt_handle_drop(&handle);
    }
    ck_assert_int_eq(counts.drops, 1);
    rt_shutdown(runtime);
}

START_TEST(closing_and_dropping_twice_is_harmless)
{
    kit_expect_exit(close_twice, 0, "");
}
END_TEST

Suite *misuse_suite(void)
{
    const TTest *const tests[] = {
        a_right_function_compiles_without_a_warning,
        a_function_without_an_await_compiles_without_a_warning,
        await_without_begin_is_named,
        begin_without_end_is_named,
        end_without_begin_compiles_with_a_complaint,
        awaiting_a_number_is_no_future,
        awaiting_a_call_needs_a_place_in_the_frame,
        a_spawn_whose_handle_is_thrown_away_is_named,
        polling_after_ready_is_stopped,
        polling_after_a_drop_is_stopped,
        polling_a_zero_frame_is_stopped,
        moving_after_the_first_poll_is_stopped_in_debug_builds,
        awaiting_a_local_variable_is_stopped,
        calls_outside_of_a_runtime_are_stopped,
        block_on_inside_a_task_is_stopped,
        joining_into_a_place_of_the_wrong_size_is_stopped,
        a_select_without_branches_is_stopped,
        a_signal_that_there_is_not_is_stopped,
        a_stub_exits_with_70_and_says_what_is_missing,
        a_panic_names_the_task,
        tasks_and_sockets_after_the_shutdown_are_refused,
        a_timer_after_the_shutdown_is_stopped,
        a_second_shutdown_is_stopped,
        pausing_the_clock_of_several_workers_is_stopped,
        a_poll_that_takes_too_long_is_reported_when_asked_for,
        blocking_in_place_is_not_reported,
        closing_and_dropping_twice_is_harmless,
        NULL,
    };
    Suite *suite = suite_of("misuse", tests);
    TCase *cases = tcase_create("locals");

    tcase_add_loop_test(cases,
                        a_branch_or_buffer_that_is_a_local_variable_is_stopped,
                        BY_SELECT, BY_BUFFER + 1);
    suite_add_tcase(suite, cases);
    return suite;
}
