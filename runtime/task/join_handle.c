#include "task/join_handle.h"

#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "base/word.h"
#include "future/async.h"
#include "trace/trace.h"

/* ---- how the two agree that the joiner is told ---- */

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

/* ---- the handle ---- */

static void take_result(struct rt_join_handle *handle)
{
    const struct rt_task *task = handle->task;

    handle->result = rt_task_is_cancelled(task) ? -ECANCELED : 0;
    if (handle->result || !handle->into) {
        return;
    }
    if (handle->into_size != task->frame_size) {
        rt_panic("join-into-size",
                 "the place for the frame of '%s' has %u "
                 "bytes, the frame has %u",
                 rt_future_name(task->future), handle->into_size,
                 task->frame_size);
    }
    memcpy(handle->into, task->future, handle->into_size);
}

static enum rt_poll join_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_join_handle *handle = RT_SELF(future, struct rt_join_handle);
    struct rt_task *task = handle->task;

    if (!task) {
        return RT_READY; /* the spawn failed, and result says why */
    }
    if (!rt_task_is_complete(task) && !rt_task_poll_join(task, cx->waker)) {
        return RT_PENDING;
    }
    take_result(handle);
    handle->task = NULL;
    rt_task_unref(task);
    return RT_READY;
}

static void join_drop(struct rt_future *future)
{
    struct rt_join_handle *handle = RT_SELF(future, struct rt_join_handle);

    if (handle->task) {
        rt_task_forget_joiner(handle->task);
        rt_task_unref(handle->task);
        handle->task = NULL;
    }
}

const struct rt_future_ops rt_join_ops = {
    .poll = join_poll,
    .drop = join_drop,
    .name = "join",
};

void rt_join_into(struct rt_join_handle *handle, void *frame, size_t size)
{
    handle->into = frame;
    handle->into_size = (uint32_t)size;
}

void rt_join_detach(struct rt_join_handle *handle)
{
    rt_future_drop(&handle->future);
}

void rt_join_abort(struct rt_join_handle *handle)
{
    if (handle->task) {
        rt_task_abort(handle->task);
    }
}

bool rt_join_is_finished(const struct rt_join_handle *handle)
{
    return !handle->task || rt_task_is_complete(handle->task);
}

struct rt_abort_handle rt_join_abort_handle(const struct rt_join_handle *handle)
{
    if (handle->task) {
        rt_task_ref(handle->task);
    }
    return (struct rt_abort_handle){handle->task};
}

void rt_abort(const struct rt_abort_handle *handle)
{
    if (handle->task) {
        rt_task_abort(handle->task);
    }
}

void rt_abort_handle_drop(struct rt_abort_handle *handle)
{
    if (handle->task) {
        rt_task_unref(handle->task);
        handle->task = NULL;
    }
}
