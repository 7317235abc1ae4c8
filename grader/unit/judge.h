/*
 * Judge: the frame of a unit check.
 *
 * A check program (check_ex1 ... check_ex5) holds scenarios, written as Check
 * tests. It never contains a line of the student's: it starts the student's
 * program in a sandbox, plays the world around it, and looks at what comes
 * out. What it found leaves as one line of JSON on a private channel, and a
 * last line says that the check was carried out to its end.
 *
 *     check_ex1 --check=on_time --seed=7 --seeds=16 --hostile=junk
 *               --folder=DIR --records=FD -- COMMAND...
 *
 * runs one check. With more than one seed a scenario runs once for each, and
 * stops at the first failure. "{run}" in the command stands for the folder of
 * that run: it holds the trace, and the sockets of the servers.
 */
#ifndef GRADER_UNIT_JUDGE_H
#define GRADER_UNIT_JUDGE_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include "unit/run.h"

struct judge_options {
    const char *check;    /* name of the test case to run */
    const char *folder;   /* each run gets a folder of its own in it */
    const char *inside;   /* the run's folder, as the program sees it */
    const char *hostile;  /* features, as in RT_HOSTILE; NULL: none */
    uint64_t seed;        /* of the first run */
    int seeds;            /* how many runs, with seed, seed + 1, ... */
    int records;          /* where the records go */
    uint64_t memory;      /* bytes of address space; 0: no limit */
    uint32_t patience_ms; /* how long a blocked program may stay blocked */
    char **command;       /* sandbox and program */
};

/* What the command line asked for. */
extern struct judge_options judge_options;

/* Parses the command line; before the suite is made. */
void judge_parse(int argc, char **argv);

/* Runs the check that was asked for. What main returns. */
int judge_run(Suite *suite);

/* Adds a test case with one test, which runs once for each seed. */
#define JUDGE_ADD(suite, name, test)                                           \
    do {                                                                       \
        TCase *tcase = tcase_create(name);                                     \
        tcase_add_loop_test(tcase, test, 0, judge_options.seeds);              \
        suite_add_tcase(suite, tcase);                                         \
    } while (0)

/*
 * Starts the program for run number i of a scenario. NULL when an earlier run
 * of this check failed: one failure is enough.
 */
struct run *judge_begin(int i);

/* The run did all it should: ends the program if it still lives. */
void judge_pass(struct run *run);

/*
 * The run failed. symptom is a diagnosis, or a "?word" that needs a closer
 * look (see grader/diagnose.py); the message says what happened. Ends the
 * program and the test.
 */
_Noreturn void judge_fail(struct run *run, const char *symptom,
                          const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
