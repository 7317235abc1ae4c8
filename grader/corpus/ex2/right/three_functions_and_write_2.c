/* Right: three async functions, one a letter, that print with write(2). */
#include <stdio.h>
#include <unistd.h>

#include "rt.h"

static void print(const char *line)
{
    if (write(STDOUT_FILENO, line, 2) != 2) {
        rt_set_exit_status(1);
    }
}

struct task {
    struct rt_future future;
    struct rt_sleep nap;
};

static enum rt_poll task_a_poll(struct rt_future *future, struct rt_context *cx)
{
    struct task *self = RT_SELF(future, struct task);

    RT_BEGIN(self);
    self->nap = rt_sleep(RT_SECONDS(1));
    RT_AWAIT(self->nap);
    print("A\n");
    RT_END(self);
}

static const struct rt_future_ops task_a_ops = {.poll = task_a_poll,
                                                .name = "A"};

static enum rt_poll task_b_poll(struct rt_future *future, struct rt_context *cx)
{
    struct task *self = RT_SELF(future, struct task);

    RT_BEGIN(self);
    self->nap = rt_sleep(RT_SECONDS(2));
    RT_AWAIT(self->nap);
    print("B\n");
    RT_END(self);
}

static const struct rt_future_ops task_b_ops = {.poll = task_b_poll,
                                                .name = "B"};

static enum rt_poll task_c_poll(struct rt_future *future, struct rt_context *cx)
{
    struct task *self = RT_SELF(future, struct task);

    RT_BEGIN(self);
    self->nap = rt_sleep(RT_SECONDS(3));
    RT_AWAIT(self->nap);
    print("C\n");
    RT_END(self);
}

static const struct rt_future_ops task_c_ops = {.poll = task_c_poll,
                                                .name = "C"};

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
    self->a = RT_SPAWN(((struct task){.future = RT_FUTURE(&task_a_ops)}));
    self->b = RT_SPAWN(((struct task){.future = RT_FUTURE(&task_b_ops)}));
    self->c = RT_SPAWN(((struct task){.future = RT_FUTURE(&task_c_ops)}));
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
