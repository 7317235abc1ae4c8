/*
 * The checks that every echo server must pass.
 */
#include <stdio.h>
#include <string.h>

#include "unit/echo.h"

enum {
    CLIENTS = 8, /* at once */
    VISITS = 6,  /* one after the other */
    SOME_BYTES = 12,
    MANY_BYTES = 1 << 20, /* more than the sockets between us hold */
};

/* A server that drains is over by then. */
#define DRAIN_MOST RT_SECONDS(10)

START_TEST(listens)
{
    struct run *run = judge_begin(_i);
    struct client client;

    if (!run) {
        return;
    }
    run_expect_alive(run, "wait for clients");
    echo_connect(run, &client, "a client");
    run_expect_alive(run, "serve the client that has connected");
    if (!strstr(run->output.text, "listening on port 9999")) {
        judge_fail(run, "wrong-output",
                   "the server listens, but didn't print \"Echo server "
                   "listening on port 9999\"");
    }
    client_close(run, &client);
    run_expect_alive(run, "wait for the next client");
    judge_pass(run);
}
END_TEST

START_TEST(echoes)
{
    struct run *run = echo_begin(_i);
    struct client client;

    if (!run) {
        return;
    }
    echo_connect(run, &client, "a client");
    echo_exchange(run, &client, SOME_BYTES, "a client", "?no-echo");
    echo_exchange(run, &client, 1, "a client, with its second message,",
                  "?no-second-echo");
    echo_exchange(run, &client, CLIENT_BINARY - client.sent, "a client",
                  "?no-echo");
    echo_exchange(run, &client, 256,
                  "a client, with a message of all 256 byte values,",
                  "wrong-output");
    echo_exchange(run, &client, CLIENT_CHUNK,
                  "a client, with a message of 16 KiB,", "?part");
    judge_pass(run);
}
END_TEST

START_TEST(closes)
{
    struct run *run = echo_begin(_i);
    struct client client;

    if (!run) {
        return;
    }
    echo_connect(run, &client, "a client");
    echo_exchange(run, &client, SOME_BYTES, "a client", "?no-echo");
    /* These come together with the end of the stream. */
    client_send(run, &client, SOME_BYTES);
    echo_expect_close(run, &client, "a client");
    client_close(run, &client);
    judge_pass(run);
}
END_TEST

START_TEST(leaves_nothing)
{
    struct run *run = echo_begin(_i);
    struct client client;
    uint64_t tasks = 0;
    size_t files = 0;

    if (!run) {
        return;
    }
    for (int visit = 0; visit < VISITS; visit++) {
        echo_connect(run, &client, "a client");
        echo_exchange(run, &client, SOME_BYTES, "a client", "?no-echo");
        echo_expect_close(run, &client, "a client");
        client_close(run, &client);
        if (visit == 0) {
            tasks = run->state.tasks;
            files = run_open_files(run);
        }
    }
    if (run_open_files(run) > files + 1) {
        judge_fail(run, "leaked-fd",
                   "after one client the server had %zu open files, after %d "
                   "clients %zu: it doesn't close what it accepts",
                   files, VISITS, run_open_files(run));
    }
    if (run->state.tasks > tasks + 1) {
        judge_fail(run, "leaked-task",
                   "after one client %llu tasks were alive, after %d clients "
                   "%llu, and no client is there",
                   (unsigned long long)tasks, VISITS,
                   (unsigned long long)run->state.tasks);
    }
    judge_pass(run);
}
END_TEST

START_TEST(many_clients)
{
    struct run *run = echo_begin(_i);
    struct client clients[CLIENTS];
    struct client *second = &clients[1];

    if (!run) {
        return;
    }
    echo_connect(run, &clients[0], "the first client");
    echo_connect(run, second, "the second client");
    /* The first one says nothing. */
    echo_exchange(run, second, SOME_BYTES,
                  "while a first client was silent, a second client",
                  "serves-one-client-at-a-time");
    for (int i = 2; i < CLIENTS; i++) {
        echo_connect(run, &clients[i], "one more client");
    }
    for (size_t round = 1; round <= 3; round++) {
        for (int i = CLIENTS - 1; i >= 0; i--) {
            echo_exchange(run, &clients[i], round * SOME_BYTES,
                          "one of eight clients",
                          "serves-one-client-at-a-time");
        }
    }
    for (int i = 0; i < CLIENTS; i++) {
        echo_expect_close(run, &clients[i], "one of eight clients");
    }
    judge_pass(run);
}
END_TEST

