/*
 * Runs the models and prints a table. --short: with one deviation less.
 * Names: only these. The last line is "N models passed, N failed".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "explore/models/models.h"
#include "time/duration.h"

static const struct model *const lists[] = {
    task_models,  sync_models,  channel_models,  group_models, mpsc_models,
    sched_models, order_models, blocking_models, timer_models,
};

static struct {
    bool is_short;
    char **names; /* borrowed; ends with NULL */
    int passed;
    int failed;
} program;

static bool is_wanted(const char *name)
{
    const char *replay = getenv("RT_REPLAY");
    size_t length = strlen(name);

    if (replay) {
        return strncmp(replay, name, length) == 0 && replay[length] == ':';
    }
    for (char **other = program.names; *other; other++) {
        if (strcmp(*other, name) == 0) {
            return true;
        }
    }
    return program.names[0] == NULL;
}

static void run(const struct model *model)
{
    struct rt_explore_options options = {
        .deviations = model->deviations - program.is_short,
    };
    struct rt_explore_result result;
    uint64_t begin = rt_monotonic_ns();
    bool is_well = rt_explore(model->name, model->body, &options, &result);
    double seconds = (double)(rt_monotonic_ns() - begin) / RT_SECONDS(1);

    *(is_well ? &program.passed : &program.failed) += 1;
    printf("  %-28s %10llu  %10u%s %8.2f s  %s\n", model->name,
           (unsigned long long)result.schedules, result.deviations,
           result.is_complete ? " (all)" : "      ", seconds,
           is_well ? "ok" : "FAILED");
    fflush(stdout);
}

int main(int count, char **arguments)
{
    program.is_short = count > 1 && strcmp(arguments[1], "--short") == 0;
    program.names = arguments + 1 + program.is_short;
    printf("  %-28s %10s  %10s\n", "model", "schedules", "deviations");
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        for (const struct model *model = lists[i]; model->name; model++) {
            if (is_wanted(model->name)) {
                run(model);
            }
        }
    }
    printf("%d models passed, %d failed\n", program.passed, program.failed);
    return program.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
