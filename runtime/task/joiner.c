/*
 * Who waits for the end of a task, and how the two agree that it is told.
 */
#include "task/task.h"

#include "base/word.h"
#include "trace/trace.h"

/* Changes JOINER, unless the task is complete: then returns false. */
static bool change_joiner(struct rt_task *task, uint64_t joiner)
{
    uint64_t state = rt_task_state(task);
    uint64_t next;

    do {
        if (state & RT_TASK_COMPLETE) {
            return false;
        }
        if ((state & RT_TASK_JOINER) == joiner) {
            return true; /* only the handle's thread sets and clears it */
        }
        next = (state & ~(uint64_t)RT_TASK_JOINER) | joiner;
    } while (!rt_word_exchange(&task->state, &state, next));
    return true;
}

bool rt_task_poll_join(struct rt_task *task, const struct rt_waker *waker)
{
    if (!change_joiner(task, 0)) {
        return true;
    }
    RT_TRACE(rt_trace_write(RT_TRACE_WAIT, rt_trace_task(), task->id,
                            RT_TRACE_ON_TASK, 0));
    rt_waker_store(&task->joiner, waker);
    /* It may have completed while the field was ours: then nobody wakes us. */
    if (!change_joiner(task, RT_TASK_JOINER)) {
        rt_waker_drop(&task->joiner);
        return true;
    }
    return false;
}

bool rt_task_forget_joiner(struct rt_task *task)
{
    bool is_ours = change_joiner(task, 0);

    if (is_ours) {
        rt_waker_drop(&task->joiner);
    }
    return is_ours;
}
