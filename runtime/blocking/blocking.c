#include "blocking/blocking.h"

#include <errno.h>

#include "base/memory.h"
#include "sched/runtime.h"

struct rt_blocking_call {
    struct rt_job job;
    intptr_t (*function)(void *argument);
    void *argument; /* borrowed */
    intptr_t result;
};

static struct rt_blocking *blocking_of(struct rt_future *future)
{
    return (struct rt_blocking *)(void *)future;
}

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
    struct rt_blocking *blocking = blocking_of(future);
    enum rt_job_state state;

    if (!blocking->call) {
        return RT_READY; /* it could not be spawned, and error says why */
    }
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    state = rt_job_poll(&blocking->call->job, cx->waker);
    if (state == RT_JOB_OUT) {
        return RT_PENDING;
    }
    blocking->error = state == RT_JOB_DONE ? 0 : -ECANCELED;
    blocking->result = blocking->call->result;
    return RT_READY;
}

static void blocking_drop(struct rt_future *future)
{
    struct rt_blocking *blocking = blocking_of(future);

    if (blocking->call) {
        rt_job_detach(&blocking->call->job);
        blocking->call = NULL;
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
    struct rt_blocking blocking = {.future = RT_FUTURE(&blocking_ops)};
    struct rt_blocking_call *call = rt_alloc(sizeof(*call));

    if (!call) {
        blocking.error = -ENOMEM;
        return blocking;
    }
    rt_job_init(&call->job, &call_ops);
    call->function = function;
    call->argument = argument;
    blocking.error =
        rt_blocking_pool_submit(rt_runtime_blocking(runtime), &call->job);
    if (blocking.error) {
        rt_job_unref(&call->job);
    } else {
        blocking.call = call;
    }
    return blocking;
}

bool rt_blocking_abort(struct rt_blocking *blocking)
{
    return blocking->call && rt_job_abort(&blocking->call->job);
}

bool rt_blocking_is_finished(const struct rt_blocking *blocking)
{
    return !blocking->call || rt_job_state(&blocking->call->job) != RT_JOB_OUT;
}
