// Not accepting is not the same as closing the listener.
#include "rt.h"
#include <stdio.h>
#include <string.h>

enum { PORT = 9997 };

struct door {
    struct rt_future future;
    struct rt_tcp_listener listener; // owned
    struct rt_tcp_connect knock;
};

// listing: poll
static enum rt_poll door_poll(struct rt_future *future, struct rt_context *cx)
{
    struct door *self = RT_SELF(future, struct door);

    RT_BEGIN(self);
    if (rt_tcp_listen(&self->listener, "127.0.0.1", PORT) < 0) {
        RT_RETURN();
    }
    // Nobody calls accept. The kernel lets the client in all the same.
    self->knock = rt_tcp_connect("127.0.0.1", PORT);
    RT_AWAIT(self->knock);
    printf("listening, not accepting: %s\n", strerror(-self->knock.result));
    rt_tcp_stream_close(&self->knock.stream);

    rt_tcp_listener_close(&self->listener);
    self->knock = rt_tcp_connect("127.0.0.1", PORT);
    RT_AWAIT(self->knock);
    printf("listener closed: %s\n", strerror(-self->knock.result));
    RT_END(self);
}
// end

static void door_drop(struct rt_future *future)
{
    rt_tcp_listener_close(&RT_SELF(future, struct door)->listener);
}

static const struct rt_future_ops door_ops = {door_poll, door_drop, "door"};

RT_MAIN((struct door){.future = RT_FUTURE(&door_ops)})
