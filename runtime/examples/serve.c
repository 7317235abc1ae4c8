#include "serve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* 0, or a negative errno after a line that says so. */
static int start(struct serve *self)
{
    int error = rt_tcp_listen(&self->listener, "127.0.0.1", self->port);

    if (error < 0) {
        fprintf(stderr, "can't listen on port %u: %s\n", self->port,
                strerror(-error));
        rt_set_exit_status(1);
        return error;
    }
    printf("listening on 127.0.0.1:%u\n",
           rt_tcp_listener_port(&self->listener));
    return 0;
}

/* Spawns the task of the client that was accepted. 0 or -ENOMEM. */
static int welcome(struct serve *self)
{
    char *frame = rt_alloc(self->frame_size); /* zeros; only to be copied */
    int error;

    if (!frame) {
        rt_tcp_stream_close(&self->accept.stream);
        return -ENOMEM;
    }
    memcpy(frame, &RT_FUTURE(self->ops), sizeof(struct rt_future));
    memcpy(frame + self->stream_offset, &self->accept.stream,
           sizeof(struct rt_tcp_stream));
    error =
        rt_spawn_detached((struct rt_future *)(void *)frame, self->frame_size);
    rt_free(frame, self->frame_size);
    return error;
}

static enum rt_poll serve_poll(struct rt_future *future, struct rt_context *cx)
{
    struct serve *self = RT_SELF(future, struct serve);
    int error;

    RT_BEGIN(self);
    self->ctrl_c = rt_ctrl_c();
    if (start(self) < 0) {
        RT_RETURN();
    }
    for (;;) {
        self->accept = rt_tcp_accept(&self->listener);
        self->either = RT_SELECT(self->ctrl_c, self->accept);
        rt_select_keep(&self->either, 0); /* it listens on, round for round */
        RT_AWAIT(self->either);
        if (self->either.winner == 0) {
            RT_RETURN();
        }
        error = self->accept.result ? self->accept.result : welcome(self);
        if (error < 0) {
            /* Too many open files, say: asking at once would not help. */
            fprintf(stderr, "lost a client: %s\n", strerror(-error));
            self->pause = rt_sleep(RT_MILLISECONDS(10));
            RT_AWAIT(self->pause);
        }
    }
    RT_END(self);
}

static void serve_drop(struct rt_future *future)
{
    struct serve *self = RT_SELF(future, struct serve);

    rt_future_drop(&self->ctrl_c.future);
    rt_tcp_listener_close(&self->listener);
}

static const struct rt_future_ops serve_ops = {
    .poll = serve_poll, .drop = serve_drop, .name = "serve"};

struct serve serve(uint16_t port, const struct rt_future_ops *ops,
                   size_t frame_size, size_t stream_offset)
{
    return (struct serve){.future = RT_FUTURE(&serve_ops),
                          .port = port,
                          .ops = ops,
                          .frame_size = frame_size,
                          .stream_offset = stream_offset};
}
