// Spawning a task, doing something else, and waiting for the task.
#include "say.h"

struct family {
    struct rt_future future;
    struct rt_join_handle child;
    struct say finished; // the frame of the child, when it is done
};

// listing: poll
static enum rt_poll family_poll(struct rt_future *future, struct rt_context *cx)
{
    struct family *self = RT_SELF(future, struct family);

    RT_BEGIN(self);
    self->child = RT_SPAWN(say("Tadpole", RT_SECONDS(1)));
    puts("spawned");
    rt_join_into(&self->child, &self->finished, sizeof(self->finished));
    RT_AWAIT(self->child);
    printf("joined: %zu letters\n", self->finished.letters);
    RT_END(self);
}
// end

static const struct rt_future_ops family_ops = {
    .poll = family_poll,
    .name = "family",
};

RT_MAIN((struct family){.future = RT_FUTURE(&family_ops)})
