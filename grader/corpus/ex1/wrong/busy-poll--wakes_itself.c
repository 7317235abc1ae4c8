/* Wrong: wakes itself at every poll until the time has come. */
#include <stdio.h>

#include "rt.h"

struct delayed_hello {
    struct rt_future future;
    const char *output;
    uint64_t deadline;
};

static enum rt_poll delayed_hello_poll(struct rt_future *future,
                                       struct rt_context *cx)
{
    struct delayed_hello *self = RT_SELF(future, struct delayed_hello);

    if (self->deadline == 0) {
        self->deadline = rt_now() + RT_SECONDS(1);
    }
    if (rt_now() < self->deadline) {
        rt_waker_wake_by_ref(cx->waker);
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
