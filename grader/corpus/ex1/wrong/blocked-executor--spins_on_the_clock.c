/* Wrong: spins on the clock of the system inside its poll. */
#include <time.h>
#include <stdio.h>

#include "rt.h"

struct delayed_hello {
    struct rt_future future;
    const char *output;  /* the result: a static string */
    struct rt_sleep nap; /* lives across the await, so it lives here */
};

static enum rt_poll delayed_hello_poll(struct rt_future *future,
                                       struct rt_context *cx)
{
    struct delayed_hello *self = RT_SELF(future, struct delayed_hello);

    RT_BEGIN(self);
    {
        struct timespec t, u;
        clock_gettime(CLOCK_MONOTONIC, &t);
        do
            clock_gettime(CLOCK_MONOTONIC, &u);
        while (u.tv_sec * 1000 + u.tv_nsec / 1000000 <
               t.tv_sec * 1000 + t.tv_nsec / 1000000 + 1000);
    }
    (void)cx;
    self->output = "Hello, async world!";
    RT_END(self);
}

/* It holds nothing but a timer, which the sleep gives back by itself. */
static const struct rt_future_ops delayed_hello_ops = {
    .poll = delayed_hello_poll,
    .name = "delayed_hello",
};

static struct delayed_hello delayed_hello(void)
{
    return (struct delayed_hello){.future = RT_FUTURE(&delayed_hello_ops)};
}

/* ---- the program: awaits delayed_hello and prints what it gave ---- */

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
