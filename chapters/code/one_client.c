// A server that awaits each of its guests.
#include "guest.h"

struct inn {
    struct rt_future future;
    struct rt_tcp_listener door; // owned
    struct rt_tcp_accept accept;
    struct guest guest;
    int guests;
};

// listing: poll
static enum rt_poll inn_poll(struct rt_future *future, struct rt_context *cx)
{
    struct inn *self = RT_SELF(future, struct inn);

    RT_BEGIN(self);
    if (!open_door(&self->door) ||
        RT_SPAWN_DETACHED(talker("Ada", 2, RT_SECONDS(5))) < 0 ||
        RT_SPAWN_DETACHED(talker("Ben", 2, RT_SECONDS(1))) < 0) {
        RT_RETURN();
    }
    while (self->guests < 2) {
        self->accept = rt_tcp_accept(&self->door);
        RT_AWAIT(self->accept);
        self->guests++;
        self->guest = guest(self->accept.stream);
        RT_AWAIT(self->guest); // until this guest hangs up
    }
    RT_END(self);
}
// end

static void inn_drop(struct rt_future *future)
{
    rt_tcp_listener_close(&RT_SELF(future, struct inn)->door);
}

static const struct rt_future_ops inn_ops = {inn_poll, inn_drop, "inn"};

RT_MAIN((struct inn){.future = RT_FUTURE(&inn_ops)})
