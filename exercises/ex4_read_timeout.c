/*
 * Exercise 4: read timeout
 *
 * Change your echo server: a client that sends nothing for 10 seconds is cut
 * off. Only that one: the others don't notice. Whenever something comes from
 * a client, its 10 seconds begin anew; a client may stay for hours.
 *
 * Start with a copy of what you wrote in exercise 3: your members and the
 * bodies of your functions fit in here unchanged. Run make check-ex4 before
 * you go on, and see what it misses.
 *
 * You need:  RT_TIMEOUT(self->read, READ_TIMEOUT)
 *                          a future (struct rt_timeout) around another one.
 *                          Await it in place of the read. Then its is_expired
 *                          says whether the time was over first; if not, the
 *                          result of the read is there
 *
 * Remember:  the timeout polls the read. Both live in the frame, and you
 *            await only the outer one.
 *
 * Try it:    make check-ex4   checks it, without waiting for 10 real seconds
 *            make run-ex4     then nc localhost 9999, and wait
 *            make viz-ex4     shows the timer of each read
 *            make hint-ex4    gives you a hint
 *
 * Read:      the chapter on timeouts and select.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "rt.h"

enum { PORT = 9999 };

/* How long a client may be silent. */
#define READ_TIMEOUT RT_SECONDS(10)

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
    rt_not_implemented("echo: as in exercise 3, with a limit on each read");
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

struct echo_server {
    struct rt_future future;
    uint16_t port;
    struct rt_tcp_listener listener; /* owned: echo_server_drop closes it */
    /* Add here what it needs across an await. */
};

/*
 * Given: opens the listener. Returns false when the port can't be had; the
 * user has been told why, and the exit status is set.
 */
static bool start_listening(struct echo_server *self)
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

static enum rt_poll echo_server_poll(struct rt_future *future,
                                     struct rt_context *cx)
{
    struct echo_server *self = RT_SELF(future, struct echo_server);

    (void)cx;   /* RT_AWAIT uses it; then this line can go */
    (void)echo; /* you will call it; then this line can go too */
    RT_BEGIN(self);
    if (!start_listening(self)) {
        RT_RETURN();
    }
    /* Your code goes here, in place of this line. */
    rt_not_implemented("echo_server: accept clients, as in exercise 3");
    RT_END(self);
}

static void echo_server_drop(struct rt_future *future)
{
    struct echo_server *self = RT_SELF(future, struct echo_server);

    (void)self;
    /* Your code goes here: give back what the frame owns. */
}

/* ---- given: nothing to change from here on ---- */

static const struct rt_future_ops echo_server_ops = {
    .poll = echo_server_poll,
    .drop = echo_server_drop,
    .name = "main",
};

static struct echo_server echo_server(uint16_t port)
{
    return (struct echo_server){.future = RT_FUTURE(&echo_server_ops),
                                .port = port};
}

RT_MAIN(echo_server(rt_port_argument(argc, argv, PORT)))
