/*
 * A TCP echo server: it accepts clients and gives each one a task.
 */
#include <stdio.h>

#include "rows.h"

enum { BUFFER_SIZE = 1024 };

struct echo {
    struct rt_future future;
    struct rt_tcp_stream stream; /* owned */
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
    rt_tcp_stream_close(&RT_SELF(future, struct echo)->stream);
}

static const struct rt_future_ops echo_ops = {
    .poll = echo_poll,
    .drop = echo_drop,
    .name = "echo",
};

struct serve {
    struct rt_future future;
    struct rt_tcp_listener listener; /* owned; until the program is killed */
    struct rt_tcp_accept accept;
};

BENCH_OPS(serve);

static void serve_open(struct serve *self)
{
    bench_check(rt_tcp_listen(&self->listener, "127.0.0.1", 0) == 0,
                "can't listen");
    printf("%u\n", rt_tcp_listener_port(&self->listener));
    fflush(stdout);
}

static enum rt_poll serve_poll(struct rt_future *future, struct rt_context *cx)
{
    struct serve *self = RT_SELF(future, struct serve);

    RT_BEGIN(self);
    serve_open(self);
    for (;;) {
        self->accept = rt_tcp_accept(&self->listener);
        RT_AWAIT(self->accept);
        bench_check(self->accept.result == 0, "can't accept");
        bench_check(RT_SPAWN_DETACHED(
                        BENCH_MAKE(echo, .stream = self->accept.stream)) == 0,
                    "a spawn failed");
    }
    RT_END(self);
}

struct rt_join_handle bench_echo(uint64_t count)
{
    (void)count;
    return RT_SPAWN(BENCH_MAKE(serve));
}
