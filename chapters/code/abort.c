// Aborting a task: it is dropped where it waits.
#include "say.h"

struct family {
    struct rt_future future;
    struct rt_join_handle child;
    struct rt_sleep wait;
};

// listing: poll
static enum rt_poll family_poll(struct rt_future *future, struct rt_context *cx)
{
    struct family *self = RT_SELF(future, struct family);

    RT_BEGIN(self);
    self->child = RT_SPAWN(say("Tadpole", RT_SECONDS(60)));
    self->wait = rt_sleep(RT_SECONDS(1));
    RT_AWAIT(self->wait);
    rt_join_abort(&self->child);
    puts("asked it to stop");
    RT_AWAIT(self->child);
    printf("joined after %.0f s: %s\n", (double)rt_now() / 1e9,
           strerror(-self->child.result));
    RT_END(self);
}
// end

static const struct rt_future_ops family_ops = {
    .poll = family_poll,
    .name = "family",
};

RT_MAIN((struct family){.future = RT_FUTURE(&family_ops)})
