#include "task/report.h"

#include <inttypes.h>

enum { NS_IN_A_MS = 1000000 };

void rt_task_print_chain(FILE *file, const struct rt_task *task)
{
    const struct rt_future *future = task->future;
    const char *before = "";

    for (; future; future = future->awaiting) {
        fprintf(file, "%s%s", before, rt_future_name(future));
        before = " > ";
    }
}

static _Thread_local bool is_allowed;

void rt_task_allow_slow(void)
{
    is_allowed = true;
}

void rt_task_report_slow(const struct rt_task *task, uint64_t duration_ns)
{
    if (is_allowed) {
        is_allowed = false;
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
