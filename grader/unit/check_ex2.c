/*
 * Exercise 2: A, B, C after 1, 2, 3 s, and the end at 3 s.
 */
#include <stdio.h>
#include <string.h>

#include "unit/judge.h"

enum { LINES = 3 };

/* A timer may be one tick of 1 ms late. */
#define LATE RT_MILLISECONDS(2)

/* What must have been printed after so many seconds. */
static const char *const expected[LINES + 1] = {"", "A\n", "A\nB\n",
                                                "A\nB\nC\n"};

static bool has_printed(const struct run *run, int lines)
{
    return strcmp(run->output.text, expected[lines]) == 0;
}

static bool is_start_of_expected(const struct run *run)
{
    return strncmp(run->output.text, expected[LINES], run->output.size) == 0;
}

/* All three lines in order and a good end, whenever. */
START_TEST(prints_all)
{
    struct run *run = judge_begin(_i);

    if (!run) {
        return;
    }
    run_advance(run, RT_SECONDS(100000));
    if (run->is_over && run->status == 0 && !has_printed(run, LINES)) {
        judge_fail(run,
                   is_start_of_expected(run) ? "?short-output" : "wrong-output",
                   "the program ended at %.3f s, and what it printed is not "
                   "A, B and C, one on each line",
                   run_seconds(run));
    }
    run_expect_exit(run, 0);
    judge_pass(run);
}
END_TEST

/* The line of this second is missing. Does it come when waits add up? */
static void judge_late(struct run *run, int second)
{
    static const char line[] = "?ABC";
    static const int sum[] = {0, 1, 3, 6};
    bool was_before;

    run_advance(run, RT_SECONDS(sum[second]) - 1);
    was_before = has_printed(run, second);
    run_advance(run, RT_SECONDS(sum[second]) + LATE);
    if (sum[second] > second && !was_before && has_printed(run, second)) {
        judge_fail(run, "not-concurrent",
                   "%c was printed after %d s, not after %d: the waits came "
                   "one after the other",
                   line[second], sum[second], second);
    }
    run_advance(run, RT_SECONDS(1000));
    judge_fail(run,
               has_printed(run, second) || run->is_over ? "too-late" : "?idle",
               "%c was not printed after %d s", line[second], second);
}

static void expect_lines(struct run *run, int second)
{
    if (has_printed(run, second)) {
        return;
    }
    if (run->output.size > strlen(expected[second])) {
        judge_fail(run, "too-early",
                   "%d lines should have been printed at %.3f s; there are "
                   "more",
                   second, run_seconds(run));
    }
    judge_late(run, second);
}

static void expect_alive_before(struct run *run, int second)
{
    if (run->is_over) {
        judge_fail(run, has_printed(run, LINES) ? "too-early" : "?over",
                   "the program ended at %.3f s; it should end after 3 s",
                   run_seconds(run));
    }
    expect_lines(run, second);
}

/*
 * One task that sleeps for a second three times prints the right lines at the
 * right times, too; but nothing in it is concurrent.
 */
static void expect_waits_at_once(struct run *run, uint64_t waits)
{
    if (waits < LINES) {
        judge_fail(run, "not-concurrent",
                   "before the first second was over, %d of the 3 waits had "
                   "begun: the others come after it, not at the same time",
                   (int)waits);
    }
}

/* Each line in its second, and the end with the last one. */
START_TEST(concurrent)
{
    struct run *run = judge_begin(_i);
    uint64_t waits = 0; /* that had begun before the first was over */

    if (!run) {
        return;
    }
    expect_alive_before(run, 0);
    for (int second = 1; second <= LINES; second++) {
        uint64_t due = RT_SECONDS((uint64_t)second);

        run_advance(run, due - 1);
        expect_alive_before(run, second - 1);
        if (second == 1) {
            waits = run->state.timers;
        }
        run_advance(run, due + LATE);
        expect_lines(run, second);
    }
    if (!run->is_over) {
        run_advance(run, RT_SECONDS(1000));
        judge_fail(run, run->is_over ? "too-late" : "?idle",
                   "all is printed after 3 s, but the program is not over "
                   "then");
    }
    run_expect_exit(run, 0);
    expect_waits_at_once(run, waits);
    judge_pass(run);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("ex2");

    judge_parse(argc, argv);
    JUDGE_ADD(suite, "prints-all", prints_all);
    JUDGE_ADD(suite, "concurrent", concurrent);
    JUDGE_ADD(suite, "hostile", concurrent);
    JUDGE_ADD(suite, "sanitizers", concurrent);
    return judge_run(suite);
}
