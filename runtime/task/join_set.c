/*
 * The set leaves a waker of its own with each task, and what that waker wakes
 * is no task but a function here.
 *
 * The set may be gone as soon as its lock is released: it lives in the frame
 * of a task that is told so by what we did under the lock. So whom to wake is
 * found under the lock, and nothing but the wake comes after it.
 */
#include "task/join_set.h"

#include <errno.h>
#include <sched.h>

#include "base/memory.h"
#include "future/async.h"

struct member {
    struct rt_join_set *set; /* borrowed */
    struct rt_list node;     /* in running or ended, or being moved */
    struct rt_join_handle handle;
};

/* Takes the first member off the list; NULL: there is none. */
static struct member *pop_member(struct rt_list *list)
{
    struct rt_list *node = rt_list_pop_front(list);

    return node ? RT_CONTAINER_OF(node, struct member, node) : NULL;
}

static void free_member(struct member *member)
{
    rt_future_drop(&member->handle.future);
    rt_free(member, sizeof(*member));
}

static bool has_news_locked(const struct rt_join_set *set)
{
    return !rt_list_is_empty(&set->ended) || set->count == 0;
}

/*
 * Wakes all who wait, if there is news. When they are too many for the list,
 * each of them does the same for the others as it leaves.
 */
static void unlock_and_tell(struct rt_join_set *set)
{
    struct rt_wake_list wakes;

    rt_wake_list_init(&wakes);
    if (has_news_locked(set)) {
        rt_waiting_take_locked(&set->waiters, &wakes);
    }
    rt_lock_release(&set->lock);
    rt_wake_list_wake(&wakes);
}

/* ---- the waker that a completing task calls ---- */

static void end(void *data)
{
    struct member *member = data;
    struct rt_join_set *set = member->set;
    bool is_told = set->only_counts;

    rt_lock_acquire(&set->lock);
    rt_list_remove(&member->node);
    if (is_told) {
        set->count--;
    } else {
        rt_list_push_back(&set->ended, &member->node);
    }
    unlock_and_tell(set);
    if (is_told) {
        free_member(member);
    }
}

/* There is one waker a member, with its task. */
static const struct rt_waker_ops member_waker_ops = {
    .clone = rt_waker_nothing,
    .wake = end,
    .drop = rt_waker_nothing,
};

/* ---- the set ---- */

void rt_join_set_init(struct rt_join_set *set)
{
    *set = (struct rt_join_set){0};
    rt_list_init(&set->running);
    rt_list_init(&set->ended);
    rt_list_init(&set->waiters);
}

size_t rt_join_set_count(struct rt_join_set *set)
{
    size_t count;

    rt_lock_acquire(&set->lock);
    count = set->count;
    rt_lock_release(&set->lock);
    return count;
}

int rt_join_set_spawn(struct rt_join_set *set, struct rt_future *frame,
                      size_t frame_size)
{
    struct member *member = rt_alloc(sizeof(*member));
    struct rt_waker waker = {&member_waker_ops, member};
    int error;

    if (!member) {
        rt_future_drop(frame);
        return -ENOMEM;
    }
    member->set = set;
    member->handle = rt_spawn(frame, frame_size);
    error = member->handle.result;
    if (error) {
        free_member(member);
        return error;
    }
    rt_lock_acquire(&set->lock);
    set->count++;
    rt_list_push_back(&set->running, &member->node);
    rt_lock_release(&set->lock);
    if (rt_task_poll_join(member->handle.task, &waker)) {
        end(member); /* another thread was so quick */
    }
    return 0;
}

/*
 * Goes round: each task that was there at the begin comes to the front once,
 * or has ended meanwhile.
 */
void rt_join_set_abort_all(struct rt_join_set *set)
{
    for (size_t left = rt_join_set_count(set); left > 0; left--) {
        struct rt_abort_handle task = {NULL};
        struct member *member;

        rt_lock_acquire(&set->lock);
        member = pop_member(&set->running);
        if (member) {
            rt_list_push_back(&set->running, &member->node);
            task = rt_join_abort_handle(&member->handle);
        }
        rt_lock_release(&set->lock);
        rt_abort(&task);
        rt_abort_handle_drop(&task);
    }
}

/*
 * A member that is ours alone, or NULL: the first is ending on another thread
 * right now. That thread finds it on no list and moves it on all the same.
 */
static struct member *take_back(struct rt_join_set *set)
{
    struct member *member;

    rt_lock_acquire(&set->lock);
    member = pop_member(&set->ended);
    if (!member) {
        member = pop_member(&set->running);
        if (member && !rt_task_forget_joiner(member->handle.task)) {
            member = NULL;
        }
    }
    set->count -= member != NULL;
    unlock_and_tell(set);
    return member;
}

void rt_join_set_detach_all(struct rt_join_set *set)
{
    while (rt_join_set_count(set) > 0) {
        struct member *member = take_back(set);

        if (member) {
            free_member(member);
        } else {
            sched_yield(); /* it has a few instructions to go */
        }
    }
}

void rt_join_set_deinit(struct rt_join_set *set)
{
    rt_join_set_abort_all(set);
    rt_join_set_detach_all(set);
}

/* ---- waiting for the next ---- */

/* Its handle is ready at once, since the task is complete. */
static void report(struct rt_join_set_next *next, struct member *member,
                   struct rt_context *cx)
{
    rt_join_into(&member->handle, next->into, next->into_size);
    rt_future_poll(&member->handle.future, cx);
    next->result = member->handle.result;
    free_member(member);
}

static enum rt_poll next_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_join_set_next *next = RT_SELF(future, struct rt_join_set_next);
    struct rt_join_set *set = next->set;
    struct rt_waker own = RT_NO_WAKER;
    struct member *member = NULL;

    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    rt_lock_acquire(&set->lock);
    if (has_news_locked(set)) {
        member = pop_member(&set->ended);
        set->count -= member != NULL;
        own = rt_waiting_leave_locked(&next->waiting);
        next->set = NULL;
    } else {
        rt_waiting_enter_locked(&next->waiting, &set->waiters, cx->waker);
    }
    unlock_and_tell(set);
    rt_waker_drop(&own);
    if (member) {
        report(next, member, cx);
    }
    return next->set ? RT_PENDING : RT_READY;
}

/* One that was woken may have to wake others. */
static void next_drop(struct rt_future *future)
{
    struct rt_join_set_next *next = RT_SELF(future, struct rt_join_set_next);
    struct rt_waker own;

    if (!next->set) {
        return; /* it may be gone */
    }
    rt_lock_acquire(&next->set->lock);
    own = rt_waiting_leave_locked(&next->waiting);
    unlock_and_tell(next->set);
    rt_waker_drop(&own);
}

static const struct rt_future_ops next_ops = {
    .poll = next_poll,
    .drop = next_drop,
    .name = "join set next",
};

struct rt_join_set_next rt_join_set_next(struct rt_join_set *set, void *into,
                                         size_t into_size)
{
    return (struct rt_join_set_next){
        .future = RT_FUTURE(&next_ops),
        .set = set,
        .into = into,
        .into_size = into_size,
        .result = -ECHILD,
    };
}
