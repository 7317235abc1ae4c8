/*
 * Soak: the scenarios under thousands of hostile seeds.
 *
 *     soak [--seed N] [--seeds N] [--only NAME]
 *
 * Each seed runs each scenario once, on a hostile current-thread runtime with
 * a clock that stands still, where the seed alone decides what happens; and
 * then on two workers with a real clock, where it doesn't, but where threads
 * meet. Checks the outcome, and that no memory and no file is left. Prints
 * what failed with the command that runs it again. Exit status 1 if any did.
 */
#define _GNU_SOURCE

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/scenario.h"
#include "tests/soak/counted.h"

enum { FAILURES_MOST = 10, SECONDS_MOST = 10, WORKERS_EVERY = 20 };

static const char *program;
static const char *only; /* the name of a scenario; NULL: all */
static unsigned runs, failures;

/* What runs now, for who is called when it crashes or hangs. */
static volatile uint64_t seed;
static const struct scenario *volatile scenario;

static void report(const char *what)
{
    printf("seed %llu, %s: %s\n  again: %s --seed %llu --only %s\n",
           (unsigned long long)seed, scenario->name, what, program,
           (unsigned long long)seed, scenario->name);
    fflush(stdout);
    failures++;
}

/* Not allowed in a handler, but all that is lost is a program that is lost. */
static void on_signal(int number)
{
    report(number == SIGALRM ? "it hangs" : "it crashes");
    _exit(1);
}

static void catch_signals(void)
{
    signal(SIGALRM, on_signal);
    signal(SIGABRT, on_signal);
    signal(SIGSEGV, on_signal);
}

static void run(const struct rt_builder *builder)
{
    long memory = counted_memory();
    struct rt_runtime *runtime;
    const char *wrong;

    runs++;
    if (rt_build(builder, &runtime)) {
        report("the runtime can't be built");
        return;
    }
    wrong = scenario_run(runtime, scenario);
    if (wrong) {
        report(wrong);
    }
    rt_shutdown(runtime);
    if (counted_memory() != memory) {
        report("memory is left");
    }
}

static void run_scenario(void)
{
    struct rt_builder builder = rt_builder_from_environment();
    int fds = counted_fds();

    builder.seed = seed;
    builder.hostile = RT_HOSTILE_ALL;
    builder.clock = RT_CLOCK_PAUSED;
    builder.workers = 0;
    run(&builder);
    if (seed % WORKERS_EVERY == 0 || only) {
        builder.clock = RT_CLOCK_REAL;
        builder.workers = 2;
        run(&builder);
    }
    if (counted_fds() != fds) {
        report("files are left open");
    }
}

static void run_seed(void)
{
    static const struct scenario *const tables[] = {
        scenarios_of_sync, scenarios_of_tasks, scenarios_of_io};

    alarm(SECONDS_MOST);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (scenario = tables[i]; scenario->name; scenario++) {
            if (only ? strcmp(scenario->name, only) == 0 : !scenario->is_real) {
                run_scenario();
            }
        }
    }
}

static const char *behind(char **argv, const char *option)
{
    for (; *argv; argv++) {
        if (strcmp(*argv, option) == 0) {
            return argv[1];
        }
    }
    return NULL;
}

static uint64_t number_behind(char **argv, const char *option)
{
    const char *text = behind(argv, option);

    return text ? strtoull(text, NULL, 0) : 1;
}

int main(int argc, char **argv)
{
    uint64_t count = number_behind(argv, "--seeds");
    uint64_t begin = kit_real_ns();
    uint64_t done = 0;

    (void)argc;
    program = argv[0];
    only = behind(argv, "--only");
    catch_signals();
    for (seed = number_behind(argv, "--seed");
         done < count && failures < FAILURES_MOST; seed++) {
        run_seed();
        done++;
    }
    printf("%llu seeds, %u runs, %u failed, %.1f s\n", (unsigned long long)done,
           runs, failures, (double)(kit_real_ns() - begin) / 1e9);
    return runs == 0 || failures > 0;
}
