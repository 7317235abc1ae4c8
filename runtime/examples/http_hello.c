/*
 * HTTP/1.1 hello: a task for each client, which answers request by request.
 *
 *     build/examples/http_hello 8080     (RT_WORKERS=2 before it: two threads)
 *     curl -i http://127.0.0.1:8080/
 *     ab -k -n 10000 -c 50 http://127.0.0.1:8080/
 */
#include <string.h>
#include <strings.h>
#include "serve.h"

#define HELLO(connection)                                                      \
    RT_SLICE("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"                 \
             "Content-Length: 14\r\nConnection: " connection "\r\n\r\n"        \
             "Hello, world!\n")

struct client {
    struct rt_future future;
    struct rt_tcp_stream stream; /* owned */
    struct rt_delimited codec;
    struct rt_framed_read lines; /* owned */
    struct rt_slice line;        /* of a request */
    struct rt_next next;
    struct rt_write write;
    bool is_last; /* the client wants no more than this answer */
};

static bool ends_with(struct rt_slice line, const char *end)
{
    size_t size = strlen(end);

    return line.size >= size &&
           strncasecmp(line.data + line.size - size, end, size) == 0;
}

static enum rt_poll client_poll(struct rt_future *future, struct rt_context *cx)
{
    struct client *self = RT_SELF(future, struct client);
    struct rt_slice hello;

    RT_BEGIN(self);
    self->codec = rt_delimited_lines(4096);
    self->lines = rt_framed_read(&self->stream.io, &self->codec.codec);
    do {
        do {
            self->next = RT_NEXT(self->lines, self->line);
            RT_AWAIT(self->next);
            if (self->next.result != RT_STREAM_ITEM) {
                RT_RETURN(); /* the client has left */
            }
            self->is_last |= ends_with(self->line, "HTTP/1.0") ||
                             ends_with(self->line, "Connection: close");
            self->is_last &= !ends_with(self->line, "Connection: keep-alive");
        } while (self->line.size > 0); /* an empty line ends a request */
        hello = self->is_last ? HELLO("close") : HELLO("keep-alive");
        self->write = rt_write_all(&self->stream.io, hello.data, hello.size);
        RT_AWAIT(self->write);
    } while (self->write.result > 0 && !self->is_last);
    RT_END(self);
}

static void client_drop(struct rt_future *future)
{
    struct client *self = RT_SELF(future, struct client);

    rt_stream_drop(&self->lines.stream);
    rt_tcp_stream_close(&self->stream);
}

static const struct rt_future_ops client_ops = {
    .poll = client_poll, .drop = client_drop, .name = "client"};

RT_MAIN(SERVE(argc, argv, client_ops, struct client))
