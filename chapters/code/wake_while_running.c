// A task is woken while it is being polled.
#include "rt.h"
#include <stdio.h>

struct restless {
    struct rt_future future;
    const char *name; // borrowed
    int polls;
};

// listing: poll
static enum rt_poll restless_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct restless *self = RT_SELF(future, struct restless);

    self->polls++;
    printf("%s: poll %d\n", self->name, self->polls);
    if (self->polls == 3) {
        return RT_READY;
    }
    rt_waker_wake_by_ref(cx->waker); // we run: this marks us
    rt_waker_wake_by_ref(cx->waker); // marked already: nothing more
    return RT_PENDING;
}
// end

static const struct rt_future_ops restless_ops = {
    .poll = restless_poll,
    .name = "restless",
};

struct pond {
    struct rt_future future;
    struct restless left, right;
    struct rt_join_handle one, other;
};

// listing: main
static enum rt_poll pond_poll(struct rt_future *future, struct rt_context *cx)
{
    struct pond *self = RT_SELF(future, struct pond);

    RT_BEGIN(self);
    self->one = RT_SPAWN(self->left);
    self->other = RT_SPAWN(self->right);
    RT_AWAIT(self->one);
    RT_AWAIT(self->other);
    RT_END(self);
}
// end

static const struct rt_future_ops pond_ops = {pond_poll, NULL, "pond"};

RT_MAIN((struct pond){.future = RT_FUTURE(&pond_ops),
                      .left = {RT_FUTURE(&restless_ops), "Left", 0},
                      .right = {RT_FUTURE(&restless_ops), "Right", 0}})
