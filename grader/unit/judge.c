#include "unit/judge.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/record.h"

struct judge_options judge_options = {
    .inside = "{run}",
    .seed = 1,
    .seeds = 1,
    .records = STDOUT_FILENO,
    .patience_ms = 500,
};

static struct run current;
static int runs;
static bool has_failed;

struct run *judge_begin(int i)
{
    if (has_failed) {
        return NULL;
    }
    runs++;
    run_start(&current, i, judge_options.seed + (uint64_t)i);
    if (!run_settle(&current) && current.status == 127) {
        fprintf(stderr, "judge: can't start the program: %s\n",
                current.errors.text);
        exit(2);
    }
    return &current;
}

void judge_pass(struct run *run)
{
    run_end(run);
}

_Noreturn void judge_fail(struct run *run, const char *symptom,
                          const char *format, ...)
{
    char message[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    record_failure(judge_options.records, run, symptom, message);
    run_end(run);
    has_failed = true;
    ck_abort_msg("%s: %s", symptom, message);
    abort(); /* Check doesn't say that ck_abort_msg never returns */
}

enum {
    OPTION_CHECK = 1,
    OPTION_FOLDER,
    OPTION_INSIDE,
    OPTION_HOSTILE,
    OPTION_SEED,
    OPTION_SEEDS,
    OPTION_RECORDS,
    OPTION_MEMORY,
    OPTION_PATIENCE
};

static const struct option options[] = {
    {"check", required_argument, NULL, OPTION_CHECK},
    {"folder", required_argument, NULL, OPTION_FOLDER},
    {"inside", required_argument, NULL, OPTION_INSIDE},
    {"hostile", required_argument, NULL, OPTION_HOSTILE},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"seeds", required_argument, NULL, OPTION_SEEDS},
    {"records", required_argument, NULL, OPTION_RECORDS},
    {"memory", required_argument, NULL, OPTION_MEMORY},
    {"patience", required_argument, NULL, OPTION_PATIENCE},
    {0},
};

static void set_option(int option, const char *value)
{
    switch (option) {
    case OPTION_CHECK:
        judge_options.check = value;
        break;
    case OPTION_FOLDER:
        judge_options.folder = value;
        break;
    case OPTION_INSIDE:
        judge_options.inside = value;
        break;
    case OPTION_HOSTILE:
        judge_options.hostile = value;
        break;
    case OPTION_SEED:
        judge_options.seed = strtoull(value, NULL, 10);
        break;
    case OPTION_SEEDS:
        judge_options.seeds = atoi(value);
        break;
    case OPTION_RECORDS:
        judge_options.records = atoi(value);
        break;
    case OPTION_MEMORY:
        judge_options.memory = strtoull(value, NULL, 10);
        break;
    case OPTION_PATIENCE:
        judge_options.patience_ms = (uint32_t)atoi(value);
        break;
    default:
        exit(2);
    }
}

void judge_parse(int argc, char **argv)
{
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        set_option(option, optarg);
    }
    judge_options.command = argv + optind;
    if (!judge_options.check || !judge_options.folder || optind >= argc) {
        fprintf(stderr,
                "usage: %s --check=NAME --folder=DIR [--seed=N] "
                "[--seeds=N] [--hostile=FEATURES] -- COMMAND...\n",
                argv[0]);
        exit(2);
    }
}

int judge_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);

    /* A program that has gone must not take its judge along. */
    signal(SIGPIPE, SIG_IGN);
    /* No fork: the student's program is a process of its own anyway. */
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run(runner, NULL, judge_options.check, CK_SILENT);
    srunner_free(runner);
    if (runs == 0) {
        fprintf(stderr, "judge: no check '%s'\n", judge_options.check);
        return 2;
    }
    record_done(judge_options.records, runs);
    return has_failed;
}
