/* Right: two state machines without the macros. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "rt.h"

enum { PORT = 9999, BUFFER_SIZE = 4096 };

#define ACCEPT_PAUSE RT_MILLISECONDS(10)

struct echo {
    struct rt_future future;
    struct rt_tcp_stream stream;
    enum { BEGINS, READS, WRITES } state;
    struct rt_read read;
    struct rt_write write;
    char buffer[BUFFER_SIZE];
};

static void begin_read(struct echo *self)
{
    self->read = rt_read(&self->stream.io, self->buffer, BUFFER_SIZE);
    self->state = READS;
}

static void begin_write(struct echo *self)
{
    self->write =
        rt_write_all(&self->stream.io, self->buffer, (size_t)self->read.result);
    self->state = WRITES;
}

static enum rt_poll echo_poll(struct rt_future *future, struct rt_context *cx)
{
    struct echo *self = (struct echo *)future;

    for (;;) {
        switch (self->state) {
        case BEGINS:
            begin_read(self);
            break;
        case READS:
            if (rt_future_poll(&self->read.future, cx) == RT_PENDING) {
                return RT_PENDING;
            }
            rt_future_drop(&self->read.future);
            if (self->read.result <= 0) {
                return RT_READY;
            }
            begin_write(self);
            break;
        case WRITES:
            if (rt_future_poll(&self->write.future, cx) == RT_PENDING) {
                return RT_PENDING;
            }
            rt_future_drop(&self->write.future);
            if (self->write.result < 0) {
                return RT_READY;
            }
            begin_read(self);
            break;
        }
    }
}

static void echo_drop(struct rt_future *future)
{
    struct echo *self = (struct echo *)future;

    rt_future_drop(&self->read.future);
    rt_future_drop(&self->write.future);
    rt_tcp_stream_close(&self->stream);
}

static const struct rt_future_ops echo_ops = {echo_poll, echo_drop, "echo"};

static int spawn_echo(struct rt_tcp_stream stream)
{
    struct echo echo = {.future = RT_FUTURE(&echo_ops), .stream = stream};

    return rt_spawn_detached(&echo.future, sizeof(echo));
}

struct echo_server {
    struct rt_future future;
    uint16_t port;
    struct rt_tcp_listener listener;
    struct rt_tcp_accept accept;
    struct rt_sleep pause;
    bool is_listening;
    bool is_pausing;
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

static bool accept_failed(struct echo_server *self)
{
    if (rt_tcp_accept_should_retry(self->accept.result)) {
        self->pause = rt_sleep(ACCEPT_PAUSE);
        self->is_pausing = true;
        return false;
    }
    fprintf(stderr, "can't accept: %s\n", strerror(-self->accept.result));
    rt_set_exit_status(1);
    return true;
}

static enum rt_poll echo_server_poll(struct rt_future *future,
                                     struct rt_context *cx)
{
    struct echo_server *self = (struct echo_server *)future;

    if (!self->is_listening) {
        if (!start_listening(self)) {
            return RT_READY;
        }
        self->is_listening = true;
        self->accept = rt_tcp_accept(&self->listener);
    }
    for (;;) {
        struct rt_future *child =
            self->is_pausing ? &self->pause.future : &self->accept.future;

        if (rt_future_poll(child, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        rt_future_drop(child);
        if (self->is_pausing) {
            self->is_pausing = false;
        } else if (self->accept.result == 0) {
            if (spawn_echo(self->accept.stream) < 0) {
                fputs("no memory for a client\n", stderr);
            }
        } else if (accept_failed(self)) {
            return RT_READY;
        }
        self->accept = rt_tcp_accept(&self->listener);
    }
}

static void echo_server_drop(struct rt_future *future)
{
    struct echo_server *self = (struct echo_server *)future;

    rt_future_drop(&self->accept.future);
    rt_future_drop(&self->pause.future);
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
