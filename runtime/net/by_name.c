#include "net/by_name.h"

#include "future/async.h"

static enum rt_poll connect_name_poll(struct rt_future *future,
                                      struct rt_context *cx)
{
    struct rt_tcp_connect_name *self =
        RT_SELF(future, struct rt_tcp_connect_name);

    RT_BEGIN(self);
    self->lookup =
        rt_lookup(self->host, self->port, self->addresses, RT_LOOKUP_MOST);
    RT_AWAIT(self->lookup);
    self->result = self->lookup.result;
    for (; self->tried < self->lookup.result; self->tried++) {
        self->connect = rt_tcp_connect_to(&self->addresses[self->tried]);
        RT_AWAIT(self->connect);
        self->result = self->connect.result;
        if (self->result == 0) {
            self->stream = self->connect.stream;
            RT_RETURN();
        }
    }
    RT_END(self);
}

static const struct rt_future_ops connect_name_ops = {
    .poll = connect_name_poll,
    .name = "connect by name",
};

struct rt_tcp_connect_name rt_tcp_connect_name(const char *host, uint16_t port)
{
    return (struct rt_tcp_connect_name){
        .future = RT_FUTURE(&connect_name_ops),
        .host = host,
        .port = port,
    };
}
