#include "blocking/blocking.h"

#include <errno.h>

#include "base/memory.h"
#include "blocking/pool.h"
#include "future/async.h"
#include "sched/runtime.h"

struct rt_blocking_call {
    struct rt_job job;
    intptr_t (*function)(void *argument);
    void *argument; /* borrowed */
    intptr_t result;
};

static struct rt_blocking_call *call_of(struct rt_job *job)
{
    return RT_CONTAINER_OF(job, struct rt_blocking_call, job);
}

static void call_run(struct rt_job *job)
{
    struct rt_blocking_call *call = call_of(job);

    call->result = call->function(call->argument);
}

static void call_destroy(struct rt_job *job)
{
    rt_free(call_of(job), sizeof(struct rt_blocking_call));
}

static const struct rt_job_ops call_ops = {call_run, call_destroy};

static enum rt_poll blocking_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct rt_blocking *self = RT_SELF(future, struct rt_blocking);
    enum rt_job_state state;

    if (self->error) {
        return RT_READY; /* it could not be spawned */
    }
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    state = rt_job_poll(&self->call->job, cx->waker);
    if (state == RT_JOB_OUT) {
        return RT_PENDING;
    }
    self->error = state == RT_JOB_DONE ? 0 : -ECANCELED;
    self->result = self->call->result;
    return RT_READY;
}

static void blocking_drop(struct rt_future *future)
{
    struct rt_blocking *self = RT_SELF(future, struct rt_blocking);

    if (self->call) {
        rt_job_detach(&self->call->job);
        self->call = NULL;
    }
}

static const struct rt_future_ops blocking_ops = {
    .poll = blocking_poll,
    .drop = blocking_drop,
    .name = "blocking",
};

struct rt_blocking rt_spawn_blocking(intptr_t (*function)(void *argument),
                                     void *argument)
{
    struct rt_runtime *runtime = rt_current_or_panic("rt_spawn_blocking");
    struct rt_blocking blocking = {
        .future = RT_FUTURE(&blocking_ops),
        .call = rt_alloc(sizeof(*blocking.call)),
        .error = -ENOMEM,
    };

    if (blocking.call) {
        rt_job_init(&blocking.call->job, &call_ops);
        blocking.call->function = function;
        blocking.call->argument = argument;
        blocking.error = rt_blocking_pool_submit(rt_runtime_blocking(runtime),
                                                 &blocking.call->job);
    }
    return blocking;
}

bool rt_blocking_abort(struct rt_blocking *blocking)
{
    return !blocking->error && blocking->call &&
           rt_job_abort(&blocking->call->job);
}
