/* The builder: its defaults, and the environment. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/memory.h"
#include "kit.h"
#include "suites.h"

static struct rt_builder built_with(const char *name, const char *value)
{
    setenv(name, value, 1);
    return rt_builder_from_environment();
}

static const char *bad_name;
static const char *bad_text;

static void use_bad_value(void)
{
    built_with(bad_name, bad_text);
}

static void expect_bad(const char *name, const char *text)
{
    char message[256];

    bad_name = name;
    bad_text = text;
    snprintf(message, sizeof(message), "polliwog: %s=%s: expected ", name,
             text);
    kit_expect_exit(use_bad_value, 2, message);
}

START_TEST(the_default_is_a_real_clock_and_nothing_hostile)
{
    struct rt_builder builder = rt_builder_default();

    ck_assert_int_eq(builder.clock, RT_CLOCK_REAL);
    ck_assert_uint_eq(builder.hostile, 0);
    ck_assert_ptr_null(builder.trace_path);
    ck_assert_uint_gt(builder.event_interval, 0);
}
END_TEST

START_TEST(an_empty_environment_gives_the_default)
{
    struct rt_builder builder = built_with("RT_CLOCK", "");

    ck_assert_int_eq(builder.clock, RT_CLOCK_REAL);
    ck_assert_uint_eq(builder.seed, rt_builder_default().seed);
}
END_TEST

START_TEST(clocks_are_read)
{
    struct rt_builder builder;

    ck_assert_int_eq(built_with("RT_CLOCK", "real").clock, RT_CLOCK_REAL);
    ck_assert_int_eq(built_with("RT_CLOCK", "paused").clock, RT_CLOCK_PAUSED);
    builder = built_with("RT_CLOCK", "scaled:20");
    ck_assert_int_eq(builder.clock, RT_CLOCK_SCALED);
    ck_assert_uint_eq(builder.clock_scale, 20);
    builder = built_with("RT_CLOCK", "conducted:7");
    ck_assert_int_eq(builder.clock, RT_CLOCK_CONDUCTED);
    ck_assert_int_eq(builder.conductor_fd, 7);
}
END_TEST

START_TEST(seeds_are_read)
{
    ck_assert_uint_eq(built_with("RT_SEED", "123").seed, 123);
    ck_assert_uint_eq(built_with("RT_SEED", "0x10").seed, 16);
}
END_TEST

START_TEST(a_hostile_seed_alone_turns_every_feature_on)
{
    struct rt_builder builder = built_with("RT_HOSTILE", "99");

    ck_assert_uint_eq(builder.hostile, RT_HOSTILE_ALL);
    ck_assert_uint_eq(builder.seed, 99);
}
END_TEST

START_TEST(hostile_features_are_chosen_by_name)
{
    ck_assert_uint_eq(built_with("RT_HOSTILE", "1:short").hostile,
                      RT_HOSTILE_SHORT);
    ck_assert_uint_eq(built_with("RT_HOSTILE", "1:shuffle,junk").hostile,
                      RT_HOSTILE_SHUFFLE | RT_HOSTILE_JUNK);
    ck_assert_uint_eq(
        built_with("RT_HOSTILE", "1:shuffle,spurious,short,again,accept,junk")
            .hostile,
        RT_HOSTILE_ALL);
}
END_TEST

START_TEST(the_driver_is_read_and_may_be_replaced)
{
    struct rt_builder builder = built_with("RT_DRIVER", "poll");

    ck_assert_ptr_eq(builder.driver, &rt_driver_poll);
    ck_assert(builder.may_fall_back);
}
END_TEST

START_TEST(the_memory_is_chosen_by_name)
{
    ck_assert_int_eq(built_with("RT_MEMORY", "pooled").memory,
                     RT_MEMORY_POOLED);
    ck_assert_int_eq(built_with("RT_MEMORY", "malloc").memory,
                     RT_MEMORY_MALLOC);
    ck_assert_int_eq(built_with("RT_MEMORY", "numa").memory, RT_MEMORY_NUMA);
    expect_bad("RT_MEMORY", "fast");
}
END_TEST

START_TEST(the_trace_file_is_read)
{
    ck_assert_str_eq(built_with("RT_TRACE", "some/file").trace_path,
                     "some/file");
}
END_TEST

START_TEST(a_bad_clock_ends_the_program_with_2_and_says_so)
{
    expect_bad("RT_CLOCK", "fast");
    expect_bad("RT_CLOCK", "scaled:");
    expect_bad("RT_CLOCK", "scaled:0");
    expect_bad("RT_CLOCK", "scaled:-3");
    expect_bad("RT_CLOCK", "scaled:5x");
    expect_bad("RT_CLOCK", "scaled:99999999999999999999");
    expect_bad("RT_CLOCK", "conducted:");
    expect_bad("RT_CLOCK", "conducted:-1");
    expect_bad("RT_CLOCK", "pausedx");
}
END_TEST

START_TEST(a_bad_seed_ends_the_program_with_2_and_says_so)
{
    expect_bad("RT_SEED", "seven");
    expect_bad("RT_SEED", "7up");
}
END_TEST

START_TEST(a_bad_driver_ends_the_program_with_2_and_says_so)
{
    expect_bad("RT_DRIVER", "pol");
    expect_bad("RT_DRIVER", "select");
}
END_TEST

START_TEST(a_bad_hostile_value_ends_the_program_with_2_and_says_so)
{
    expect_bad("RT_HOSTILE", "x");
    expect_bad("RT_HOSTILE", "1:nice");
    expect_bad("RT_HOSTILE", "1:short,nice");
    expect_bad("RT_HOSTILE", "1;short");
    expect_bad("RT_HOSTILE", "1:");
}
END_TEST

START_TEST(a_bad_net_ends_the_program_with_2_and_says_so)
{
    expect_bad("RT_NET", "local");
    expect_bad("RT_NET", "local:");
    expect_bad("RT_NET", "/tmp");
    built_with("RT_NET", "local:/tmp");
    built_with("RT_NET", "");
}
END_TEST

START_TEST(the_limit_of_a_poll_is_read)
{
    expect_bad("RT_DETECT_BLOCKING", "long");
    expect_bad("RT_DETECT_BLOCKING", "-1");
    ck_assert_uint_eq(built_with("RT_DETECT_BLOCKING", "20").detect_blocking,
                      RT_MILLISECONDS(20));
    ck_assert_uint_eq(built_with("RT_DETECT_BLOCKING", "0").detect_blocking, 0);
}
END_TEST

START_TEST(a_trace_that_can_not_be_written_is_an_error_of_the_build)
{
    struct rt_builder builder = rt_builder_default();
    struct rt_runtime *runtime;

    builder.trace_path = "/no/such/folder/trace";
    ck_assert_int_eq(rt_build(&builder, &runtime), -ENOENT);
}
END_TEST

START_TEST(a_conductor_that_is_no_fd_is_an_error_of_the_build)
{
    struct rt_builder builder = rt_builder_default();
    struct rt_runtime *runtime;

    builder.clock = RT_CLOCK_CONDUCTED;
    builder.conductor_fd = 999;
    ck_assert_int_eq(rt_build(&builder, &runtime), -EBADF);
}
END_TEST

START_TEST(an_event_interval_of_0_is_an_error_of_the_build)
{
    struct rt_builder builder = rt_builder_default();
    struct rt_runtime *runtime;

    builder.event_interval = 0;
    ck_assert_int_eq(rt_build(&builder, &runtime), -EINVAL);
}
END_TEST

START_TEST(no_files_or_memory_is_an_error_of_the_build)
{
    struct rt_builder builder = rt_builder_default();
    struct rt_runtime *runtime;
    struct rlimit limit;
    int free_fd = dup(0);

    close(free_fd);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    for (int more = 0; more < 2; more++) { /* it needs two */
        limit.rlim_cur = (rlim_t)(free_fd + more);
        setrlimit(RLIMIT_NOFILE, &limit);
        ck_assert_int_eq(rt_build(&builder, &runtime), -EMFILE);
    }
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_build(&builder, &runtime), -ENOMEM);
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_shutdown(runtime);
}
END_TEST

