/*
 * Exercise 1: delayed_hello
 *
 * Write the async function delayed_hello. It
 *   1. waits for one second, without blocking the thread;
 *   2. puts the text "Hello, async world!" into its output, and is ready.
 * The program below it is given: it awaits delayed_hello and prints the text.
 *
 * You need:  rt_sleep(RT_SECONDS(1))  makes a future that is ready in 1 s
 *            RT_AWAIT(child)          waits for a child future
 *
 * Remember:  at an RT_AWAIT your function returns, and its local variables
 *            are gone. What must live longer, and that includes the child,
 *            is a member of the struct.
 *
 * Try it:    make check-ex1   checks it
 *            make run-ex1     runs it
 *            make viz-ex1     shows every poll and every wake
 *            make hint-ex1    gives you a hint
 *
 * Read:      the chapters on futures and on async as a state machine.
 */
#include <stdio.h>

#include "rt.h"

struct delayed_hello {
    struct rt_future future; /* stays first: what the runtime polls */
    const char *output;      /* the result */
    /* Add here what your function needs across an await. */
};

static enum rt_poll delayed_hello_poll(struct rt_future *future,
                                       struct rt_context *cx)
{
    struct delayed_hello *self = RT_SELF(future, struct delayed_hello);

    (void)cx; /* RT_AWAIT uses it; then this line can go */
    RT_BEGIN(self);
    /* Your code goes here, in place of this line. */
    rt_not_implemented("delayed_hello: wait for a second, then set output");
    RT_END(self);
}

/* ---- given: nothing to change from here on ---- */

static const struct rt_future_ops delayed_hello_ops = {
    .poll = delayed_hello_poll,
    .name = "delayed_hello",
};

static struct delayed_hello delayed_hello(void)
{
    return (struct delayed_hello){.future = RT_FUTURE(&delayed_hello_ops)};
}

/* The program: awaits delayed_hello and prints what it gave. */
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
