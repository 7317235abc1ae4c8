/* Wrong: makes the sleep and says pending, but never polls the sleep. */
#include <stdio.h>

#include "rt.h"

struct delayed_hello {
    struct rt_future future;
    const char *output;
    struct rt_sleep nap;
    int step;
};

static enum rt_poll delayed_hello_poll(struct rt_future *future,
                                       struct rt_context *cx)
{
    struct delayed_hello *self = RT_SELF(future, struct delayed_hello);

    (void)cx;
    if (self->step == 0) {
        self->nap = rt_sleep(RT_SECONDS(1));
        self->step = 1;
        return RT_PENDING;
    }
    self->output = "Hello, async world!";
    return RT_READY;
}

static const struct rt_future_ops delayed_hello_ops = {
    .poll = delayed_hello_poll,
    .name = "delayed_hello",
};

static struct delayed_hello delayed_hello(void)
{
    return (struct delayed_hello){.future = RT_FUTURE(&delayed_hello_ops)};
}

struct hello_main {
    struct rt_future future;
    struct delayed_hello hello;
};

static enum rt_poll hello_main_poll(struct rt_future *future,
                                    struct rt_context *cx)
{
    struct hello_main *self = RT_SELF(future, struct hello_main);

    RT_BEGIN(self);
    self->hello = delayed_hello();
    RT_AWAIT(self->hello);
    puts(self->hello.output ? self->hello.output : "(no output)");
    RT_END(self);
}

static const struct rt_future_ops hello_main_ops = {
    .poll = hello_main_poll,
    .name = "main",
};

static struct hello_main hello_main(void)
{
    return (struct hello_main){.future = RT_FUTURE(&hello_main_ops)};
}

RT_MAIN(hello_main())
