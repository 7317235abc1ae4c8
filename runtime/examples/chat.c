/*
 * Chat: what one client writes, all of them read. A broadcast channel is the
 * room; each client waits for its own next line and the room's, both at once.
 *
 *     build/examples/chat 8080, and in several terminals: nc 127.0.0.1 8080
 */
#include <stdio.h>
#include <string.h>
#include "serve.h"

struct client {
    struct rt_future future;
    struct rt_tcp_stream stream; /* owned, like the next two */
    struct rt_framed_read lines;
    struct rt_broadcast_receiver room;
    struct rt_delimited codec;
    struct rt_slice line;
    char text[256]; /* what the room hears */
    struct rt_next next;
    struct rt_broadcast_receive receive;
    struct rt_select either;
    struct rt_write write;
};

static struct rt_broadcast_sender room;

static enum rt_poll client_poll(struct rt_future *future, struct rt_context *cx)
{
    struct client *self = RT_SELF(future, struct client);

    RT_BEGIN(self);
    self->room = rt_broadcast_subscribe(&room);
    self->codec = rt_delimited_lines(200);
    self->lines = rt_framed_read(&self->stream.io, &self->codec.codec);
    do {
        self->next = RT_NEXT(self->lines, self->line);
        self->receive = rt_broadcast_receive(&self->room, self->text);
        self->either = RT_SELECT(self->next, self->receive);
        RT_AWAIT(self->either); /* the one that comes second is not lost */
        if (self->either.winner == 1 && self->receive.result == 0) {
            self->write =
                rt_write_all(&self->stream.io, self->text, strlen(self->text));
            RT_AWAIT(self->write);
        } else if (self->next.result == RT_STREAM_ITEM) {
            snprintf(self->text, sizeof(self->text), "%d: %.*s\n",
                     self->stream.fd, (int)self->line.size, self->line.data);
            rt_broadcast_send(&room, self->text);
        }
    } while (self->either.winner == 1 || self->next.result == RT_STREAM_ITEM);
    RT_END(self);
}

static void client_drop(struct rt_future *future)
{
    struct client *self = RT_SELF(future, struct client);

    rt_stream_drop(&self->lines.stream);
    rt_broadcast_receiver_drop(&self->room);
    rt_tcp_stream_close(&self->stream);
}

static const struct rt_future_ops client_ops = {
    .poll = client_poll, .drop = client_drop, .name = "client"};

int main(int argc, char **argv)
{
    struct serve chat = SERVE(argc, argv, client_ops, struct client);
    struct rt_broadcast_receiver none;
    int error = rt_broadcast_create(256, 64, &room, &none);

    if (error) {
        fprintf(stderr, "chat: %s\n", strerror(-error));
        return 1;
    }
    rt_broadcast_receiver_drop(&none);
    error = rt_main_run(rt_main_begin(), &chat.future);
    rt_broadcast_sender_drop(&room);
    return error;
}
