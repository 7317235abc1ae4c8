/*
 * Exercise 3: echo server
 *
 * Write a TCP server that sends back whatever its clients send. It
 *   1. listens on port 9999 (given: start_listening);
 *   2. accepts any number of clients at once;
 *   3. sends each client its own bytes back, unchanged and in order, until
 *      that client ends its stream; then it closes the connection.
 * A client that is slow, or silent, or vanishes, must not disturb the others,
 * and must not end the server.
 *
 * You need:  rt_tcp_accept(&listener)    a future: the next client. Look at
 *                                        its result, then take its stream
 *            rt_tcp_accept_should_retry  errors after which a server goes on
 *            RT_SPAWN_DETACHED(frame)    a task that nobody waits for
 *            rt_read(&stream.io, buffer, size)
 *                                        a future: result is the number of
 *                                        bytes, 0 at the end of the stream,
 *                                        or a negative error
 *            rt_write(...), rt_write_all(...)
 *                                        what is the difference? See io/io.h
 *            rt_tcp_stream_close, rt_tcp_listener_close
 *                                        for the two drop functions, which
 *                                        run once when a frame is over
 *
 * Try it:    make run-ex3     then in two other terminals: nc localhost 9999
 *            make check-ex3   checks it
 *            make viz-ex3     shows tasks, sockets and wakes
 *            make hint-ex3    gives you a hint
 *
 * Read:      the chapter on async input and output.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "rt.h"

enum { PORT = 9999 };

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
    rt_not_implemented("echo: read and write until the end of the stream");
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
    rt_not_implemented("echo_server: accept clients, a task for each");
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
