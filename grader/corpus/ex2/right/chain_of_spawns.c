/* Right: each task spawns the next one, and waits for it at its end. */
#include <stdio.h>

#include "rt.h"

struct say {
    struct rt_future future;
    char letter;
    struct rt_join_handle next;
    struct rt_sleep nap;
};

static struct say say(char letter);

static enum rt_poll say_poll(struct rt_future *future, struct rt_context *cx)
{
    struct say *self = RT_SELF(future, struct say);

    RT_BEGIN(self);
    if (self->letter < 'C') {
        self->next = RT_SPAWN(say((char)(self->letter + 1)));
    }
    self->nap = rt_sleep(RT_SECONDS(self->letter - 'A' + 1));
    RT_AWAIT(self->nap);
    printf("%c\n", self->letter);
    if (self->letter < 'C') {
        RT_AWAIT(self->next);
    }
    RT_END(self);
}

static const struct rt_future_ops say_ops = {
    .poll = say_poll,
    .name = "say",
};

static struct say say(char letter)
{
    return (struct say){.future = RT_FUTURE(&say_ops), .letter = letter};
}

struct concurrent_tasks {
    struct rt_future future;
    struct rt_join_handle first;
};

static enum rt_poll concurrent_tasks_poll(struct rt_future *future,
                                          struct rt_context *cx)
{
    struct concurrent_tasks *self = RT_SELF(future, struct concurrent_tasks);

    RT_BEGIN(self);
    self->first = RT_SPAWN(say('A'));
    RT_AWAIT(self->first);
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
