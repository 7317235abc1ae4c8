/* Wrong: one task sleeps for a second three times. */
#include <stdio.h>

#include "rt.h"

struct concurrent_tasks {
    struct rt_future future;
    struct rt_sleep nap;
    int letter;
};

static enum rt_poll concurrent_tasks_poll(struct rt_future *future,
                                          struct rt_context *cx)
{
    struct concurrent_tasks *self = RT_SELF(future, struct concurrent_tasks);

    RT_BEGIN(self);
    for (self->letter = 'A'; self->letter <= 'C'; self->letter++) {
        self->nap = rt_sleep(RT_SECONDS(1));
        RT_AWAIT(self->nap);
        printf("%c\n", self->letter);
    }
    RT_END(self);
}

static const struct rt_future_ops concurrent_tasks_ops = {
    .poll = concurrent_tasks_poll,
    .name = "main",
};

static struct concurrent_tasks concurrent_tasks(void)
{
    return (struct concurrent_tasks){.future =
                                         RT_FUTURE(&concurrent_tasks_ops)};
}

RT_MAIN(concurrent_tasks())
