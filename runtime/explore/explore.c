#include "explore/explore.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "explore/threads.h"

enum {
    DEVIATIONS = 2,
    STEPS = 5000,
    PATIENCE_S = 20, /* for so many runs, before the body hangs */
    PATIENCE_RUNS = 64,
};

/* What the process that explores tells the one that waits for it. */
struct report {
    struct rt_explore_result result;
    struct search search;
};

/* Of the exploration that goes on in this process; or NULL. */
static struct report *report;

_Noreturn void rt_explore_fail(const char *format, ...)
{
    va_list arguments;

    if (!report) {
        fprintf(stderr, "explorer: a check failed outside of a run\n");
        abort();
    }
    va_start(arguments, format);
    vsnprintf(report->result.failure, sizeof(report->result.failure), format,
              arguments);
    va_end(arguments);
    if (report->search.is_replay) {
        fprintf(stderr, "      %s\n", report->result.failure);
    }
    _exit(EXIT_FAILURE);
}

/* ---- in a process of its own ---- */

static bool may_go_on(const struct rt_explore_options *options)
{
    return !options->most_schedules ||
           report->result.schedules < options->most_schedules;
}

/* All runs with at most so many deviations. */
static void explore_round(void (*body)(void),
                          const struct rt_explore_options *options,
                          uint32_t deviations)
{
    report->result.schedules = 0;
    report->result.deviations = deviations;
    search_init(&report->search, deviations);
    do {
        if (report->result.schedules % PATIENCE_RUNS == 0) {
            alarm(PATIENCE_S);
        }
        explore_run(body, &report->search, options->steps);
        report->result.schedules++;
    } while (search_advance(&report->search) && may_go_on(options));
}

/* Few deviations first: so what fails, fails with the fewest. */
static void explore_all(void (*body)(void),
                        const struct rt_explore_options *options)
{
    uint32_t deviations = 0;

    do {
        explore_round(body, options, deviations);
    } while (report->search.was_cut && ++deviations <= options->deviations &&
             may_go_on(options));
    report->result.is_complete = !report->search.was_cut && may_go_on(options);
    _exit(EXIT_SUCCESS);
}

/* ---- in the process of the caller ---- */

static void describe_end(int status)
{
    struct rt_explore_result *result = &report->result;

    if (result->failure[0] == '\0' && WIFSIGNALED(status)) {
        snprintf(result->failure, sizeof(result->failure), "stopped by: %s",
                 strsignal(WTERMSIG(status)));
    } else if (result->failure[0] == '\0') {
        snprintf(result->failure, sizeof(result->failure),
                 "it ended the process");
    }
    search_print(&report->search, result->replay, sizeof(result->replay));
}

static bool wait_for_end(pid_t child, const char *name)
{
    int status;

    if (child < 0 || waitpid(child, &status, 0) < 0) {
        snprintf(report->result.failure, sizeof(report->result.failure),
                 "no process to explore in");
        return false;
    }
    if (status == 0) {
        return true;
    }
    describe_end(status);
    fprintf(stderr, "explorer: %s: %s\n  RT_REPLAY=%s:%s\n", name,
            report->result.failure, name, report->result.replay);
    return false;
}

/* The order that RT_REPLAY has for this name; or NULL. */
static const char *replay_of(const char *name)
{
    const char *replay = getenv("RT_REPLAY");
    size_t length = strlen(name);

    if (replay && strncmp(replay, name, length) == 0 && replay[length] == ':') {
        return replay + length + 1;
    }
    return NULL;
}

/* Without a fork, for those who come with a debugger. */
static void replay_run(void (*body)(void),
                       const struct rt_explore_options *options,
                       const char *text)
{
    if (!search_parse(&report->search, text)) {
        rt_explore_fail("RT_REPLAY: not an order: '%s'", text);
    }
    explore_run(body, &report->search, options->steps);
    report->result.schedules = 1;
}

static bool run(const char *name, void (*body)(void),
                const struct rt_explore_options *options)
{
    const char *replay = replay_of(name);
    pid_t child;

    if (replay) {
        replay_run(body, options, replay);
        return true;
    }
    fflush(NULL);
    child = fork();
    if (child == 0) {
        explore_all(body, options);
    }
    return wait_for_end(child, name);
}

bool rt_explore(const char *name, void (*body)(void),
                const struct rt_explore_options *options,
                struct rt_explore_result *result)
{
    struct rt_explore_options used =
        options ? *options : (struct rt_explore_options){0};
    bool is_well;

    used.deviations = used.deviations ? used.deviations : DEVIATIONS;
    used.steps = used.steps ? used.steps : STEPS;
    report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED) {
        report = NULL;
        rt_explore_fail("no memory");
    }
    is_well = run(name, body, &used);
    if (result) {
        *result = report->result;
    }
    munmap(report, sizeof(*report));
    report = NULL;
    return is_well;
}
