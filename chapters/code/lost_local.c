// A local variable does not survive an await.
#include "rt.h"
#include <stdio.h>

// listing: poll
struct order {
    struct rt_future future;
    struct rt_sleep wait;
    int cups; // lives as long as the frame
};

static enum rt_poll order_poll(struct rt_future *future, struct rt_context *cx)
{
    struct order *self = RT_SELF(future, struct order);
    int cups; // lives as long as this poll

    RT_BEGIN(self);
    cups = 2;
    self->cups = 2;
    printf("before: local %d, frame %d\n", cups, self->cups);
    self->wait = rt_sleep(RT_SECONDS(1));
    RT_AWAIT(self->wait);
    printf("after:  local %d, frame %d\n", cups, self->cups);
    RT_END(self);
}
// end

static const struct rt_future_ops order_ops = {
    .poll = order_poll,
    .name = "order",
};

static struct order order(void)
{
    return (struct order){.future = RT_FUTURE(&order_ops)};
}

RT_MAIN(order())
