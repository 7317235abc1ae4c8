/* Right: all three sleep until a point in time, counted from the start. */
#include <stdio.h>

#include "rt.h"

struct say {
    struct rt_future future;
    const char *text;
    uint64_t delay;
    struct rt_sleep nap;
};

static enum rt_poll say_poll(struct rt_future *future, struct rt_context *cx)
{
    struct say *self = RT_SELF(future, struct say);

    RT_BEGIN(self);
    self->nap = rt_sleep_until(self->delay);
    RT_AWAIT(self->nap);
    printf("%s\n", self->text);
    RT_END(self);
}

static const struct rt_future_ops say_ops = {
    .poll = say_poll,
    .name = "say",
};

static struct say say(const char *text, uint64_t delay)
{
    return (struct say){
        .future = RT_FUTURE(&say_ops), .text = text, .delay = delay};
}

struct concurrent_tasks {
    struct rt_future future;
    struct rt_join_handle a;
    struct rt_join_handle b;
    struct rt_join_handle c;
    uint64_t start;
};

static enum rt_poll concurrent_tasks_poll(struct rt_future *future,
                                          struct rt_context *cx)
{
    struct concurrent_tasks *self = RT_SELF(future, struct concurrent_tasks);

    RT_BEGIN(self);
    self->start = rt_now();
    self->a = RT_SPAWN(say("A", self->start + RT_SECONDS(1)));
    self->b = RT_SPAWN(say("B", self->start + RT_SECONDS(2)));
    self->c = RT_SPAWN(say("C", self->start + RT_SECONDS(3)));
    RT_AWAIT(self->a);
    RT_AWAIT(self->b);
    RT_AWAIT(self->c);
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