/* ---- RT_MAIN ---- */

static int status;

struct program {
    struct rt_future future;
};

KIT_OPS(program);

static enum rt_poll program_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    (void)future;
    (void)cx;
    ck_assert_ptr_nonnull(rt_current());
    rt_set_exit_status(status);
    puts("ran");
    return RT_READY;
}

static void run_program(void)
{
    struct rt_runtime *runtime = rt_main_begin();
    struct program program = KIT_MAKE(program);

    exit(rt_main_run(runtime, &program.future));
}

START_TEST(the_exit_status_of_a_program_is_0_or_what_it_set)
{
    kit_expect_exit(run_program, 0, "ran\n");
    status = 3;
    kit_expect_exit(run_program, 3, "ran\n");
}
END_TEST

START_TEST(a_program_that_can_not_be_traced_says_so_and_ends_with_2)
{
    setenv("RT_TRACE", "/no/such/folder/trace", 1);
    kit_expect_exit(run_program, 2,
                    "polliwog: can't build the runtime: No such file or "
                    "directory: RT_TRACE=/no/such/folder/trace\n");
}
END_TEST

static const char *argument;

static void read_port(void)
{
    char program[] = "server";
    char text[32];
    char *arguments[] = {program, text, NULL};

    snprintf(text, sizeof(text), "%s", argument);
    printf("port %u\n", rt_port_argument(2, arguments, 9999));
}

