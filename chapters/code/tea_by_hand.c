// Making tea, as a state machine written by hand.
#include "rt.h"
#include <stdio.h>

// listing: frame
enum tea_place { TEA_START, TEA_BOILING, TEA_STEEPING };

struct tea {
    struct rt_future future;
    enum tea_place place; // where the next poll goes on
    struct rt_sleep wait; // what it waits for there
};
// end

// listing: poll
static enum rt_poll tea_poll(struct rt_future *future, struct rt_context *cx)
{
    struct tea *self = RT_SELF(future, struct tea);

    switch (self->place) {
    case TEA_START:
        puts("kettle on");
        self->wait = rt_sleep(RT_SECONDS(3));
        self->place = TEA_BOILING;
        __attribute__((fallthrough));
    case TEA_BOILING:
        if (rt_future_poll(&self->wait.future, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        rt_future_drop(&self->wait.future);
        puts("water boils");
        self->wait = rt_sleep(RT_SECONDS(2));
        self->place = TEA_STEEPING;
        __attribute__((fallthrough));
    case TEA_STEEPING:
        if (rt_future_poll(&self->wait.future, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        rt_future_drop(&self->wait.future);
        puts("tea!");
    }
    return RT_READY;
}
// end

static void tea_drop(struct rt_future *future)
{
    rt_future_drop(&RT_SELF(future, struct tea)->wait.future);
}

static const struct rt_future_ops tea_ops = {tea_poll, tea_drop, "tea"};

static struct tea tea(void)
{
    return (struct tea){.future = RT_FUTURE(&tea_ops)};
}

RT_MAIN(tea())
