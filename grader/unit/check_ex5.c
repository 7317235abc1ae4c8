/*
 * Exercise 5: graceful shutdown.
 */
#include <signal.h>
#include <string.h>

#include "unit/echo.h"

enum { SOME_BYTES = 12, HALF_MESSAGE = 1000 };

/* The drain limit is 5 s; who chose a little more is right as well. */
#define STILL_SERVED RT_SECONDS(4)
#define OVER_BY RT_SECONDS(10)

/* A program may look every now and then, in place of being woken. */
#define MOMENT RT_MILLISECONDS(100)

static void wait_a_moment(struct run *run)
{
    run_advance(run, run->state.now + MOMENT);
}

static void press_ctrl_c(struct run *run)
{
    run_signal(run, SIGINT);
    run_settle(run);
    wait_a_moment(run);
}

static void expect_over(struct run *run, const char *when)
{
    if (!run->is_over) {
        judge_fail(run, "hangs-on-shutdown",
                   "%s at %.3f s the server is idle but not over: %llu "
                   "tasks are alive",
                   when, run_seconds(run),
                   (unsigned long long)run->state.tasks);
    }
    if (run->status != 0) {
        judge_fail(run, run->status < 128 ? "wrong-exit-status" : "?status",
                   "%s the server ended with status %d; it should be 0", when,
                   run->status);
    }
}

static void expect_goodbye(struct run *run)
{
    if (!strstr(run->output.text, "Shutting down...")) {
        judge_fail(run, "wrong-output",
                   "after Ctrl-C the server didn't print \"Shutting "
                   "down...\"");
    }
}

static void expect_still_there(struct run *run, const char *what)
{
    if (run->is_over && run->status == 0) {
        judge_fail(run, "drops-client-on-shutdown",
                   "after Ctrl-C the server ended at %.3f s; it should first "
                   "%s",
                   run_seconds(run), what);
    }
    run_expect_alive(run, what);
}

/* Nobody is there. */
START_TEST(ends_alone)
{
    struct run *run = echo_begin(_i);

    if (!run) {
        return;
    }
    press_ctrl_c(run);
    expect_over(run, "after Ctrl-C, with no client,");
    expect_goodbye(run);
    judge_pass(run);
}
END_TEST

/* A client was there, and has left before. */
START_TEST(ends_after_visit)
{
    struct run *run = echo_begin(_i);
    struct client client;

    if (!run) {
        return;
    }
    echo_connect(run, &client, "a client");
    echo_exchange(run, &client, SOME_BYTES, "a client", "?no-echo");
    client_close(run, &client);
    press_ctrl_c(run);
    expect_over(run, "after Ctrl-C, when the last client had left,");
    judge_pass(run);
}
END_TEST

START_TEST(refuses)
{
    struct run *run = echo_begin(_i);
    struct client client;
    struct client newcomer;

    if (!run) {
        return;
    }
    echo_connect(run, &client, "a client");
    echo_exchange(run, &client, SOME_BYTES, "a client", "?no-echo");
    press_ctrl_c(run);
    expect_still_there(run, "serve the client that is connected");
    if (client_connect(run, &newcomer)) {
        judge_fail(run, "still-accepting-after-shutdown",
                   "after Ctrl-C a new client could still connect: the "
                   "listener is open");
    }
    judge_pass(run);
}
END_TEST

START_TEST(drains)
{
    struct run *run = echo_begin(_i);
    struct client client;
    uint64_t start;

    if (!run) {
        return;
    }
    echo_connect(run, &client, "a client");
    client_send(run, &client, HALF_MESSAGE);
    press_ctrl_c(run);
    start = run->state.now;
    expect_still_there(run, "let its client finish");
    expect_goodbye(run);
    echo_exchange(run, &client, HALF_MESSAGE,
                  "a client in mid-message at Ctrl-C",
                  "drops-client-on-shutdown");
    run_advance(run, start + STILL_SERVED);
    expect_still_there(run, "let its client finish, for up to 5 s");
    echo_exchange(run, &client, SOME_BYTES, "a client 4 s after Ctrl-C",
                  "drops-client-on-shutdown");
    client_finish(run, &client);
    client_receive(run, &client);
    wait_a_moment(run);
    expect_over(run, "after Ctrl-C, when the last client had hung up,");
    judge_pass(run);
}
END_TEST

START_TEST(bounded)
{
    struct run *run = echo_begin(_i);
    struct client client;
    uint64_t start;

    if (!run) {
        return;
    }
    echo_connect(run, &client, "a client");
    echo_exchange(run, &client, SOME_BYTES, "a client", "?no-echo");
    press_ctrl_c(run);
    start = run->state.now;
    expect_still_there(run, "let its client finish");
    run_advance(run, start + OVER_BY);
    expect_over(run, "after Ctrl-C, with a client that never hangs up,");
    judge_pass(run);
}
END_TEST

START_TEST(second_ctrl_c)
{
    struct run *run = echo_begin(_i);
    struct client client;

    if (!run) {
        return;
    }
    echo_connect(run, &client, "a client");
    echo_exchange(run, &client, SOME_BYTES, "a client", "?no-echo");
    press_ctrl_c(run);
    expect_still_there(run, "let its client finish");
    run_advance(run, run->state.now + RT_SECONDS(1));
    expect_still_there(run, "let its client finish");
    press_ctrl_c(run);
    expect_over(run, "after a second Ctrl-C, with a client connected,");
    judge_pass(run);
}
END_TEST

/* All of it, while the runtime does all that it may do. */
START_TEST(hostile_end)
{
    struct run *run = echo_begin(_i);
    struct client clients[2];

    if (!run) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        echo_connect(run, &clients[i], "one of two clients");
        echo_exchange(run, &clients[i], SOME_BYTES, "one of two clients",
                      "?no-echo");
    }
    press_ctrl_c(run);
    for (int i = 0; i < 2; i++) {
        expect_still_there(run, "let its clients finish");
        echo_exchange(run, &clients[i], (size_t)5 * SOME_BYTES,
                      "after Ctrl-C one of two clients",
                      "drops-client-on-shutdown");
        client_finish(run, &clients[i]);
        client_receive(run, &clients[i]);
    }
    wait_a_moment(run);
    expect_over(run, "after Ctrl-C, when both clients had hung up,");
    expect_goodbye(run);
    judge_pass(run);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("ex5");

    judge_parse(argc, argv);
    echo_add_checks(suite, SIGINT);
    JUDGE_ADD(suite, "ends-alone", ends_alone);
    JUDGE_ADD(suite, "ends-after-visit", ends_after_visit);
    JUDGE_ADD(suite, "refuses", refuses);
    JUDGE_ADD(suite, "drains", drains);
    JUDGE_ADD(suite, "bounded", bounded);
    JUDGE_ADD(suite, "second-ctrl-c", second_ctrl_c);
    JUDGE_ADD(suite, "hostile-end", hostile_end);
    return judge_run(suite);
}
