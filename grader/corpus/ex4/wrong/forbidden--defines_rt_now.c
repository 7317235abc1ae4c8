/* Wrong: defines a function of the runtime itself, so that no time passes. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "rt.h"

enum { PORT = 9999, BUFFER_SIZE = 4096 };

#define ACCEPT_PAUSE RT_MILLISECONDS(10)

#define READ_TIMEOUT RT_SECONDS(10)

uint64_t rt_now(void)
{
    return 0;
}

struct echo {
    struct rt_future future;
    struct rt_tcp_stream stream;
    struct rt_read read;
    struct rt_timeout limit;
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
            break;
        }
        if (self->read.result <= 0) {
            break;
        }
        self->write = rt_write_all(&self->stream.io, self->buffer,
                                   (size_t)self->read.result);
        RT_AWAIT(self->write);
        if (self->write.result < 0) {
            break;
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

static struct echo echo(struct rt_tcp_stream stream)
{
    return (struct echo){.future = RT_FUTURE(&echo_ops), .stream = stream};
}

struct echo_server {
    struct rt_future future;
    uint16_t port;
    struct rt_tcp_listener listener;
    struct rt_tcp_accept accept;
    struct rt_sleep pause;
};

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
