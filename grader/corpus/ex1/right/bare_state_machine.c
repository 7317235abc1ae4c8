/* Right: a state machine without the macros, with its own drops. */
#include <stdio.h>

#include "rt.h"

enum step { START, NAPPING };

struct delayed_hello {
    struct rt_future future;
    const char *output;
    enum step step;
    struct rt_sleep nap;
};

static enum rt_poll delayed_hello_poll(struct rt_future *future,
                                       struct rt_context *cx)
{
    struct delayed_hello *self = RT_SELF(future, struct delayed_hello);

    switch (self->step) {
    case START:
        self->nap = rt_sleep(RT_SECONDS(1));
        self->step = NAPPING;
        __attribute__((fallthrough));
    case NAPPING:
        if (rt_future_poll(&self->nap.future, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        self->output = "Hello, async world!";
        return RT_READY;
    }
    return RT_PENDING;
}

static void delayed_hello_drop(struct rt_future *future)
{
    struct delayed_hello *self = RT_SELF(future, struct delayed_hello);

    rt_future_drop(&self->nap.future);
}

static const struct rt_future_ops delayed_hello_ops = {
    .poll = delayed_hello_poll,
    .drop = delayed_hello_drop,
    .name = "delayed_hello",
};

static struct delayed_hello delayed_hello(void)
{
    return (struct delayed_hello){.future = RT_FUTURE(&delayed_hello_ops)};
}

struct hello_main {
    struct rt_future future;
    bool has_begun;
    struct delayed_hello hello;
};

static enum rt_poll hello_main_poll(struct rt_future *future,
                                    struct rt_context *cx)
{
    struct hello_main *self = RT_SELF(future, struct hello_main);

    if (!self->has_begun) {
        self->hello = delayed_hello();
        self->has_begun = true;
    }
    if (rt_future_poll(&self->hello.future, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    printf("%s\n", self->hello.output);
    return RT_READY;
}

static void hello_main_drop(struct rt_future *future)
{
    struct hello_main *self = RT_SELF(future, struct hello_main);

    rt_future_drop(&self->hello.future);
}

static const struct rt_future_ops hello_main_ops = {
    .poll = hello_main_poll,
    .drop = hello_main_drop,
    .name = "main",
};

RT_MAIN(((struct hello_main){.future = RT_FUTURE(&hello_main_ops)}))
