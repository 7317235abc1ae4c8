/*
 * Exercise 4, solved: the echo server hangs up on a client that is silent.
 *
 * A timeout is a future around another one: it is ready when the read is, or
 * when the time is over, and says which. The read that lost has been dropped
 * by then, so it holds no buffer and no place in a queue.
 *
 * The ten seconds belong to one read of one client. Each turn of the loop
 * makes a new timeout, and so an active client is never cut off.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "rt.h"

enum { PORT = 9999, BUFFER_SIZE = 4096 };

/* How long to wait after an accept that failed, for files to be closed. */
#define ACCEPT_PAUSE RT_MILLISECONDS(10)

/* How long a client may be silent. */
#define READ_TIMEOUT RT_SECONDS(10)

/* ---- one client ---- */

struct echo {
    struct rt_future future;
    struct rt_tcp_stream stream; /* owned */
    struct rt_read read;
    struct rt_timeout limit; /* around read */
    struct rt_write write;
    char buffer[BUFFER_SIZE];
};

static enum rt_poll echo_poll(struct rt_future *future, struct rt_context *cx)
{
    struct echo *self = RT_SELF(future, struct echo);

    RT_BEGIN(self);
    for (;;) {
        self->read = rt_read(&self->stream.io, self->buffer, BUFFER_SIZE);
        self->limit = RT_TIMEOUT(self->read, READ_TIMEOUT);
        RT_AWAIT(self->limit);
        if (self->limit.is_expired) {
            break; /* silent for too long: echo_drop hangs up */
        }
        if (self->read.result <= 0) {
            break; /* the end of the stream, or the client is gone */
        }
        /* A write may take less than it is given; rt_write_all goes on. */
        self->write = rt_write_all(&self->stream.io, self->buffer,
                                   (size_t)self->read.result);
        RT_AWAIT(self->write);
        if (self->write.result < 0) {
            break; /* nobody is there to read it: the end of this client */
        }
    }
    RT_END(self);
}

static void echo_drop(struct rt_future *future)
{
    struct echo *self = RT_SELF(future, struct echo);

    rt_tcp_stream_close(&self->stream);
}

static const struct rt_future_ops echo_ops = {
    .poll = echo_poll,
    .drop = echo_drop,
    .name = "echo",
};

/* Takes the stream. */
static struct echo echo(struct rt_tcp_stream stream)
{
    return (struct echo){.future = RT_FUTURE(&echo_ops), .stream = stream};
}

/* ---- the server ---- */

struct echo_server {
    struct rt_future future;
    uint16_t port;
    struct rt_tcp_listener listener; /* owned */
    struct rt_tcp_accept accept;
    struct rt_sleep pause;
};

/* Returns false when the port can't be had; the user has been told why. */
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

/* The stream moves into a task of its own, which nobody needs to wait for. */
static void serve(struct rt_tcp_stream stream)
{
    if (RT_SPAWN_DETACHED(echo(stream)) < 0) {
        fputs("no memory for a client: it was turned away\n", stderr);
    }
}

static enum rt_poll echo_server_poll(struct rt_future *future,
                                     struct rt_context *cx)
{
    struct echo_server *self = RT_SELF(future, struct echo_server);

    RT_BEGIN(self);
    if (!start_listening(self)) {
        RT_RETURN();
    }
    for (;;) {
        self->accept = rt_tcp_accept(&self->listener);
        RT_AWAIT(self->accept);
        if (self->accept.result == 0) {
            serve(self->accept.stream);
        } else if (rt_tcp_accept_should_retry(self->accept.result)) {
            /* Too many open files, say: asking at once won't help. */
            self->pause = rt_sleep(ACCEPT_PAUSE);
            RT_AWAIT(self->pause);
        } else {
            break;
        }
    }
    fprintf(stderr, "can't accept: %s\n", strerror(-self->accept.result));
    rt_set_exit_status(1);
    RT_END(self);
}

static void echo_server_drop(struct rt_future *future)
{
    struct echo_server *self = RT_SELF(future, struct echo_server);

    rt_tcp_listener_close(&self->listener);
}

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
