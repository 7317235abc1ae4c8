#include "time/timeout.h"

#include "future/async.h"

static enum rt_poll timeout_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_timeout *self = RT_SELF(future, struct rt_timeout);

    if (rt_future_poll(self->future.awaiting, cx) == RT_READY) {
        return RT_READY;
    }
    if (rt_sleep_is_over(&self->sleep, cx)) {
        self->is_expired = true;
        return RT_READY;
    }
    rt_future_check_kept(self->future.awaiting, "what has a timeout", cx);
    return RT_PENDING;
}

static void timeout_drop(struct rt_future *future)
{
    rt_future_drop(&RT_SELF(future, struct rt_timeout)->sleep.future);
}

const struct rt_future_ops rt_timeout_ops = {
    .poll = timeout_poll,
    .drop = timeout_drop,
    .name = "timeout",
};
