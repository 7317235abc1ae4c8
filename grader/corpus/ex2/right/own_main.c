/* Right: builds its runtime by hand, in a main function of its own. */
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
    self->tasks[0] = RT_SPAWN(say("A", RT_SECONDS(1)));
    self->tasks[1] = RT_SPAWN(say("B", RT_SECONDS(2)));
    self->tasks[2] = RT_SPAWN(say("C", RT_SECONDS(3)));
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

int main(void)
{
    struct rt_builder builder = rt_builder_from_environment();
    struct rt_runtime *runtime;
    struct concurrent_tasks root = concurrent_tasks();
    int error = rt_build(&builder, &runtime);

    if (error < 0) {
        fprintf(stderr, "rt_build failed: %d\n", error);
        return 1;
    }
    error = rt_block_on(runtime, &root.future);
    rt_shutdown(runtime);
    return error < 0;
}
