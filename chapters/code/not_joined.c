// A task that is spawned, and forgotten.
#include "say.h"

struct family {
    struct rt_future future;
};

// listing: poll
static enum rt_poll family_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_join_handle child = RT_SPAWN(say("Tadpole", RT_SECONDS(1)));

    (void)future;
    (void)cx;
    rt_join_detach(&child); // nobody will wait for it
    puts("spawned; main is over");
    return RT_READY;
}
// end

static const struct rt_future_ops family_ops = {
    .poll = family_poll,
    .name = "family",
};

RT_MAIN((struct family){.future = RT_FUTURE(&family_ops)})
