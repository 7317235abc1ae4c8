/*
 * Conductor: the clock of this program is moved from outside the process.
 *
 * A judge holds the other end of a socket. The program runs until it is idle:
 * nothing runnable, nothing to read, nothing due. Only then does it answer,
 * so the judge knows that all consequences of what it sent have happened, and
 * can say "it is 9.999 s now" and look again. No waiting, no guessing, and
 * nothing inside the process that has to be believed.
 *
 * Messages are structs below, in host order, over a SOCK_SEQPACKET or
 * SOCK_STREAM socket. One answer for each command, in order. The end of the
 * program is the end of the stream, and the other way round. It is turned on
 * by RT_CLOCK=conducted:FD.
 */
#ifndef RT_SCHED_CONDUCTOR_H
#define RT_SCHED_CONDUCTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/driver.h"

enum rt_conduct {
    RT_CONDUCT_SYNC = 1,    /* answer when idle */
    RT_CONDUCT_ADVANCE = 2, /* fire all that is due up to value, one timer
                               after the other, and answer when idle */
};

struct rt_conduct_command {
    uint64_t kind;  /* enum rt_conduct */
    uint64_t value; /* ns of the program's clock */
};

struct rt_conduct_answer {
    uint64_t now;    /* ns of the program's clock */
    uint64_t next;   /* deadline of the earliest timer, ns; ~0: none */
    uint64_t tasks;  /* tasks alive */
    uint64_t fds;    /* sources registered with the driver */
    uint64_t timers; /* timers that are set */
};

struct rt_conductor {
    struct rt_source *source; /* owned: the socket; NULL: not conducted */
    struct rt_conduct_command command;
    bool has_command; /* command waits for its answer */
};

/* Leaves the driver, if it has a source. */
void rt_conductor_deinit(struct rt_conductor *conductor);

/*
 * The program is idle, in this state. False: there is no command, so wait for
 * events. True: set the clock to *time (which may be what it shows already)
 * and look for work again, since a command may have come behind bytes that
 * the program has yet to see.
 */
bool rt_conductor_idle(struct rt_conductor *conductor,
                       const struct rt_conduct_answer *state, uint64_t *time);

#endif
