// One word through one socket: the journey of a wake in chapter 5.
#include "talker.h"

// listing: frame
struct listener {
    struct rt_future future;
    struct rt_tcp_listener door; // owned
    struct rt_tcp_accept accept;
    struct rt_read read;
    char word[16];
};
// end

// listing: poll
static enum rt_poll listener_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct listener *self = RT_SELF(future, struct listener);

    RT_BEGIN(self);
    if (!open_door(&self->door) ||
        RT_SPAWN_DETACHED(talker("hello", 1, RT_SECONDS(1))) < 0) {
        RT_RETURN();
    }
    self->accept = rt_tcp_accept(&self->door);
    RT_AWAIT(self->accept);
    self->read = rt_read(&self->accept.stream.io, self->word, 16);
    RT_AWAIT(self->read);
    printf("%zd bytes after %.0f s\n", self->read.result, seconds_now());
    RT_END(self);
}
// end

static void listener_drop(struct rt_future *future)
{
    struct listener *self = RT_SELF(future, struct listener);

    rt_tcp_stream_close(&self->accept.stream);
    rt_tcp_listener_close(&self->door);
}

static const struct rt_future_ops listener_ops = {
    .poll = listener_poll,
    .drop = listener_drop,
    .name = "listener",
};

static struct listener listener(void)
{
    return (struct listener){.future = RT_FUTURE(&listener_ops)};
}

RT_MAIN(listener())
