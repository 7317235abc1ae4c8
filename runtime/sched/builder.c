/*
 * The builder's defaults, and what the environment makes of them.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/choose.h"
#include "sched/runtime.h"
#include "time/duration.h"

enum {
    DEFAULT_SEED = 1,
    DEFAULT_EVENT_INTERVAL = 61,
    DEFAULT_BLOCKING_THREADS = 512,
    BAD_USAGE = 2,
};

struct rt_builder rt_builder_default(void)
{
    return (struct rt_builder){
        .clock = RT_CLOCK_REAL,
        .clock_scale = 1,
        .conductor_fd = -1,
        .seed = DEFAULT_SEED,
        .event_interval = DEFAULT_EVENT_INTERVAL,
        .blocking_threads = DEFAULT_BLOCKING_THREADS,
        .blocking_keep_alive = RT_SECONDS(10),
        .poll_budget = RT_BUDGET,
#ifdef RT_DEBUG
        .memory = RT_MEMORY_MALLOC,
#endif
        .thread_name = "rt-worker",
    };
}

static _Noreturn void bad_value(const char *name, const char *expected)
{
    fprintf(stderr, "polliwog: %s=%s: expected %s\n", name, getenv(name),
            expected);
    exit(BAD_USAGE);
}

/* A whole decimal number of 0..most, or -1. */
static long number(const char *text, long most)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    return errno || end == text || *end || value < 0 || value > most ? -1
                                                                     : value;
}

static const char *after(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static bool parse_clock(struct rt_builder *builder, const char *text)
{
    const char *scale = after(text, "scaled:");
    const char *fd = after(text, "conducted:");
    long value = -1;

    if (strcmp(text, "real") == 0) {
        builder->clock = RT_CLOCK_REAL;
        return true;
    }
    if (strcmp(text, "paused") == 0) {
        builder->clock = RT_CLOCK_PAUSED;
        return true;
    }
    if (scale && (value = number(scale, INT_MAX)) > 0) {
        builder->clock = RT_CLOCK_SCALED;
        builder->clock_scale = (uint32_t)value;
    } else if (fd && (value = number(fd, INT_MAX)) >= 0) {
        builder->clock = RT_CLOCK_CONDUCTED;
        builder->conductor_fd = (int)value;
    } else {
        value = -1;
    }
    return value >= 0;
}

static bool parse_seed(struct rt_builder *builder, const char *text)
{
    char *end;

    errno = 0;
    builder->seed = strtoull(text, &end, 0);
    return !errno && end != text && !*end;
}

static bool parse_workers(struct rt_builder *builder, const char *text)
{
    long count = number(text, RT_WORKERS_MOST);

    builder->workers = (uint32_t)count;
    return count == 0 || (count > 0 && builder->clock != RT_CLOCK_PAUSED &&
                          builder->clock != RT_CLOCK_CONDUCTED);
}

static bool parse_detect_blocking(struct rt_builder *builder, const char *text)
{
    long ms = number(text, INT_MAX);

    builder->detect_blocking = RT_MILLISECONDS((uint64_t)ms);
    return ms >= 0;
}

static bool parse_hostile(struct rt_builder *builder, const char *text)
{
    return rt_hostility_parse(text, &builder->hostile, &builder->seed) == 0;
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
    const char *folder = after(text, "local:");

    (void)builder;
    return folder && *folder;
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
     "SEED or SEED:FEATURE,FEATURE with shuffle, spurious, short, again, "
     "accept, junk"},
    {"RT_DRIVER", parse_driver, RT_DRIVER_NAMES},
    {"RT_WORKERS", parse_workers,
     "0 to 256 threads, and with a clock that stands still 0"},
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
            bad_value(variables[i].name, variables[i].expected);
        }
    }
    return builder;
}
