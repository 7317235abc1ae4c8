/* Right: keeps what each task needs on the heap; its drop frees it. */
#include <stdio.h>
#include <stdlib.h>

#include "rt.h"

struct parts {
    char text[8];
    uint64_t delay;
    struct rt_sleep nap;
};

struct say {
    struct rt_future future;
    struct parts *parts;
};

static enum rt_poll say_poll(struct rt_future *future, struct rt_context *cx)
{
    struct say *self = RT_SELF(future, struct say);

    RT_BEGIN(self);
    self->parts->nap = rt_sleep(self->parts->delay);
    RT_AWAIT(self->parts->nap);
    fputs(self->parts->text, stdout);
    RT_END(self);
}

static void say_drop(struct rt_future *future)
{
    struct say *self = RT_SELF(future, struct say);

    free(self->parts);
}

static const struct rt_future_ops say_ops = {
    .poll = say_poll,
    .drop = say_drop,
    .name = "say",
};

static struct say say(const char *text, uint64_t delay)
{
    struct parts *parts = calloc(1, sizeof(*parts));

    if (!parts) {
        abort();
    }
    snprintf(parts->text, sizeof(parts->text), "%s\n", text);
    parts->delay = delay;
    return (struct say){.future = RT_FUTURE(&say_ops), .parts = parts};
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
    self->a = RT_SPAWN(say("A", RT_SECONDS(1)));
    self->b = RT_SPAWN(say("B", RT_SECONDS(2)));
    self->c = RT_SPAWN(say("C", RT_SECONDS(3)));
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
