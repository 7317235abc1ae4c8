/*
 * Exercise 2: concurrent tasks
 *
 * Write a program that spawns three tasks:
 *   - one prints A after 1 second,
 *   - one prints B after 2 seconds,
 *   - one prints C after 3 seconds.
 * All three wait at the same time: the program is over after 3 seconds, not
 * after 6. And it is not over earlier: it waits for all its tasks.
 *
 * You need:  rt_sleep, RT_AWAIT    as in exercise 1
 *            RT_SPAWN(frame)       makes a task of a frame, such as
 *                                  say("A", RT_SECONDS(1)), and gives a
 *                                  struct rt_join_handle
 *            RT_AWAIT(handle)      waits for the end of that task
 *            puts("A")             prints A and a new line
 *
 * Remember:  spawning is not waiting, and awaiting is not spawning. When the
 *            main future is ready, tasks that are left are dropped.
 *
 * Try it:    make check-ex2   checks it
 *            make run-ex2     runs it
 *            make viz-ex2     shows the three timers and whom they wake
 *            make hint-ex2    gives you a hint
 *
 * Read:      the chapter on tasks.
 */
#include <stdio.h>

#include "rt.h"

/* An async function: prints a text after a while. */
struct say {
    struct rt_future future;
    const char *text;
    uint64_t delay; /* nanoseconds, as RT_SECONDS(1) gives them */
    /* Add here what it needs across an await. */
};

static enum rt_poll say_poll(struct rt_future *future, struct rt_context *cx)
{
    struct say *self = RT_SELF(future, struct say);

    (void)cx; /* RT_AWAIT uses it; then this line can go */
    RT_BEGIN(self);
    /* Your code goes here, in place of this line. */
    rt_not_implemented("say: wait for the delay, then print the text");
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

/* The main future: spawns the three tasks and waits for them. */
struct concurrent_tasks {
    struct rt_future future;
    /* Add here what it needs across an await. */
};

static enum rt_poll concurrent_tasks_poll(struct rt_future *future,
                                          struct rt_context *cx)
{
    struct concurrent_tasks *self = RT_SELF(future, struct concurrent_tasks);

    (void)cx;  /* RT_AWAIT uses it; then this line can go */
    (void)say; /* you will call it; then this line can go too */
    RT_BEGIN(self);
    /* Your code goes here, in place of this line. */
    rt_not_implemented("concurrent_tasks: spawn three tasks, wait for them");
    RT_END(self);
}

/* ---- given: nothing to change from here on ---- */

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
