// A limit on the whole visit, where a limit on each silence was meant.
#include "guest.h"

struct inn {
    struct rt_future future;
    struct rt_tcp_listener door; // owned
    struct rt_tcp_accept accept;
    struct guest guest;
    struct rt_timeout limit; // around guest
};

// listing: poll
static enum rt_poll inn_poll(struct rt_future *future, struct rt_context *cx)
{
    struct inn *self = RT_SELF(future, struct inn);

    RT_BEGIN(self);
    if (!open_door(&self->door) ||
        RT_SPAWN_DETACHED(talker("croak", 5, RT_SECONDS(4))) < 0) {
        RT_RETURN();
    }
    self->accept = rt_tcp_accept(&self->door);
    RT_AWAIT(self->accept);
    self->guest = guest(self->accept.stream);
    self->limit = RT_TIMEOUT(self->guest, RT_SECONDS(10));
    RT_AWAIT(self->limit);
    printf("%2.0f s: %s\n", seconds_now(),
           self->limit.is_expired ? "thrown out" : "said goodbye");
    RT_END(self);
}
// end

static void inn_drop(struct rt_future *future)
{
    rt_tcp_listener_close(&RT_SELF(future, struct inn)->door);
}

static const struct rt_future_ops inn_ops = {inn_poll, inn_drop, "inn"};

RT_MAIN((struct inn){.future = RT_FUTURE(&inn_ops)})