/* A client that sends and sends before it reads, and another meanwhile. */
START_TEST(slow_reader)
{
    struct run *run = echo_begin(_i);
    struct client slow;
    struct client other;

    if (!run) {
        return;
    }
    echo_connect(run, &slow, "a client");
    echo_connect(run, &other, "another client");
    while (slow.sent < MANY_BYTES) {
        if (client_send(run, &slow, CLIENT_CHUNK) < CLIENT_CHUNK) {
            break;
        }
    }
    echo_exchange(run, &other, SOME_BYTES,
                  "while one client didn't read, another",
                  "serves-one-client-at-a-time");
    echo_expect_rest(run, &slow, "a client that reads late", "?part");
    echo_expect_close(run, &slow, "a client that reads late");
    judge_pass(run);
}
END_TEST

START_TEST(vanishing)
{
    struct run *run = echo_begin(_i);
    struct client gone;
    struct client other;

    if (!run) {
        return;
    }
    echo_connect(run, &other, "a client");
    /* Gone at once; gone with its echo unread; gone in a long message. */
    echo_connect(run, &gone, "a second client");
    client_close(run, &gone);
    echo_connect(run, &gone, "a third client");
    client_send(run, &gone, SOME_BYTES);
    client_close(run, &gone);
    echo_connect(run, &gone, "a fourth client");
    while (gone.sent < MANY_BYTES &&
           client_send(run, &gone, CLIENT_CHUNK) == CLIENT_CHUNK) {
    }
    client_close(run, &gone);
    run_expect_alive(run, "serve its other clients when one vanishes");
    echo_exchange(run, &other, SOME_BYTES,
                  "after others had vanished, a client", "?no-echo");
    judge_pass(run);
}
END_TEST

/* Two clients in turn, while the runtime does all that it may do. */
START_TEST(hostile)
{
    struct run *run = echo_begin(_i);
    struct client clients[3];

    if (!run) {
        return;
    }
    for (int i = 0; i < 3; i++) {
        echo_connect(run, &clients[i], "a client");
    }
    for (size_t round = 1; round <= 6; round++) {
        for (int i = 0; i < 3; i++) {
            echo_exchange(run, &clients[i], round * round * SOME_BYTES,
                          "one of three clients", "?no-echo");
        }
    }
    for (int i = 0; i < 3; i++) {
        client_send(run, &clients[i], SOME_BYTES);
        echo_expect_close(run, &clients[i], "one of three clients");
        client_close(run, &clients[i]);
    }
    run_expect_alive(run, "wait for more clients");
    judge_pass(run);
}
END_TEST

static int end_signal;

/* Visits of all kinds, and an end with a client: what is left was leaked. */
START_TEST(sanitizers)
{
    struct run *run = echo_begin(_i);
    struct client clients[2];

    if (!run) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        echo_connect(run, &clients[i], "a client");
        echo_exchange(run, &clients[i], CLIENT_CHUNK, "a client", "?no-echo");
    }
    client_send(run, &clients[0], SOME_BYTES);
    client_close(run, &clients[0]);
    echo_expect_close(run, &clients[1], "a client");
    client_close(run, &clients[1]);
    echo_connect(run, &clients[0], "a last client");
    echo_exchange(run, &clients[0], SOME_BYTES, "a last client", "?no-echo");
    run_signal(run, end_signal);
    run_settle(run);
    run_advance(run, run->state.now + DRAIN_MOST);
    run_expect_exit(run, 0);
    judge_pass(run);
}
END_TEST

void echo_add_checks(Suite *suite, int number)
{
    end_signal = number;
    JUDGE_ADD(suite, "sanitizers", sanitizers);
    JUDGE_ADD(suite, "listens", listens);
    JUDGE_ADD(suite, "echoes", echoes);
    JUDGE_ADD(suite, "closes", closes);
    JUDGE_ADD(suite, "leaves-nothing", leaves_nothing);
    JUDGE_ADD(suite, "many-clients", many_clients);
    JUDGE_ADD(suite, "slow-reader", slow_reader);
    JUDGE_ADD(suite, "vanishing", vanishing);
    JUDGE_ADD(suite, "hostile", hostile);
}
