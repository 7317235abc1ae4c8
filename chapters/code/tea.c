// Making tea, as an async function.
#include "rt.h"
#include <stdio.h>

// listing: frame
struct tea {
    struct rt_future future; // holds the place, too
    struct rt_sleep wait;
};
// end

// listing: poll
static enum rt_poll tea_poll(struct rt_future *future, struct rt_context *cx)
{
    struct tea *self = RT_SELF(future, struct tea);

    RT_BEGIN(self);
    puts("kettle on");
    self->wait = rt_sleep(RT_SECONDS(3));
    RT_AWAIT(self->wait);
    puts("water boils");
    self->wait = rt_sleep(RT_SECONDS(2));
    RT_AWAIT(self->wait);
    puts("tea!");
    RT_END(self);
}
// end

// listing: make
static const struct rt_future_ops tea_ops = {.poll = tea_poll, .name = "tea"};

static struct tea tea(void)
{
    return (struct tea){.future = RT_FUTURE(&tea_ops)};
}
// end

// listing: main
RT_MAIN(tea())
// end
