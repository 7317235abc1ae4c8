/*
 * Exercise 1: one line, after one second.
 */
#include <string.h>

#include "unit/judge.h"

#define LINE "Hello, async world!\n"

/* A timer may be one tick of 1 ms late. */
#define DUE RT_SECONDS(1)
#define LATEST (DUE + RT_MILLISECONDS(2))

static void expect_line(struct run *run)
{
    if (strcmp(run->output.text, LINE) != 0) {
        judge_fail(run, run->output.size ? "wrong-output" : "?over",
                   "the program ended at %.3f s, and what it printed is not "
                   "the line \"Hello, async world!\"",
                   run_seconds(run));
    }
}

/* The right line and a good end, whenever. */
START_TEST(says_hello)
{
    struct run *run = judge_begin(_i);

    if (!run) {
        return;
    }
    run_advance(run, RT_SECONDS(100000));
    if (run->is_over && run->status == 0) {
        expect_line(run);
    }
    run_expect_exit(run, 0);
    judge_pass(run);
}
END_TEST

/* Nothing before one second, all of it then. */
START_TEST(on_time)
{
    struct run *run = judge_begin(_i);

    if (!run) {
        return;
    }
    if (!run->is_over) {
        run_advance(run, DUE - 1);
    }
    if (run->is_over || run->output.size > 0) {
        judge_fail(
            run, "too-early", "%s before the second was over (at %.3f s)",
            run->output.size ? "the line was printed" : "the program ended",
            run_seconds(run));
    }
    if (run_advance(run, LATEST)) {
        run_advance(run, 100 * DUE);
        judge_fail(run, run->is_over ? "too-late" : "?idle",
                   "at %.3f s the program was not over; the wait should "
                   "take 1 s",
                   (double)LATEST / 1e9);
    }
    run_expect_exit(run, 0);
    expect_line(run);
    judge_pass(run);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("ex1");

    judge_parse(argc, argv);
    JUDGE_ADD(suite, "says-hello", says_hello);
    JUDGE_ADD(suite, "on-time", on_time);
    JUDGE_ADD(suite, "hostile", on_time);
    JUDGE_ADD(suite, "sanitizers", on_time);
    return judge_run(suite);
}
