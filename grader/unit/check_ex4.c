/*
 * Exercise 4: a client that is silent for 10 s is cut off, and only that one.
 */
#include <signal.h>

#include "unit/echo.h"

enum { SOME_BYTES = 12, TALKS = 8 };

#define LIMIT RT_SECONDS(10)
#define JUST_BEFORE(time) ((time)-RT_MILLISECONDS(10))
#define JUST_AFTER(time) ((time) + RT_MILLISECONDS(100))

static void expect_open(struct run *run, struct client *client,
                        const char *symptom, const char *what)
{
    client_receive(run, client);
    run_expect_alive(run, "serve its clients");
    if (client->is_ended) {
        judge_fail(run, symptom, "at %.3f s the server closed %s",
                   run_seconds(run), what);
    }
}

/* late: the symptom when it is closed, but too late. */
static void expect_closed(struct run *run, struct client *client,
                          const char *late, const char *what)
{
    client_receive(run, client);
    run_expect_alive(run, "wait for more clients");
    if (!client->is_ended) {
        run_advance(run, run->state.now + 4 * LIMIT);
        client_receive(run, client);
        judge_fail(run, client->is_ended ? late : "keeps-idle-client",
                   "%s, and the server still had it at %.3f s", what,
                   (double)JUST_AFTER(LIMIT) / 1e9);
    }
}

/* Never says a word. */
START_TEST(drops_silent)
{
    struct run *run = echo_begin(_i);
    struct client client;

    if (!run) {
        return;
    }
    echo_connect(run, &client, "a client");
    run_advance(run, JUST_BEFORE(LIMIT));
    expect_open(run, &client, "too-early",
                "a client that had been silent for less than 10 s");
    run_advance(run, JUST_AFTER(LIMIT));
    expect_closed(run, &client, "too-late", "a client was silent for 10 s");
    client_close(run, &client);
    run_expect_alive(run, "wait for more clients");
    judge_pass(run);
}
END_TEST

/* Says something every 3 s; then falls silent. */
START_TEST(keeps_active)
{
    struct run *run = echo_begin(_i);
    struct client client;
    uint64_t last;

    if (!run) {
        return;
    }
    echo_connect(run, &client, "a client");
    for (int talk = 0; talk < TALKS; talk++) {
        run_advance(run, run->state.now + RT_SECONDS(3));
        expect_open(run, &client, "drops-active-client",
                    "a client that sends something every 3 s");
        echo_exchange(run, &client, SOME_BYTES,
                      "a client that sends something every 3 s,",
                      "drops-active-client");
    }
    last = run->state.now;
    run_advance(run, JUST_BEFORE(last + LIMIT));
    expect_open(run, &client, "drops-active-client",
                "a client less than 10 s after its last message");
    run_advance(run, JUST_AFTER(last + LIMIT));
    expect_closed(run, &client, "too-late",
                  "a client that had talked was silent for 10 s");
    judge_pass(run);
}
END_TEST

/* One talks every 9 s, one never: only the silent one goes. */
START_TEST(only_that_one)
{
    struct run *run = echo_begin(_i);
    struct client silent;
    struct client active;
    struct client late;

    if (!run) {
        return;
    }
    echo_connect(run, &silent, "a client");
    echo_connect(run, &active, "another client");
    run_advance(run, RT_SECONDS(5));
    echo_connect(run, &late, "a third client");
    run_advance(run, RT_SECONDS(9));
    echo_exchange(run, &active, SOME_BYTES, "the client that talks",
                  "?no-echo");
    run_advance(run, JUST_AFTER(LIMIT));
    expect_closed(run, &silent, "keeps-idle-client",
                  "one of three clients was silent for 10 s");
    expect_open(run, &active, "drops-active-client",
                "a client that had talked 1 s before, when another one had "
                "been silent for 10 s");
    expect_open(run, &late, "drops-active-client",
                "a client that had come 5 s before, when another one had "
                "been silent for 10 s");
    echo_exchange(run, &late, SOME_BYTES, "the client that came late",
                  "drops-active-client");
    run_advance(run, RT_SECONDS(18));
    echo_exchange(run, &active, SOME_BYTES, "a client that talks every 9 s",
                  "drops-active-client");
    judge_pass(run);
}
END_TEST

/* The two rules at once, while the runtime does all that it may do. */
START_TEST(hostile_times)
{
    struct run *run = echo_begin(_i);
    struct client silent;
    struct client active;
    uint64_t start;

    if (!run) {
        return;
    }
    echo_connect(run, &active, "a client");
    echo_exchange(run, &active, SOME_BYTES, "a client", "?no-echo");
    echo_connect(run, &silent, "another client");
    echo_exchange(run, &silent, SOME_BYTES, "another client", "?no-echo");
    start = run->state.now;
    for (uint64_t talk = 1; talk <= 3; talk++) {
        run_advance(run, start + talk * RT_SECONDS(3));
        echo_exchange(run, &active, SOME_BYTES, "a client that talks",
                      "drops-active-client");
    }
    expect_open(run, &silent, "too-early",
                "a client that had been silent for less than 10 s");
    run_advance(run, start + LIMIT + RT_MILLISECONDS(500));
    expect_closed(run, &silent, "keeps-idle-client",
                  "a client was silent for 10 s");
    echo_exchange(run, &active, SOME_BYTES, "a client that talks",
                  "drops-active-client");
    judge_pass(run);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("ex4");

    judge_parse(argc, argv);
    echo_add_checks(suite, SIGTERM); /* unit/asan_exit.c */
    JUDGE_ADD(suite, "drops-silent", drops_silent);
    JUDGE_ADD(suite, "keeps-active", keeps_active);
    JUDGE_ADD(suite, "only-that-one", only_that_one);
    JUDGE_ADD(suite, "hostile-times", hostile_times);
    return judge_run(suite);
}
