// The first of two: a task that works, and an alarm.
#include "say.h"

struct evening {
    struct rt_future future;
    struct say story;
    struct rt_sleep bedtime;
    struct rt_select first;
};

// listing: poll
static enum rt_poll evening_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct evening *self = RT_SELF(future, struct evening);

    RT_BEGIN(self);
    self->story = say("The long story", RT_SECONDS(60));
    self->bedtime = rt_sleep(RT_SECONDS(10));
    self->first = RT_SELECT(self->story, self->bedtime);
    RT_AWAIT(self->first);
    printf("after %.0f s branch %d won\n", (double)rt_now() / 1e9,
           self->first.winner);
    RT_END(self);
}
// end

static const struct rt_future_ops evening_ops = {
    .poll = evening_poll,
    .name = "evening",
};

RT_MAIN((struct evening){.future = RT_FUTURE(&evening_ops)})
