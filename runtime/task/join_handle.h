/*
 * Join handle: waits for the end of a task, and can ask for it.
 *
 * A handle is a future. Awaiting it gives result: 0 when the task ran to its
 * end, -ECANCELED when it was aborted. Every handle is used up in one of
 * three ways: awaited, or detached, or dropped (the same as detached). The
 * task itself doesn't care: it runs on without a handle.
 */
#ifndef RT_TASK_JOIN_HANDLE_H
#define RT_TASK_JOIN_HANDLE_H

#include "future/future.h"
#include "task/task.h"

struct rt_join_handle {
    struct rt_future future;
    struct rt_task *task; /* owned: one reference; NULL when used up */
    void *into;           /* borrowed: see rt_join_into; or NULL */
    uint32_t into_size;   /* bytes */
    int result;           /* 0, -ECANCELED, or why spawn failed (-ENOMEM) */
};

extern const struct rt_future_ops rt_join_ops;

/* A handle for the task (takes one reference); NULL: it failed with error. */
static inline struct rt_join_handle rt_join_handle_make(struct rt_task *task,
                                                        int error)
{
    struct rt_join_handle handle = {};

    handle.future.ops = &rt_join_ops;
    handle.task = task;
    handle.result = error;
    return handle;
}

/*
 * Asks that the finished frame be copied to this place, of the size of the
 * frame that was spawned, when the await of the handle is over. That is how
 * the result of a task is had. The place must live until then.
 */
void rt_join_into(struct rt_join_handle *handle, void *frame, size_t size);

/* The task runs on and nobody waits for it. */
void rt_join_detach(struct rt_join_handle *handle);

/* Asks the task to end at its next await; the handle can still be awaited. */
void rt_join_abort(struct rt_join_handle *handle);

/* True once the task is over. */
bool rt_join_is_finished(const struct rt_join_handle *handle);

/*
 * Abort handle: can only ask for the end of a task, and needs not be the one
 * that waits for it.
 */
struct rt_abort_handle {
    struct rt_task *task; /* owned: one reference; NULL when used up */
};

/* One more handle for the same task; any number may be made. */
struct rt_abort_handle
rt_join_abort_handle(const struct rt_join_handle *handle);

/* Asks the task to end at its next await; nothing when it is over. */
void rt_abort(const struct rt_abort_handle *handle);

/* Gives the handle up; harmless when done before. */
void rt_abort_handle_drop(struct rt_abort_handle *handle);

#endif
