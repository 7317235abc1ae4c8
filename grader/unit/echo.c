#include "unit/echo.h"

#include <string.h>

enum { LATE_STEPS = 200 };

/* In hostile mode an accept may fail, and a server may pause after that. */
#define PATIENCE RT_SECONDS(2)

struct run *echo_begin(int i)
{
    struct run *run = judge_begin(i);

    if (run) {
        run_expect_alive(run, "listen for clients");
    }
    return run;
}

void echo_connect(struct run *run, struct client *client, const char *who)
{
    run_expect_alive(run, "accept clients");
    if (!client_connect(run, client)) {
        judge_fail(run, "?refused", "%s can't connect to port %d", who,
                   CLIENT_PORT);
    }
}

/* Receives; while bytes are missing, lets pauses of the server go by. */
static void receive_patiently(struct run *run, struct client *client,
                              bool wants_end)
{
    uint64_t limit = run->state.now + (judge_options.hostile ? PATIENCE : 0);

    client_receive(run, client);
    for (int step = 0; step < LATE_STEPS; step++) {
        bool is_done =
            wants_end ? client->is_ended : client->received >= client->sent;

        if (is_done || client->is_ended || run->is_over ||
            run->state.next > limit) {
            return;
        }
        run_advance(run, run->state.next);
        client_receive(run, client);
    }
}

void echo_expect_rest(struct run *run, struct client *client, const char *who,
                      const char *symptom)
{
    receive_patiently(run, client, false);
    if (client->received >= client->sent) {
        return;
    }
    run_expect_alive(run, "serve its clients");
    if (client->is_ended) {
        judge_fail(run, client->received ? "?cut-short" : "closed-early",
                   "%s sent %zu bytes and the server closed the connection "
                   "after %zu of them",
                   who, client->sent, client->received);
    }
    judge_fail(run, client->received && symptom[0] == '?' ? "?part" : symptom,
               "%s sent %zu bytes, got %zu back, and the server is idle", who,
               client->sent, client->received);
}

void echo_exchange(struct run *run, struct client *client, size_t size,
                   const char *who, const char *symptom)
{
    size_t goal = client->sent + size;

    while (client->sent < goal) {
        size_t sent = client_send(run, client, goal - client->sent);

        echo_expect_rest(run, client, who, symptom);
        if (sent == 0 && client->sent < goal) {
            run_expect_alive(run, "serve its clients");
            judge_fail(run, client->is_ended ? "closed-early" : symptom,
                       "%s can't send: the server %s", who,
                       client->is_ended ? "has closed the connection"
                                        : "doesn't read");
        }
    }
}

void echo_expect_close(struct run *run, struct client *client, const char *who)
{
    client_finish(run, client);
    receive_patiently(run, client, true);
    run_expect_alive(run, "serve other clients");
    if (client->received < client->sent) {
        judge_fail(run, "?cut-short",
                   "%s sent %zu bytes and ended its half of the stream; only "
                   "%zu bytes came back",
                   who, client->sent, client->received);
    }
    if (!client->is_ended) {
        judge_fail(run, "never-closed",
                   "%s ended its half of the stream, and has all its bytes; "
                   "the server is idle and keeps the connection open",
                   who);
    }
}
