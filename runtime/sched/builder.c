/*
 * What a program's surroundings tell it, and its main function.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/driver.h"
#include "sched/runtime.h"
#include "time/duration.h"

enum { BAD_USAGE = 2 };

struct rt_builder rt_builder_default(void)
{
    return (struct rt_builder){
        .clock = RT_CLOCK_REAL,
        .clock_scale = 1,
        .conductor_fd = -1,
        .seed = 1,
        .event_interval = 61,
        .blocking_threads = 512,
        .blocking_keep_alive = RT_SECONDS(10),
        .poll_budget = RT_BUDGET,
#ifdef RT_DEBUG
        .memory = RT_MEMORY_MALLOC,
#endif
        .thread_name = "rt-worker",
    };
}

/* A whole number of 0..most, or -1. NULL is none. */
static int64_t number(const char *text, uint32_t most)
{
    char *end;
    uint64_t value;

    if (!text || !isdigit((unsigned char)*text)) {
        return -1;
    }
    errno = 0;
    value = strtoull(text, &end, 10);
    return errno || *end || value > most ? -1 : (int64_t)value;
}

static const char *after(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static bool parse_clock(struct rt_builder *builder, const char *text)
{
    int64_t scale = number(after(text, "scaled:"), INT_MAX);
    int64_t fd = number(after(text, "conducted:"), INT_MAX);

    if (scale > 0) {
        builder->clock = RT_CLOCK_SCALED;
        builder->clock_scale = (uint32_t)scale;
    } else if (fd >= 0) {
        builder->clock = RT_CLOCK_CONDUCTED;
        builder->conductor_fd = (int)fd;
    } else if (strcmp(text, "paused") == 0) {
        builder->clock = RT_CLOCK_PAUSED;
    } else {
        return strcmp(text, "real") == 0;
    }
    return true;
}

static bool parse_seed(struct rt_builder *builder, const char *text)
{
    char *end;

    errno = 0;
    builder->seed = strtoull(text, &end, 0);
    return !errno && end != text && !*end;
}

static bool parse_hostile(struct rt_builder *builder, const char *text)
{
    return rt_hostility_parse(text, &builder->hostile, &builder->seed) == 0;
}

static bool parse_workers(struct rt_builder *builder, const char *text)
{
    int64_t count = number(text, RT_WORKERS_MOST);

    builder->workers = (uint32_t)count;
    return count == 0 || (count > 0 && builder->clock != RT_CLOCK_PAUSED &&
                          builder->clock != RT_CLOCK_CONDUCTED);
}

static bool parse_detect_blocking(struct rt_builder *builder, const char *text)
{
    int64_t ms = number(text, INT_MAX);

    builder->detect_blocking = RT_MILLISECONDS((uint64_t)ms);
    return ms >= 0;
}

static bool parse_memory(struct rt_builder *builder, const char *text)
{
    static const char *const names[] = {"pooled", "malloc", "numa"};

    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            builder->memory = (enum rt_memory)i;
            return true;
        }
    }
    return false;
}

static bool parse_driver(struct rt_builder *builder, const char *text)
{
    builder->driver = rt_driver_find(text);
    return builder->driver != NULL;
}

static bool parse_trace(struct rt_builder *builder, const char *text)
{
    builder->trace_path = text;
    return true;
}

/* Read by net/address.c, whenever it makes an address. */
static bool check_net(struct rt_builder *builder, const char *text)
{
    (void)builder;
    return after(text, "local:") && *after(text, "local:");
}

/* In the order of reading: RT_WORKERS has to know the clock. */
static const struct {
    const char *name;
    bool (*parse)(struct rt_builder *builder, const char *text);
    const char *expected;
} variables[] = {
    {"RT_CLOCK", parse_clock, "real, paused, scaled:TIMES or conducted:FD"},
    {"RT_SEED", parse_seed, "a number"},
    {"RT_HOSTILE", parse_hostile,
     "SEED or SEED:FEATURE,FEATURE with " RT_HOSTILE_NAMES},
    {"RT_DRIVER", parse_driver, RT_DRIVER_NAMES},
    {"RT_WORKERS", parse_workers,
     "0 to 256 threads, and with a clock that stands still 0"},
    {"RT_MEMORY", parse_memory, "pooled, malloc or numa"},
    {"RT_DETECT_BLOCKING", parse_detect_blocking, "milliseconds, or 0"},
    {"RT_NET", check_net, "local:FOLDER"},
    {"RT_TRACE", parse_trace, "a file"},
};

struct rt_builder rt_builder_from_environment(void)
{
    struct rt_builder builder = rt_builder_default();

    builder.driver = rt_driver_find(NULL);
    builder.may_fall_back = true;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *text = getenv(variables[i].name);

        if (text && *text && !variables[i].parse(&builder, text)) {
            fprintf(stderr, "polliwog: %s=%s: expected %s\n", variables[i].name,
                    text, variables[i].expected);
            exit(BAD_USAGE);
        }
    }
    return builder;
}

uint16_t rt_port_argument(int argc, char **argv, uint16_t fallback)
{
    int64_t port = argc < 2 ? fallback : number(argv[1], UINT16_MAX);

    if (port < 0) {
        fprintf(stderr, "%s: '%s': expected a port from 0 to 65535\n", argv[0],
                argv[1]);
        exit(BAD_USAGE);
    }
    return (uint16_t)port;
}

/* ---- RT_MAIN ---- */

static int exit_status;

void rt_set_exit_status(int status)
{
    exit_status = status;
}

struct rt_runtime *rt_main_begin(void)
{
    struct rt_builder builder = rt_builder_from_environment();
    const char *dump = getenv("RT_DUMP");
    struct rt_runtime *runtime;
    int error;

    /* A server's lines are to be seen when it prints them, also in a pipe. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    error = rt_build(&builder, &runtime);
    if (error) {
        fprintf(stderr, "polliwog: can't build the runtime: %s%s%s\n",
                strerror(-error), builder.trace_path ? ": RT_TRACE=" : "",
                builder.trace_path ? builder.trace_path : "");
        exit(BAD_USAGE);
    }
    rt_enter(runtime);
    error = dump && strcmp(dump, "1") == 0 ? rt_dump_on_signal(SIGUSR1) : 0;
    if (error) {
        fprintf(stderr, "polliwog: RT_DUMP: %s\n", strerror(-error));
    }
    return runtime;
}

int rt_main_run(struct rt_runtime *runtime, struct rt_future *frame)
{
    int error = rt_block_on(runtime, frame);

    rt_shutdown(runtime);
    if (error) {
        fprintf(stderr, "polliwog: main: %s\n", strerror(-error));
        return EXIT_FAILURE;
    }
    return exit_status;
}
