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
