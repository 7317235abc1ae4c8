/*
 * What RT_MAIN needs: a runtime from the environment, and an exit status.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched/dump.h"
#include "sched/runtime.h"

enum { BAD_USAGE = 2 };

static int exit_status;

void rt_set_exit_status(int status)
{
    exit_status = status;
}

static void dump_if_asked(void)
{
    const char *asked = getenv("RT_DUMP");
    int error = 0;

    if (asked && strcmp(asked, "1") == 0) {
        error = rt_dump_on_signal(SIGUSR1);
    }
    if (error) {
        fprintf(stderr, "polliwog: RT_DUMP: %s\n", strerror(-error));
    }
}

struct rt_runtime *rt_main_begin(void)
{
    struct rt_builder builder = rt_builder_from_environment();
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
    dump_if_asked();
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

uint16_t rt_port_argument(int argc, char **argv, uint16_t fallback)
{
    char *end;
    unsigned long port;

    if (argc < 2) {
        return fallback;
    }
    port = strtoul(argv[1], &end, 10);
    if (end == argv[1] || *end || port > UINT16_MAX || argv[1][0] == '-') {
        fprintf(stderr, "%s: '%s': expected a port from 0 to 65535\n", argv[0],
                argv[1]);
        exit(BAD_USAGE);
    }
    return (uint16_t)port;
}
