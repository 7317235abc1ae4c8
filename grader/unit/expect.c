/*
 * What a program must do: expectations that fail the test.
 */
#include "unit/judge.h"

static const char *ending(const struct run *run)
{
    static const char *const signals[] = {
        [6] = "was stopped (SIGABRT)",
        [8] = "crashed (SIGFPE)",
        [4] = "crashed (SIGILL)",
        [7] = "crashed (SIGBUS)",
        [11] = "crashed (SIGSEGV)",
        [13] = "died of SIGPIPE",
        [24] = "used up its processor time",
    };
    int number = run->status - 128;

    if (number > 0 && number < (int)(sizeof(signals) / sizeof(signals[0])) &&
        signals[number]) {
        return signals[number];
    }
    return "ended";
}

void run_expect_alive(struct run *run, const char *what)
{
    if (run->is_over) {
        judge_fail(run, "?ended",
                   "the program %s at %.3f s with status %d; it should still "
                   "%s",
                   ending(run), run_seconds(run), run->status, what);
    }
}

void run_expect_exit(struct run *run, int status)
{
    if (!run->is_over) {
        judge_fail(run, "?idle",
                   "at %.3f s the program is idle and should be over; %llu "
                   "tasks are alive",
                   run_seconds(run), (unsigned long long)run->state.tasks);
    }
    if (run->status != status) {
        judge_fail(run, "?status",
                   "the program %s with status %d; it should end with status "
                   "%d",
                   ending(run), run->status, status);
    }
}
