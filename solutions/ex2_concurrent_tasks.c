/*
 * Exercise 2, solved: three tasks that wait at the same time.
 *
 * RT_SPAWN makes a task and returns at once, so all three clocks start within
 * microseconds. Only then does the root wait, for one after the other. The
 * order of these awaits doesn't matter: while the root waits for A, the tasks
 * B and C go on. The whole takes as long as the longest, 3 s and not 6.
 */
#include <stdio.h>
#include <string.h>

#include "rt.h"

/* Prints a text after a while. */
struct say {
    struct rt_future future;
    const char *text; /* borrowed */
    uint64_t delay;   /* ns */
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

enum { TASKS = 3 };

struct concurrent_tasks {
    struct rt_future future;
    struct rt_join_handle tasks[TASKS]; /* owned */
    int next;                           /* which one we wait for */
};

/* Without memory for a task its handle says so: that is our failure too. */
static void check_result(const struct rt_join_handle *task)
{
    if (task->result < 0) {
        fprintf(stderr, "a task failed: %s\n", strerror(-task->result));
        rt_set_exit_status(1);
    }
}

static enum rt_poll concurrent_tasks_poll(struct rt_future *future,
                                          struct rt_context *cx)
{
    struct concurrent_tasks *self = RT_SELF(future, struct concurrent_tasks);

    RT_BEGIN(self);
    self->tasks[0] = RT_SPAWN(say("A", RT_SECONDS(1)));
    self->tasks[1] = RT_SPAWN(say("B", RT_SECONDS(2)));
    self->tasks[2] = RT_SPAWN(say("C", RT_SECONDS(3)));
    for (self->next = 0; self->next < TASKS; self->next++) {
        RT_AWAIT(self->tasks[self->next]);
        check_result(&self->tasks[self->next]);
    }
    RT_END(self);
}

/* Handles that were awaited are used up; to detach them again does nothing. */
static void concurrent_tasks_drop(struct rt_future *future)
{
    struct concurrent_tasks *self = RT_SELF(future, struct concurrent_tasks);

    for (int i = 0; i < TASKS; i++) {
        rt_join_detach(&self->tasks[i]);
    }
}

static const struct rt_future_ops concurrent_tasks_ops = {
    .poll = concurrent_tasks_poll,
    .drop = concurrent_tasks_drop,
    .name = "main",
};

static struct concurrent_tasks concurrent_tasks(void)
{
    return (struct concurrent_tasks){.future =
                                         RT_FUTURE(&concurrent_tasks_ops)};
}

RT_MAIN(concurrent_tasks())
