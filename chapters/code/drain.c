// Letting the tasks that live finish, for so long and no longer.
#include "say.h"

struct office {
    struct rt_future future;
    struct rt_tracker visitors; // owned
    struct rt_tracker_wait all_gone;
    struct rt_timeout limit; // around all_gone
};

// listing: poll
static enum rt_poll office_poll(struct rt_future *future, struct rt_context *cx)
{
    struct office *self = RT_SELF(future, struct office);

    RT_BEGIN(self);
    rt_tracker_init(&self->visitors);
    if (RT_TRACK(&self->visitors, say("Ada", RT_SECONDS(1))) < 0 ||
        RT_TRACK(&self->visitors, say("Ben", RT_SECONDS(3))) < 0 ||
        RT_TRACK(&self->visitors, say("Cleo", RT_SECONDS(60))) < 0) {
        RT_RETURN();
    }
    self->all_gone = rt_tracker_wait(&self->visitors);
    self->limit = RT_TIMEOUT(self->all_gone, RT_SECONDS(5));
    RT_AWAIT(self->limit);
    printf("after %.0f s: %zu still here\n", (double)rt_now() / 1e9,
           rt_tracker_count(&self->visitors));
    RT_END(self);
}
// end

static void office_drop(struct rt_future *future)
{
    rt_tracker_deinit(&RT_SELF(future, struct office)->visitors);
}

static const struct rt_future_ops office_ops = {
    .poll = office_poll,
    .drop = office_drop,
    .name = "office",
};

RT_MAIN((struct office){.future = RT_FUTURE(&office_ops)})
