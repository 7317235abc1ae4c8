/*
 * The set leaves a waker of its own with each task, and what that waker wakes
 * is no task but a function here.
 *
 * The set may be gone as soon as its lock is released: it lives in the frame
 * of a task that is told so by what we did under the lock. So nothing but the
 * wakes comes after it.
 */
#include "task/join_set.h"

#include <errno.h>
#include <sched.h>

#include "base/memory.h"
#include "future/async.h"

struct rt_join_set_member {
    struct rt_join_set *set; /* borrowed */
    struct rt_list node;     /* in running or ended, or being moved */
    struct rt_join_handle handle;
};

/* Takes the first member off the list; NULL: there is none. */
static struct rt_join_set_member *pop_member(struct rt_list *list)
{
    struct rt_list *node = rt_list_pop_front(list);

    return node ? RT_CONTAINER_OF(node, struct rt_join_set_member, node) : NULL;
}

static void free_member(struct rt_join_set_member *member)
{
    rt_future_drop(&member->handle.future);
    rt_free(member, sizeof(*member));
}

/* ---- the waker that a completing task calls ---- */

static void end(void *data)
{
    struct rt_join_set_member *member = data;
    struct rt_join_set *set = member->set;

    rt_lock_acquire(&set->waiters.lock);
    rt_list_remove(&member->node);
    if (!set->only_counts) {
        rt_list_push_back(&set->ended, &member->node);
        rt_waiters_unlock_and_wake(&set->waiters);
        return;
    }
    if (--set->count == 0) {
        rt_waiters_unlock_and_wake(&set->waiters);
    } else {
        rt_lock_release(&set->waiters.lock);
    }
    free_member(member);
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
    rt_waiters_init(&set->waiters);
}

size_t rt_join_set_count(struct rt_join_set *set)
{
    size_t count;

    rt_lock_acquire(&set->waiters.lock);
    count = set->count;
    rt_lock_release(&set->waiters.lock);
    return count;
}

int rt_join_set_spawn(struct rt_join_set *set, struct rt_future *frame,
                      size_t frame_size)
{
    struct rt_join_set_member *member = rt_alloc(sizeof(*member));
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
    rt_lock_acquire(&set->waiters.lock);
    set->count++;
    rt_list_push_back(&set->running, &member->node);
    rt_lock_release(&set->waiters.lock);
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
        struct rt_join_set_member *member;

        rt_lock_acquire(&set->waiters.lock);
        member = pop_member(&set->running);
        if (member) {
            rt_list_push_back(&set->running, &member->node);
            task = rt_join_abort_handle(&member->handle);
        }
        rt_lock_release(&set->waiters.lock);
        rt_abort(&task);
        rt_abort_handle_drop(&task);
    }
}

/*
 * A member that is ours alone, or NULL: the first is ending on another thread
 * right now. That thread finds it on no list and moves it on all the same.
 */
static struct rt_join_set_member *take_back(struct rt_join_set *set)
{
    struct rt_join_set_member *member;

    rt_lock_acquire(&set->waiters.lock);
    member = pop_member(&set->ended);
    if (!member) {
        member = pop_member(&set->running);
        if (member && !rt_task_forget_joiner(member->handle.task)) {
            member = NULL;
        }
    }
    set->count -= member != NULL;
    rt_lock_release(&set->waiters.lock);
    return member;
}

void rt_join_set_detach_all(struct rt_join_set *set)
{
    while (rt_join_set_count(set) > 0) {
        struct rt_join_set_member *member = take_back(set);

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

/*
 * All who wait are woken at each end, so that there is nobody to tell when
 * this one takes the last.
 */
static bool has_news_locked(struct rt_wait *wait)
{
    struct rt_join_set_next *self =
        RT_SELF(&wait->future, struct rt_join_set_next);
    struct rt_join_set *set =
        RT_CONTAINER_OF(wait->waiters, struct rt_join_set, waiters);

    self->member = pop_member(&set->ended);
    set->count -= self->member != NULL;
    return self->member || set->count == 0;
}

static enum rt_poll next_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_join_set_next *self = RT_SELF(future, struct rt_join_set_next);
    struct rt_join_set_member *member;

    if (rt_wait_poll(future, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    member = self->member;
    self->result = -ECHILD;
    if (member) {
        /* Ready at once, since the task is complete. */
        rt_join_into(&member->handle, self->into, self->into_size);
        rt_future_poll(&member->handle.future, cx);
        self->result = member->handle.result;
        free_member(member);
    }
    return RT_READY;
}

static const struct rt_wait_ops next_ops = {
    .future = {.poll = next_poll,
               .drop = rt_wait_drop,
               .name = "join set next"},
    .is_over_locked = has_news_locked,
};

struct rt_join_set_next rt_join_set_next(struct rt_join_set *set, void *into,
                                         size_t into_size)
{
    return (struct rt_join_set_next){
        .wait = rt_wait_make(&next_ops, &set->waiters),
        .into = into,
        .into_size = into_size,
    };
}
