/* Wrong: the counter of the loop is a local variable: after an await it
 * holds junk. */
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
    self->nap = rt_sleep(self->delay);
    RT_AWAIT(self->nap);
    puts(self->text);
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
    struct rt_join_handle tasks[3];
};

static enum rt_poll concurrent_tasks_poll(struct rt_future *future,
                                          struct rt_context *cx)
{
    struct concurrent_tasks *self = RT_SELF(future, struct concurrent_tasks);

    int i;

    RT_BEGIN(self);
    for (i = 0; i < 3; i++) {
        self->tasks[i] = RT_SPAWN(say(&"A\0B\0C"[2 * i], RT_SECONDS(i + 1)));
    }
    for (i = 0; i < 3; i++) {
        RT_AWAIT(self->tasks[i]);
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
