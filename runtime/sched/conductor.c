#include "sched/conductor.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

void rt_conductor_deinit(struct rt_conductor *conductor)
{
    if (conductor->source) {
        rt_driver_deregister(conductor->source);
        conductor->source = NULL;
    }
}

/*
 * Takes the next command, if one has come. They are shorter than anything
 * that a socket would split. When the judge has gone the clock will never move
 * again, so the program ends rather than wait for ever.
 */
static void receive(struct rt_conductor *conductor)
{
    uint32_t seen = rt_source_ready(conductor->source);
    ssize_t size = recv(conductor->source->fd, &conductor->command,
                        sizeof(conductor->command), MSG_DONTWAIT);

    if (size == 0) {
        exit(EXIT_FAILURE);
    }
    if (size < 0) {
        rt_source_clear(conductor->source, seen, RT_READABLE);
    }
    conductor->has_command = size == (ssize_t)sizeof(conductor->command);
}

static void answer(struct rt_conductor *conductor,
                   const struct rt_conduct_answer *state)
{
    /* What was printed is a consequence too. */
    fflush(stdout);
    /* A judge that has gone needs no answer. */
    (void)!send(conductor->source->fd, state, sizeof(*state), MSG_NOSIGNAL);
    conductor->has_command = false;
}

bool rt_conductor_idle(struct rt_conductor *conductor,
                       const struct rt_conduct_answer *state, uint64_t *time)
{
    uint64_t target = state->now;

    *time = state->now;
    if (!conductor->has_command) {
        receive(conductor);
        return conductor->has_command;
    }
    if (conductor->command.kind == RT_CONDUCT_ADVANCE) {
        target = conductor->command.value;
    }
    if (state->now >= target) {
        answer(conductor, state);
    } else {
        *time = state->next < target ? state->next : target;
    }
    return true;
}
