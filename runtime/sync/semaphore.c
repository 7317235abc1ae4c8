#include "sync/semaphore.h"

#include <errno.h>

#include "future/async.h"
#include "future/wake_list.h"

void rt_semaphore_init(struct rt_semaphore *semaphore, uint32_t permits)
{
    *semaphore = (struct rt_semaphore){.permits = permits};
    rt_waiters_init(&semaphore->waiters);
}

/* ---- taking ---- */

/* 0, -EAGAIN or -EPIPE. Who comes while others wait does not look for free
 * ones. */
static int take_locked(struct rt_semaphore *semaphore, uint32_t permits)
{
    if (semaphore->is_closed) {
        return -EPIPE;
    }
    if (semaphore->permits < permits ||
        rt_waiters_first_locked(&semaphore->waiters)) {
        return -EAGAIN;
    }
    semaphore->permits -= permits;
    return 0;
}

int rt_semaphore_try_acquire(struct rt_semaphore *semaphore, uint32_t permits)
{
    int result;

    rt_lock_acquire(&semaphore->waiters.lock);
    result = take_locked(semaphore, permits);
    rt_lock_release(&semaphore->waiters.lock);
    return result;
}

/* Who was picked has the permits, also after a close. */
static bool is_settled_locked(struct rt_future *future)
{
    struct rt_acquire *self = RT_SELF(future, struct rt_acquire);

    self->result = rt_wait_take_pick_locked(&self->wait)
                       ? 0
                       : take_locked(self->semaphore, self->permits);
    return self->result != -EAGAIN;
}

static enum rt_poll acquire_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_acquire *self = RT_SELF(future, struct rt_acquire);

    return rt_wait_poll(&self->semaphore->waiters, &self->wait, future,
                        is_settled_locked, cx);
}

/* ---- giving back ---- */

/* The first in the queue, if there are permits enough for it. */
static struct rt_acquire *first_to_serve_locked(struct rt_semaphore *semaphore)
{
    struct rt_wait *first = rt_waiters_first_locked(&semaphore->waiters);
    struct rt_acquire *acquire;

    if (!first) {
        return NULL;
    }
    acquire = RT_CONTAINER_OF(first, struct rt_acquire, wait);
    return acquire->permits <= semaphore->permits ? acquire : NULL;
}

/*
 * Gives up the lock, and hands free permits to who waits, first come, first
 * served. As in rt_waiters_unlock_and_wake, nothing is touched after the
 * wakes: a mutex may be gone when the next one has had it.
 */
static void unlock_and_serve(struct rt_semaphore *semaphore)
{
    struct rt_wake_list wakes;
    struct rt_acquire *first;

    rt_wake_list_init(&wakes);
    while ((first = first_to_serve_locked(semaphore))) {
        semaphore->permits -= first->permits;
        rt_wake_list_add(&wakes, rt_wait_pick_locked(&first->wait));
        rt_wake_list_make_room_locked(&wakes, &semaphore->waiters.lock);
    }
    rt_lock_release(&semaphore->waiters.lock);
    rt_wake_list_wake(&wakes);
}

void rt_semaphore_release(struct rt_semaphore *semaphore, uint32_t permits)
{
    rt_lock_acquire(&semaphore->waiters.lock);
    semaphore->permits += permits;
    if (rt_waiters_first_locked(&semaphore->waiters)) {
        unlock_and_serve(semaphore);
    } else {
        rt_lock_release(&semaphore->waiters.lock);
    }
}

/*
 * Out of the queue, which may let the next one go on. One that was picked and
 * never said so gives its permits back; one that has said so has none: they
 * are its caller's.
 */
static void acquire_drop(struct rt_future *future)
{
    struct rt_acquire *self = RT_SELF(future, struct rt_acquire);
    struct rt_semaphore *semaphore = self->semaphore;
    struct rt_waker own;

    if (!self->wait.was_queued) {
        return;
    }
    rt_lock_acquire(&semaphore->waiters.lock);
    own = rt_wait_leave_locked(&self->wait);
    if (rt_wait_take_pick_locked(&self->wait)) {
        semaphore->permits += self->permits;
    }
    unlock_and_serve(semaphore);
    rt_waker_drop(&own);
}

static const struct rt_future_ops acquire_ops = {
    .poll = acquire_poll,
    .drop = acquire_drop,
    .name = "acquire",
};

struct rt_acquire rt_semaphore_acquire(struct rt_semaphore *semaphore,
                                       uint32_t permits)
{
    return (struct rt_acquire){
        .future = RT_FUTURE(&acquire_ops),
        .semaphore = semaphore,
        .permits = permits,
        .result = -EINPROGRESS,
    };
}

struct rt_permit rt_acquire_own(const struct rt_acquire *acquire)
{
    if (acquire->result != 0 || !rt_future_is_finished(&acquire->future)) {
        return (struct rt_permit){0};
    }
    return (struct rt_permit){acquire->semaphore, acquire->permits};
}

void rt_permit_release(struct rt_permit *permit)
{
    struct rt_semaphore *semaphore = permit->semaphore;

    if (semaphore) {
        permit->semaphore = NULL;
        rt_semaphore_release(semaphore, permit->permits);
    }
}

/* ---- the rest ---- */

uint32_t rt_semaphore_forget(struct rt_semaphore *semaphore, uint32_t permits)
{
    uint32_t taken;

    rt_lock_acquire(&semaphore->waiters.lock);
    taken = semaphore->permits < permits ? semaphore->permits : permits;
    semaphore->permits -= taken;
    rt_lock_release(&semaphore->waiters.lock);
    return taken;
}

void rt_semaphore_close(struct rt_semaphore *semaphore)
{
    rt_lock_acquire(&semaphore->waiters.lock);
    semaphore->is_closed = true;
    rt_waiters_unlock_and_wake(&semaphore->waiters);
}

bool rt_semaphore_is_closed(struct rt_semaphore *semaphore)
{
    bool is_closed;

    rt_lock_acquire(&semaphore->waiters.lock);
    is_closed = semaphore->is_closed;
    rt_lock_release(&semaphore->waiters.lock);
    return is_closed;
}

uint32_t rt_semaphore_available(struct rt_semaphore *semaphore)
{
    uint32_t permits;

    rt_lock_acquire(&semaphore->waiters.lock);
    permits = semaphore->permits;
    rt_lock_release(&semaphore->waiters.lock);
    return permits;
}
