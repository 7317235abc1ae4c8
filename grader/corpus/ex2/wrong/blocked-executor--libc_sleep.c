/* Wrong: the tasks sleep with sleep(3), which stops all of them. */
#include <stdio.h>
#include <unistd.h>

#include "rt.h"

struct say {
    struct rt_future future;
    const char *text;
    unsigned seconds;
};

static enum rt_poll say_poll(struct rt_future *future, struct rt_context *cx)
{
    struct say *self = RT_SELF(future, struct say);

    (void)cx;
    sleep(self->seconds);
    puts(self->text);
    return RT_READY;
}

static const struct rt_future_ops say_ops = {
    .poll = say_poll,
    .name = "say",
};

static struct say say(const char *text, unsigned seconds)
{
    return (struct say){
        .future = RT_FUTURE(&say_ops), .text = text, .seconds = seconds};
}

struct concurrent_tasks {
    struct rt_future future;
    struct rt_join_handle a;
    struct rt_join_handle b;
    struct rt_join_handle c;
};

static enum rt_poll concurrent_tasks_poll(struct rt_future *future,
                                          struct rt_context *cx)
{
    struct concurrent_tasks *self = RT_SELF(future, struct concurrent_tasks);

    RT_BEGIN(self);
    self->a = RT_SPAWN(say("A", 1));
    self->b = RT_SPAWN(say("B", 2));
    self->c = RT_SPAWN(say("C", 3));
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
