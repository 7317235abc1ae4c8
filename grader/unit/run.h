/*
 * Run: one life of the program under judgement, seen from outside.
 *
 * run_start gives it a terminal for its output, a pipe for its errors and the
 * other end of the conductor's socket (runtime/sched/conductor.h). From then
 * on its time is ours: run_settle and run_advance return when the program has
 * nothing left to do, or when it is over. A program that gives no answer is
 * blocked, or busy for ever; both end the test, with the evidence.
 */
#ifndef GRADER_UNIT_RUN_H
#define GRADER_UNIT_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sched/conductor.h"
#include "time/duration.h"

enum {
    RUN_OUTPUT_MOST = 1 << 20, /* more output than this ends the run */
    RUN_KEEP = 16 * 1024,      /* how much of it is kept */
    RUN_PATH_SIZE = 256,
};

/* Text that the program has written. */
struct run_text {
    int fd;       /* owned; -1 when it has ended */
    size_t total; /* bytes that came */
    size_t size;  /* bytes that are kept */
    char text[RUN_KEEP + 1];
};

struct run {
    pid_t sandbox; /* the child that we started */
    int control;   /* owned: our end of the conductor's socket */
    struct run_text output;
    struct run_text errors;
    bool is_over;
    int status; /* when over: exit status, or 128 + signal */
    uint64_t seed;
    char folder[RUN_PATH_SIZE];
    struct rt_conduct_answer state; /* the latest answer */
};

/* Starts the program; the first answer has not come yet. */
void run_start(struct run *run, int number, uint64_t seed);

/* Kills what is left, and gives everything back. */
void run_end(struct run *run);

/* Lets it do all that it can do now. False: it is over. */
bool run_settle(struct run *run);

/* Moves its clock to time, ns, from timer to timer. False: it is over. */
bool run_advance(struct run *run, uint64_t time);

/* Sends a signal to the program itself. */
void run_signal(struct run *run, int number);

/* Open file descriptors of the program; 0 when that can't be seen. */
size_t run_open_files(const struct run *run);

/* ---- expectations: they fail the test ---- */

/* The program is not over. what says what it should still be doing. */
void run_expect_alive(struct run *run, const char *what);

/* The program ends now, with this status. */
void run_expect_exit(struct run *run, int status);

/* Seconds on the program's clock, for messages. */
double run_seconds(const struct run *run);

#endif
