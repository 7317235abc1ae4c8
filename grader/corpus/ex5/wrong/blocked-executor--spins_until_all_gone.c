/* Wrong: turns in a loop until no client is there, which so can never
 * happen. */
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
    struct rt_read read;
    struct rt_write write;
    char buffer[BUFFER_SIZE];
};

static enum rt_poll echo_poll(struct rt_future *future, struct rt_context *cx)
{
    struct echo *self = RT_SELF(future, struct echo);

    RT_BEGIN(self);
    for (;;) {
        self->read = rt_read(&self->stream.io, self->buffer, BUFFER_SIZE);
        RT_AWAIT(self->read);
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

struct accept_loop {
    struct rt_future future;
    struct rt_tcp_listener *listener;
    struct rt_tracker *clients;
    struct rt_tcp_accept accept;
    struct rt_sleep pause;
};

static void serve(struct rt_tracker *clients, struct rt_tcp_stream stream)
{
    if (RT_TRACK(clients, echo(stream)) < 0) {
        fputs("no memory for a client: it was turned away\n", stderr);
    }
}

static enum rt_poll accept_loop_poll(struct rt_future *future,
                                     struct rt_context *cx)
{
    struct accept_loop *self = RT_SELF(future, struct accept_loop);

    RT_BEGIN(self);
    for (;;) {
        self->accept = rt_tcp_accept(self->listener);
        RT_AWAIT(self->accept);
        if (self->accept.result == 0) {
            serve(self->clients, self->accept.stream);
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

static const struct rt_future_ops accept_loop_ops = {
    .poll = accept_loop_poll,
    .name = "accept_loop",
};

static struct accept_loop accept_loop(struct rt_tcp_listener *listener,
                                      struct rt_tracker *clients)
{
    return (struct accept_loop){.future = RT_FUTURE(&accept_loop_ops),
                                .listener = listener,
                                .clients = clients};
}

struct graceful_shutdown {
    struct rt_future future;
    uint16_t port;
    struct rt_tcp_listener listener;
    struct rt_tracker clients;
    struct rt_signal ctrl_c;
    struct accept_loop accepting;
    struct rt_select first_of;
};

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

static void stop_listening(struct graceful_shutdown *self)
{
    rt_tcp_listener_close(&self->listener);
    puts("Shutting down...");
}

static enum rt_poll graceful_shutdown_poll(struct rt_future *future,
                                           struct rt_context *cx)
{
    struct graceful_shutdown *self = RT_SELF(future, struct graceful_shutdown);

    RT_BEGIN(self);
    rt_tracker_init(&self->clients);
    self->ctrl_c = rt_ctrl_c();
    if (!start_listening(self)) {
        RT_RETURN();
    }
    self->accepting = accept_loop(&self->listener, &self->clients);
    self->first_of = RT_SELECT(self->ctrl_c, self->accepting);
    RT_AWAIT(self->first_of);

    stop_listening(self);
    while (rt_tracker_count(&self->clients) > 0) {
    }
    RT_END(self);
}

static void graceful_shutdown_drop(struct rt_future *future)
{
    struct graceful_shutdown *self = RT_SELF(future, struct graceful_shutdown);

    rt_tcp_listener_close(&self->listener);
    rt_tracker_deinit(&self->clients);
}

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
