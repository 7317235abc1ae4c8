/*
 * What every task waits for.
 */
#include <errno.h>

#include "base/memory.h"
#include "future/async.h"
#include "sched/core.h"
#include "signal/signal.h"

/* Nobody polls a task that is ours to queue, so its frames hold still. */
static void print_task(FILE *file, struct rt_task *task)
{
    fprintf(file, "task %u %s: ", task->id, rt_task_name(task));
    if (rt_task_claim_idle(task)) {
        fputs("idle in ", file);
        rt_task_print_chain(file, task);
        fputc('\n', file);
        task->owner->schedule(task->owner, task);
    } else if (task == rt_task_current()) {
        fputs("running\n", file);
    } else {
        fputs(rt_task_is_complete(task) ? "over\n" : "queued\n", file);
    }
}

int rt_dump(FILE *file)
{
    struct rt_runtime *runtime = rt_current_or_panic("rt_dump");
    size_t most = rt_task_count(runtime) + 1; /* at least one */
    struct rt_task **tasks = rt_alloc(most * sizeof(struct rt_task *));
    size_t count;

    if (!tasks) {
        return -ENOMEM;
    }
    count = rt_core_collect(runtime, tasks, most);
    for (size_t i = 0; i < count; i++) {
        print_task(file, tasks[i]);
        rt_task_unref(tasks[i]);
    }
    rt_free(tasks, most * sizeof(struct rt_task *));
    return 0;
}

/* ---- on a signal ---- */

struct dumper {
    struct rt_future future;
    int number;
    struct rt_signal signal;
};

static enum rt_poll dumper_poll(struct rt_future *future, struct rt_context *cx)
{
    struct dumper *self = RT_SELF(future, struct dumper);

    RT_BEGIN(self);
    for (;;) {
        self->signal = rt_signal(self->number);
        RT_AWAIT(self->signal);
        if (self->signal.result) {
            RT_RETURN();
        }
        rt_dump(stderr); /* without memory: another time */
    }
    RT_END(self);
}

static const struct rt_future_ops dumper_ops = {
    .poll = dumper_poll,
    .name = "dumper",
};

int rt_dump_on_signal(int number)
{
    struct dumper dumper = {RT_FUTURE(&dumper_ops), .number = number};

    return RT_SPAWN_DETACHED(dumper);
}
