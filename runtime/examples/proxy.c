/*
 * TCP proxy: a second connection for each client, and a copy both ways.
 *
 *     build/examples/proxy 8080 127.0.0.1:80
 *     curl http://127.0.0.1:8080/
 *
 * When one side says that it sends no more, the other one is told, and may
 * still answer.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "serve.h"

struct client {
    struct rt_future future;
    struct rt_tcp_stream stream; /* owned */
    struct rt_tcp_stream server; /* owned */
    struct rt_tcp_connect connect;
    struct rt_timeout limit;
    struct rt_copy_both copy;
};

static struct rt_address target;

static enum rt_poll client_poll(struct rt_future *future, struct rt_context *cx)
{
    struct client *self = RT_SELF(future, struct client);
    int error;

    RT_BEGIN(self);
    self->connect = rt_tcp_connect_to(&target);
    self->limit = RT_TIMEOUT(self->connect, RT_SECONDS(5));
    RT_AWAIT(self->limit);
    error = self->limit.is_expired ? -ETIMEDOUT : self->connect.result;
    if (error) {
        fprintf(stderr, "proxy: can't connect: %s\n", strerror(-error));
        RT_RETURN();
    }
    self->server = self->connect.stream;
    self->copy = rt_copy_both(&self->stream.io, &self->server.io);
    RT_AWAIT(self->copy);
    RT_END(self);
}

static void client_drop(struct rt_future *future)
{
    struct client *self = RT_SELF(future, struct client);

    rt_tcp_stream_close(&self->server);
    rt_tcp_stream_close(&self->stream);
}

static const struct rt_future_ops client_ops = {
    .poll = client_poll, .drop = client_drop, .name = "client"};

int main(int argc, char **argv)
{
    struct serve proxy = SERVE(argc, argv, client_ops, struct client);

    if (argc != 3 || rt_address_parse(&target, argv[2]) < 0) {
        fputs("usage: proxy PORT ADDRESS:PORT\n", stderr);
        return 2;
    }
    return rt_main_run(rt_main_begin(), &proxy.future);
}
