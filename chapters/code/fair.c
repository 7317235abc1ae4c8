// Two branches that are both ready: who wins?
#include "rt.h"
#include <stdio.h>

struct draw {
    struct rt_future future;
    struct rt_sleep left, right;
    struct rt_select first;
    int round, fair, biased;
};

// listing: poll
static enum rt_poll draw_poll(struct rt_future *future, struct rt_context *cx)
{
    struct draw *self = RT_SELF(future, struct draw);

    RT_BEGIN(self);
    for (self->round = 0; self->round < 1000; self->round++) {
        self->left = rt_sleep(0);
        self->right = rt_sleep(0);
        self->first = RT_SELECT(self->left, self->right);
        RT_AWAIT(self->first);
        self->fair += self->first.winner == 0;

        self->left = rt_sleep(0);
        self->right = rt_sleep(0);
        self->first = RT_SELECT_BIASED(self->left, self->right);
        RT_AWAIT(self->first);
        self->biased += self->first.winner == 0;
    }
    printf("of 1000 draws the left one won: RT_SELECT %d, "
           "RT_SELECT_BIASED %d\n",
           self->fair, self->biased);
    RT_END(self);
}
// end

static const struct rt_future_ops draw_ops = {
    .poll = draw_poll,
    .name = "draw",
};

RT_MAIN((struct draw){.future = RT_FUTURE(&draw_ops)})
