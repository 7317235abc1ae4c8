// A task that blocks its thread, and a task that only wants to look at the
// clock.
#include "rt.h"
#include <stdio.h>
#include <time.h>

// listing: hog
static enum rt_poll hog_poll(struct rt_future *future, struct rt_context *cx)
{
    struct timespec two_seconds = {.tv_sec = 2};

    (void)future;
    (void)cx;
    puts("hog: working");
    nanosleep(&two_seconds, NULL); // the thread stops, and all tasks with it
    puts("hog: done");
    return RT_READY;
}
// end

struct hog {
    struct rt_future future;
};

static const struct rt_future_ops hog_ops = {.poll = hog_poll, .name = "hog"};

struct watch {
    struct rt_future future;
    struct rt_sleep tick;
};

// listing: watch
static enum rt_poll watch_poll(struct rt_future *future, struct rt_context *cx)
{
    struct watch *self = RT_SELF(future, struct watch);

    RT_BEGIN(self);
    if (RT_SPAWN_DETACHED((struct hog){RT_FUTURE(&hog_ops)}) < 0) {
        RT_RETURN();
    }
    self->tick = rt_sleep(RT_SECONDS(1));
    RT_AWAIT(self->tick);
    printf("watch: a tick, due after 1 s, came after %.0f s\n",
           (double)rt_now() / 1e9);
    RT_END(self);
}
// end

static const struct rt_future_ops watch_ops = {
    .poll = watch_poll,
    .name = "watch",
};

RT_MAIN((struct watch){.future = RT_FUTURE(&watch_ops)})
