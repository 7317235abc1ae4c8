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

/* Read by net/address.c, whenever it makes an address. */
static bool is_net(const char *text)
{
    const char *folder = after(text, "local:");

    return folder && *folder;
}

static const char *variable(const char *name)
{
    const char *text = getenv(name);

    return text && *text ? text : NULL;
}

struct rt_builder rt_builder_from_environment(void)
{
    struct rt_builder builder = rt_builder_default();
    const char *clock = variable("RT_CLOCK");
    const char *seed = variable("RT_SEED");
    const char *hostile = variable("RT_HOSTILE");
    const char *driver = variable("RT_DRIVER");
    const char *workers = variable("RT_WORKERS");
    const char *blocking = variable("RT_DETECT_BLOCKING");
    const char *net = variable("RT_NET");

    if (clock && !parse_clock(&builder, clock)) {
        bad_value("RT_CLOCK", "real, paused, scaled:TIMES or conducted:FD");
    }
    if (seed && !parse_seed(&builder, seed)) {
        bad_value("RT_SEED", "a number");
    }
    if (hostile &&
        rt_hostility_parse(hostile, &builder.hostile, &builder.seed) != 0) {
        bad_value("RT_HOSTILE", "SEED or SEED:FEATURE,FEATURE with shuffle, "
                                "spurious, short, again, accept, junk");
    }
    builder.driver = rt_driver_find(driver);
    builder.may_fall_back = true;
    if (!builder.driver) {
        bad_value("RT_DRIVER", RT_DRIVER_NAMES);
    }
    if (workers && !parse_workers(&builder, workers)) {
        bad_value("RT_WORKERS", "0 to 256 threads, and with a clock that "
                                "stands still 0");
    }
    if (blocking && !parse_detect_blocking(&builder, blocking)) {
        bad_value("RT_DETECT_BLOCKING", "milliseconds, or 0");
    }
    if (net && !is_net(net)) {
        bad_value("RT_NET", "local:FOLDER");
    }
    builder.trace_path = variable("RT_TRACE");
    return builder;
}
