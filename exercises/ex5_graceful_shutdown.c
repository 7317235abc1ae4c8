/*
 * Exercise 5: graceful shutdown
 *
 * Teach your echo server to end well. On Ctrl-C it
 *   1. stops accepting: it closes the listener, so that new clients are
 *      refused by the system;
 *   2. prints the line Shutting down...
 *   3. lets the clients that are connected finish: they are echoed as before,
 *      until they hang up, or until DRAIN_LIMIT is over;
 *   4. ends with exit status 0. Without clients that is at once.
 * A second Ctrl-C ends the program at once, also with exit status 0.
 *
 * Start with a copy of what you wrote in exercise 3 (not 4: here a silent
 * client may stay).
 *
 * You need:  rt_ctrl_c()           a future (struct rt_signal): the next
 *                                  Ctrl-C that comes after this call
 *            RT_SELECT(self->a, self->b)
 *                                  a future (struct rt_select): the first of
 *                                  several. Its winner says which, from 0;
 *                                  the losers have been dropped
 *            RT_TRACK(&tracker, frame)
 *                                  spawns a task that a struct rt_tracker
 *                                  counts; see task/tracker.h
 *            rt_tracker_wait(&tracker)
 *                                  a future: all those tasks are over
 *            RT_TIMEOUT, rt_sleep  for the bound
 *
 * Remember:  when the main future is ready the program ends, and tasks that
 *            are left are dropped.
 *
 * Try it:    make run-ex5     then nc localhost 9999, and Ctrl-C
 *            make check-ex5   checks it
 *            make viz-ex5     shows the signal and whom it wakes
 *            make hint-ex5    gives you a hint
 *
 * Read:      the chapter on shutdown.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "rt.h"

enum { PORT = 9999 };

/* How long clients may stay after Ctrl-C. */
#define DRAIN_LIMIT RT_SECONDS(5)

/* ---- one client ---- */

struct echo {
    struct rt_future future;
    struct rt_tcp_stream stream; /* owned: echo_drop closes it */
    /* Add here what it needs across an await; a buffer, for one. */
};

static enum rt_poll echo_poll(struct rt_future *future, struct rt_context *cx)
{
    struct echo *self = RT_SELF(future, struct echo);

    (void)cx; /* RT_AWAIT uses it; then this line can go */
    RT_BEGIN(self);
    /* Your code goes here, in place of this line. */
    rt_not_implemented("echo: as in exercise 3");
    RT_END(self);
}

static void echo_drop(struct rt_future *future)
{
    struct echo *self = RT_SELF(future, struct echo);

    (void)self;
    /* Your code goes here: give back what the frame owns. */
}

static const struct rt_future_ops echo_ops = {
    .poll = echo_poll,
    .drop = echo_drop,
    .name = "echo",
};

/* Makes the future that serves one client. Takes the stream. */
static struct echo echo(struct rt_tcp_stream stream)
{
    return (struct echo){.future = RT_FUTURE(&echo_ops), .stream = stream};
}

/* ---- the server ---- */

struct graceful_shutdown {
    struct rt_future future;
    uint16_t port;
    struct rt_tcp_listener listener; /* owned: the drop closes it */
    /* Add here what it needs across an await. */
};

/*
 * Given: opens the listener. Returns false when the port can't be had; the
 * user has been told why, and the exit status is set.
 */
static bool start_listening(struct graceful_shutdown *self)
{
    int error = rt_tcp_listen(&self->listener, "127.0.0.1", self->port);

    if (error == -EADDRINUSE) {
        fprintf(stderr, "port %u is in use: another program has it\n",
                self->port);
    } else if (error < 0) {
        fprintf(stderr, "can't listen on port %u: %s\n", self->port,
                strerror(-error));
    } else {
        printf("Echo server listening on port %u\n", self->port);
        return true;
    }
    rt_set_exit_status(1);
    return false;
}

static enum rt_poll graceful_shutdown_poll(struct rt_future *future,
                                           struct rt_context *cx)
{
    struct graceful_shutdown *self = RT_SELF(future, struct graceful_shutdown);

    (void)cx;   /* RT_AWAIT uses it; then this line can go */
    (void)echo; /* you will call it; then this line can go too */
    RT_BEGIN(self);
    if (!start_listening(self)) {
        RT_RETURN();
    }
    /* Your code goes here, in place of this line. */
    rt_not_implemented("graceful_shutdown: accept until Ctrl-C, then drain");
    RT_END(self);
}

static void graceful_shutdown_drop(struct rt_future *future)
{
    struct graceful_shutdown *self = RT_SELF(future, struct graceful_shutdown);

    (void)self;
    /* Your code goes here: give back what the frame owns. */
}

/* ---- given: nothing to change from here on ---- */

static const struct rt_future_ops graceful_shutdown_ops = {
    .poll = graceful_shutdown_poll,
    .drop = graceful_shutdown_drop,
    .name = "main",
};

static struct graceful_shutdown graceful_shutdown(uint16_t port)
{
    return (struct graceful_shutdown){
        .future = RT_FUTURE(&graceful_shutdown_ops), .port = port};
}

RT_MAIN(graceful_shutdown(rt_port_argument(argc, argv, PORT)))