START_TEST(the_port_is_the_first_argument)
{
    char program[] = "server";
    char *arguments[] = {program, NULL};

    ck_assert_uint_eq(rt_port_argument(1, arguments, 9999), 9999);
    argument = "80";
    kit_expect_exit(read_port, 0, "port 80\n");
    argument = "65535";
    kit_expect_exit(read_port, 0, "port 65535\n");
}
END_TEST

START_TEST(a_bad_port_ends_the_program_with_2_and_says_so)
{
    static const char *const bad[] = {"65536", "-1", "http", "80x", ""};

    for (int i = 0; i < 5; i++) {
        argument = bad[i];
        kit_expect_exit(read_port, 2, "expected a port from 0 to 65535");
    }
}
END_TEST

Suite *builder_suite(void)
{
    const TTest *const tests[] = {
        the_default_is_a_real_clock_and_nothing_hostile,
        an_empty_environment_gives_the_default,
        clocks_are_read,
        seeds_are_read,
        a_hostile_seed_alone_turns_every_feature_on,
        hostile_features_are_chosen_by_name,
        the_driver_is_read_and_may_be_replaced,
        the_memory_is_chosen_by_name,
        the_trace_file_is_read,
        a_bad_clock_ends_the_program_with_2_and_says_so,
        a_bad_seed_ends_the_program_with_2_and_says_so,
        a_bad_net_ends_the_program_with_2_and_says_so,
        the_limit_of_a_poll_is_read,
        a_bad_driver_ends_the_program_with_2_and_says_so,
        a_bad_hostile_value_ends_the_program_with_2_and_says_so,
        a_trace_that_can_not_be_written_is_an_error_of_the_build,
        a_conductor_that_is_no_fd_is_an_error_of_the_build,
        an_event_interval_of_0_is_an_error_of_the_build,
        no_files_or_memory_is_an_error_of_the_build,
        the_exit_status_of_a_program_is_0_or_what_it_set,
        a_program_that_can_not_be_traced_says_so_and_ends_with_2,
        the_port_is_the_first_argument,
        a_bad_port_ends_the_program_with_2_and_says_so,
        NULL,
    };

    return suite_of("builder", tests);
}
