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
#include "future/wake_list.h"

struct member {
    struct rt_join_set *set; /* borrowed */
    struct rt_list node;     /* in running or ended, or being moved */
    struct rt_join_handle handle;
};

static struct member *member_of(struct rt_list *node)
{
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
 * Whom to wake: all who wait, if there is news. When they are too many for
 * the list, each of them does the same for the others as it leaves.
 */
static void pick_locked(struct rt_join_set *set, struct rt_wake_list *wakes)
{
    struct rt_list *node;

    rt_wake_list_init(wakes);
    while (has_news_locked(set) && !rt_wake_list_is_full(wakes) &&
           (node = rt_list_pop_front(&set->waiters))) {
        rt_wake_list_take(
            wakes,
            &RT_CONTAINER_OF(node, struct rt_join_set_next, node)->waker);
    }
}

/* Counts the member out. */
static void leave(struct member *member)
{
    struct rt_join_set *set = member->set;
    struct rt_wake_list wakes;

    rt_lock_acquire(&set->lock);
    set->count--;
    rt_list_remove(&member->node);
    pick_locked(set, &wakes);
    rt_lock_release(&set->lock);
    free_member(member);
    rt_wake_list_wake(&wakes);
}

static void end(struct member *member)
{
    struct rt_join_set *set = member->set;
    struct rt_wake_list wakes;

    if (set->only_counts) {
        leave(member);
        return;
    }
    rt_lock_acquire(&set->lock);
    rt_list_remove(&member->node);
    rt_list_push_back(&set->ended, &member->node);
    pick_locked(set, &wakes);
    rt_lock_release(&set->lock);
    rt_wake_list_wake(&wakes);
}

/* ---- the waker that a completing task calls ---- */

static void member_clone(void *data)
{
    (void)data; /* there is one waker a member, with its task */
}

static void member_wake(void *data)
{
    end(data);
}

static const struct rt_waker_ops member_waker_ops = {
    .clone = member_clone,
    .wake = member_wake,
    .wake_by_ref = member_clone,
    .drop = member_clone,
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
    if (!member->handle.task) {
        error = member->handle.result;
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
        struct rt_task *task = NULL;
        struct rt_list *node;

        rt_lock_acquire(&set->lock);
        node = rt_list_pop_front(&set->running);
        if (node) {
            rt_list_push_back(&set->running, node);
            task = member_of(node)->handle.task;
            rt_task_ref(task);
        }
        rt_lock_release(&set->lock);
        if (task) {
            rt_task_abort(task);
            rt_task_unref(task);
        }
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
    member = member_of(rt_list_pop_front(&set->ended));
    if (!member) {
        member = member_of(rt_list_pop_front(&set->running));
        if (member && !rt_task_forget_joiner(member->handle.task)) {
            member = NULL;
        }
    }
    rt_lock_release(&set->lock);
    return member;
}

void rt_join_set_detach_all(struct rt_join_set *set)
{
    while (rt_join_set_count(set) > 0) {
        struct member *member = take_back(set);

        if (member) {
            leave(member);
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

static struct rt_join_set_next *next_of(struct rt_future *future)
{
    return (struct rt_join_set_next *)(void *)future;
}

/* Out of the queue. Returns its waker, to be dropped unlocked. */
static struct rt_waker leave_queue_locked(struct rt_join_set_next *next)
{
    struct rt_waker own = next->waker;

    next->waker = RT_NO_WAKER;
    next->is_waiting = false;
    if (own.ops) {
        rt_list_remove(&next->node);
    }
    return own;
}

static void wait_locked(struct rt_join_set_next *next,
                        const struct rt_waker *waker)
{
    if (!next->waker.ops) {
        rt_list_push_back(&next->set->waiters, &next->node);
    }
    next->is_waiting = true;
    rt_waker_store(&next->waker, waker);
}

/* Its handle is ready at once, since the task is complete. */
static void report(struct rt_join_set_next *next, struct member *member,
                   struct rt_context *cx)
{
    next->result = -ECHILD;
    if (member) {
        rt_join_into(&member->handle, next->into, next->into_size);
        rt_future_poll(&member->handle.future, cx);
        next->result = member->handle.result;
        free_member(member);
    }
}

static enum rt_poll next_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_join_set_next *next = next_of(future);
    struct rt_join_set *set = next->set;
    struct rt_waker own = RT_NO_WAKER;
    struct rt_wake_list others;
    struct member *member = NULL;
    bool has_news;

    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    rt_lock_acquire(&set->lock);
    has_news = has_news_locked(set);
    if (has_news) {
        member = member_of(rt_list_pop_front(&set->ended));
        set->count -= member ? 1 : 0;
        own = leave_queue_locked(next);
    } else {
        wait_locked(next, cx->waker);
    }
    pick_locked(set, &others);
    rt_lock_release(&set->lock);
    rt_waker_drop(&own);
    rt_wake_list_wake(&others);
    if (has_news) {
        report(next, member, cx);
    }
    return has_news ? RT_READY : RT_PENDING;
}

/* One that was woken may have to wake others. */
static void next_drop(struct rt_future *future)
{
    struct rt_join_set_next *next = next_of(future);
    struct rt_waker own;
    struct rt_wake_list others;

    if (!next->is_waiting) {
        return; /* and the set may be gone */
    }
    rt_lock_acquire(&next->set->lock);
    own = leave_queue_locked(next);
    pick_locked(next->set, &others);
    rt_lock_release(&next->set->lock);
    rt_waker_drop(&own);
    rt_wake_list_wake(&others);
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
    };
}

static enum rt_poll shutdown_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct rt_join_set_shutdown *self =
        RT_SELF(future, struct rt_join_set_shutdown);

    RT_BEGIN(self);
    rt_join_set_abort_all(self->set);
    do {
        self->next = rt_join_set_next(self->set, NULL, 0);
        RT_AWAIT(self->next);
    } while (self->next.result != -ECHILD);
    RT_END(self);
}

static const struct rt_future_ops shutdown_ops = {
    .poll = shutdown_poll,
    .name = "join set shutdown",
};

struct rt_join_set_shutdown rt_join_set_shutdown(struct rt_join_set *set)
{
    return (struct rt_join_set_shutdown){
        .future = RT_FUTURE(&shutdown_ops),
        .set = set,
    };
}
