/*
 * Watching tasks: what a trace, a dump and a long poll say of one.
 */
#include <inttypes.h>

#include "base/monotonic.h"
#include "task/task.h"
#include "trace/trace.h"

enum { NS_IN_A_MS = 1000000 };

static _Thread_local bool is_slow_allowed;

void rt_task_allow_slow(void)
{
    is_slow_allowed = true;
}

void rt_task_print_chain(FILE *file, const struct rt_task *task)
{
    const struct rt_future *future = task->future;
    const char *before = "";

    for (; future; future = future->awaiting) {
        fprintf(file, "%s%s", before, rt_future_name(future));
        before = " > ";
    }
}

static void report_slow(const struct rt_task *task, uint64_t duration_ns)
{
    if (is_slow_allowed) {
        is_slow_allowed = false;
        return;
    }
    flockfile(stderr);
    fprintf(stderr,
            "polliwog: blocking-inside-task: task %u, '%s', kept its thread "
            "for %" PRIu64 " ms; it is at ",
            task->id, rt_task_name(task), duration_ns / NS_IN_A_MS);
    rt_task_print_chain(stderr, task);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void rt_task_trace_spawn(const struct rt_task *task)
{
    rt_trace_write(RT_TRACE_SPAWN, task->id, rt_trace_task(), 0,
                   rt_trace_string(rt_task_name(task)));
}

static void trace_pending(const struct rt_task *task)
{
    const struct rt_future *future = task->future;

    for (unsigned depth = 0; future; depth++, future = future->awaiting) {
        rt_trace_write(RT_TRACE_AWAIT, task->id, 0, depth,
                       rt_trace_string(rt_future_name(future)));
    }
}

enum rt_poll rt_task_poll_watched(struct rt_task *task, struct rt_context *cx)
{
    uint64_t begin = rt_monotonic_ns();
    uint64_t duration;
    enum rt_poll poll;

    atomic_fetch_or(&task->state, RT_TASK_POLLED);
    RT_TRACE(rt_trace_set_task(task->id));
    RT_TRACE(rt_trace_write(RT_TRACE_POLL_BEGIN, task->id, 0, 0, 0));
    if (cx->junk) {
        rt_hostility_junk_stack(cx->junk); /* the last call before the poll */
    }
    poll = rt_future_poll(task->future, cx);
    duration = rt_monotonic_ns() - begin;
    RT_TRACE(rt_trace_write(RT_TRACE_POLL_END, task->id, 0, poll, duration));
    atomic_fetch_and(&task->state, ~(uint64_t)RT_TASK_POLLED);
    if (rt_trace_is_open() && poll == RT_PENDING) {
        trace_pending(task);
    }
    RT_TRACE(rt_trace_set_task(0));
    if (cx->slow_ns > 0 && duration >= cx->slow_ns) {
        report_slow(task, duration);
    }
    return poll;
}
