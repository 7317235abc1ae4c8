// A future that is made, and never awaited.
#include "say.h"

struct family {
    struct rt_future future;
    struct say child;
};

// listing: poll
static enum rt_poll family_poll(struct rt_future *future, struct rt_context *cx)
{
    struct family *self = RT_SELF(future, struct family);

    (void)cx;
    self->child = say("Tadpole", RT_SECONDS(1)); // and that is all
    printf("over after %.0f s\n", (double)rt_now() / 1e9);
    return RT_READY;
}
// end

static const struct rt_future_ops family_ops = {
    .poll = family_poll,
    .name = "family",
};

RT_MAIN((struct family){.future = RT_FUTURE(&family_ops)})
