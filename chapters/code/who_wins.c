// A sleep with a limit: too long, short enough, and exactly as long.
#include "rt.h"
#include <stdio.h>

struct race {
    struct rt_future future;
    struct rt_sleep nap;
    struct rt_timeout limit;
    uint64_t seconds;
};

// listing: poll
static enum rt_poll race_poll(struct rt_future *future, struct rt_context *cx)
{
    struct race *self = RT_SELF(future, struct race);

    RT_BEGIN(self);
    for (self->seconds = 2; self->seconds <= 4; self->seconds++) {
        self->nap = rt_sleep(RT_SECONDS(self->seconds));
        self->limit = RT_TIMEOUT(self->nap, RT_SECONDS(3));
        RT_AWAIT(self->limit);
        printf("%d s of sleep, 3 s allowed: %s\n", (int)self->seconds,
               self->limit.is_expired ? "expired" : "in time");
    }
    RT_END(self);
}
// end

static const struct rt_future_ops race_ops = {
    .poll = race_poll,
    .name = "race",
};

RT_MAIN((struct race){.future = RT_FUTURE(&race_ops)})
