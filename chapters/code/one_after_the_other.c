// Two waits in a row, two waits in one task, two tasks.
#include "say.h"

struct family {
    struct rt_future future;
    struct say first, second;
    struct rt_join both;
};

static double seconds_now(void)
{
    return (double)rt_now() / 1e9;
}

// listing: poll
static enum rt_poll family_poll(struct rt_future *future, struct rt_context *cx)
{
    struct family *self = RT_SELF(future, struct family);

    RT_BEGIN(self);
    self->first = say("Tadpole", RT_SECONDS(2));
    self->second = say("Froglet", RT_SECONDS(2));
    RT_AWAIT(self->first);
    RT_AWAIT(self->second);
    printf("-- one after the other: %.0f s\n", seconds_now());

    self->first = say("Tadpole", RT_SECONDS(2));
    self->second = say("Froglet", RT_SECONDS(2));
    self->both = RT_JOIN(self->first, self->second);
    RT_AWAIT(self->both);
    printf("-- and both at once: %.0f s\n", seconds_now());
    RT_END(self);
}
// end

static const struct rt_future_ops family_ops = {
    .poll = family_poll,
    .name = "family",
};

RT_MAIN((struct family){.future = RT_FUTURE(&family_ops)})
