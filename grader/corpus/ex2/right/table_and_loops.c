/* Right: a table of texts and delays, and a loop over it. */
#include <stdio.h>
#include <string.h>

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

enum { TASKS = 3 };

static const struct {
    const char *text;
    unsigned seconds;
} plan[TASKS] = {{"A", 1}, {"B", 2}, {"C", 3}};

struct concurrent_tasks {
    struct rt_future future;
    struct rt_join_handle tasks[TASKS];
    int next;
};

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
    for (self->next = 0; self->next < TASKS; self->next++) {
        self->tasks[self->next] = RT_SPAWN(
            say(plan[self->next].text, RT_SECONDS(plan[self->next].seconds)));
    }
    for (self->next = 0; self->next < TASKS; self->next++) {
        RT_AWAIT(self->tasks[self->next]);
        check_result(&self->tasks[self->next]);
    }
    RT_END(self);
}

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
