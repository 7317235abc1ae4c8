#include "io/async_fd.h"

#include "future/async.h"

int rt_async_fd_init(struct rt_async_fd *async, int fd)
{
    struct rt_runtime *runtime = rt_current_or_panic("rt_async_fd_init");

    *async = (struct rt_async_fd){.fd = fd};
    return rt_driver_register(rt_runtime_driver(runtime), fd, "async fd",
                              &async->source);
}

void rt_async_fd_deinit(struct rt_async_fd *async)
{
    struct rt_source *source = async->source;

    if (source) {
        async->source = NULL;
        rt_driver_deregister(source);
    }
}

static enum rt_poll io_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_async_fd_io *self = RT_SELF(future, struct rt_async_fd_io);
    struct rt_attempt attempt =
        rt_attempt(self->async->source, &self->waiter, self->interest);

    while (rt_attempt_next(&attempt, cx)) {
        rt_attempt_end(&attempt, self->call(self->async->fd, self->argument),
                       0);
    }
    self->result = attempt.result;
    return attempt.poll;
}

static void io_drop(struct rt_future *future)
{
    rt_io_waiter_cancel(&RT_SELF(future, struct rt_async_fd_io)->waiter);
}

static const struct rt_future_ops io_ops = {
    .poll = io_poll,
    .drop = io_drop,
    .name = "async fd",
};

struct rt_async_fd_io rt_async_fd_io(struct rt_async_fd *async,
                                     enum rt_ready interest,
                                     ssize_t (*call)(int fd, void *argument),
                                     void *argument)
{
    return (struct rt_async_fd_io){
        .future = RT_FUTURE(&io_ops),
        .async = async,
        .interest = interest,
        .call = call,
        .argument = argument,
    };
}
