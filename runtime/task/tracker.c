/*
 * The tracker takes the place of a join handle: it leaves a waker of its own
 * with each task, and what that waker wakes is no task but a function here.
 */
#include "task/tracker.h"

#include <errno.h>

#include "base/memory.h"

/* One tracked task. Freed when the task is complete. */
struct member {
    struct rt_tracker *tracker; /* borrowed; NULL: the tracker has gone */
    struct rt_list node;        /* in its members */
};

static struct member *member_of(struct rt_list *node)
{
    return RT_CONTAINER_OF(node, struct member, node);
}

static struct rt_tracker_wait *wait_of(struct rt_future *future)
{
    return (struct rt_tracker_wait *)(void *)future;
}

static void wake_waiters(struct rt_tracker *tracker)
{
    struct rt_list *node;

    while ((node = rt_list_pop_front(&tracker->waiters))) {
        rt_waker_wake(
            &RT_CONTAINER_OF(node, struct rt_tracker_wait, node)->waker);
    }
}

static void leave(struct member *member)
{
    struct rt_tracker *tracker = member->tracker;

    rt_list_remove(&member->node);
    rt_free(member, sizeof(*member));
    if (tracker && --tracker->count == 0) {
        wake_waiters(tracker);
    }
}

/* ---- the waker that a completing task calls ---- */

static void member_clone(void *data)
{
    (void)data; /* there is one waker a member, with its task */
}

static void member_wake(void *data)
{
    leave(data);
}

static const struct rt_waker_ops member_waker_ops = {
    .clone = member_clone,
    .wake = member_wake,
    .wake_by_ref = member_clone,
    .drop = member_clone,
};

/* ---- the tracker ---- */

void rt_tracker_init(struct rt_tracker *tracker)
{
    tracker->count = 0;
    rt_list_init(&tracker->members);
    rt_list_init(&tracker->waiters);
}

void rt_tracker_deinit(struct rt_tracker *tracker)
{
    struct rt_list *node;

    while ((node = rt_list_pop_front(&tracker->members))) {
        member_of(node)->tracker = NULL;
    }
    tracker->count = 0;
}

static struct member *join(struct rt_tracker *tracker)
{
    struct member *member = rt_alloc(sizeof(*member));

    if (member) {
        member->tracker = tracker;
        rt_list_push_back(&tracker->members, &member->node);
        tracker->count++;
    }
    return member;
}

int rt_tracker_spawn(struct rt_tracker *tracker, struct rt_future *frame,
                     size_t frame_size)
{
    struct member *member = join(tracker);
    struct rt_waker waker = {&member_waker_ops, member};
    struct rt_join_handle handle;

    if (!member) {
        rt_future_drop(frame);
        return -ENOMEM;
    }
    handle = rt_spawn(frame, frame_size);
    if (!handle.task) {
        leave(member);
        return handle.result;
    }
    /* Never complete yet: a spawn does not run the task. */
    rt_task_poll_join(handle.task, &waker);
    rt_task_unref(handle.task);
    return 0;
}

/* ---- waiting ---- */

static enum rt_poll wait_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_tracker_wait *wait = wait_of(future);

    if (wait->tracker->count == 0) {
        return RT_READY;
    }
    if (!wait->waker.ops) {
        rt_list_push_back(&wait->tracker->waiters, &wait->node);
    }
    rt_waker_store(&wait->waker, cx->waker);
    return RT_PENDING;
}

static void wait_drop(struct rt_future *future)
{
    struct rt_tracker_wait *wait = wait_of(future);

    if (wait->waker.ops) {
        rt_list_remove(&wait->node);
        rt_waker_drop(&wait->waker);
    }
}

static const struct rt_future_ops wait_ops = {
    .poll = wait_poll,
    .drop = wait_drop,
    .name = "tracker wait",
};

struct rt_tracker_wait rt_tracker_wait(struct rt_tracker *tracker)
{
    return (struct rt_tracker_wait){
        .future = RT_FUTURE(&wait_ops),
        .tracker = tracker,
    };
}
