#include "sync/semaphore.h"

#include <errno.h>

#include "future/async.h"

void rt_semaphore_init(struct rt_semaphore *semaphore, uint32_t permits)
{
    *semaphore = (struct rt_semaphore){.permits = permits};
    rt_waiters_init(&semaphore->waiters);
}

static struct rt_semaphore *semaphore_of(const struct rt_wait *wait)
{
    return RT_CONTAINER_OF(wait->waiters, struct rt_semaphore, waiters);
}

/* ---- taking ---- */

/* 0, -EAGAIN or -EPIPE. What is free while others wait is kept for them. */
static int take_locked(struct rt_semaphore *semaphore, uint32_t permits)
{
    if (semaphore->is_closed) {
        return -EPIPE;
    }
    if (semaphore->permits < permits ||
        !rt_waiters_is_empty_locked(&semaphore->waiters)) {
        return -EAGAIN;
    }
    semaphore->permits -= permits;
    return 0;
}

int rt_semaphore_try_acquire(struct rt_semaphore *semaphore, uint32_t permits)
{
    int result;

    rt_waiters_lock(&semaphore->waiters);
    result = take_locked(semaphore, permits);
    rt_waiters_unlock(&semaphore->waiters);
    return result;
}

/* Who was picked has the permits, also after a close. */
static bool is_settled_locked(struct rt_wait *wait)
{
    struct rt_acquire *self = RT_SELF(&wait->future, struct rt_acquire);

    self->result = rt_wait_take_pick_locked(wait)
                       ? 0
                       : take_locked(semaphore_of(wait), self->permits);
    return self->result != -EAGAIN;
}

static enum rt_poll acquire_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    return rt_wait_poll_with(RT_SELF(future, struct rt_wait), is_settled_locked,
                             cx);
}

/* ---- giving back ---- */

static bool can_serve(struct rt_wait *first)
{
    struct rt_semaphore *semaphore = semaphore_of(first);
    uint32_t wanted = RT_SELF(&first->future, struct rt_acquire)->permits;

    if (semaphore->permits < wanted) {
        return false;
    }
    semaphore->permits -= wanted;
    return true;
}

void rt_semaphore_release(struct rt_semaphore *semaphore, uint32_t permits)
{
    rt_waiters_lock(&semaphore->waiters);
    semaphore->permits += permits;
    if (!rt_waiters_is_empty_locked(&semaphore->waiters)) {
        rt_waiters_unlock_and_serve(&semaphore->waiters, can_serve);
    } else {
        rt_waiters_unlock(&semaphore->waiters);
    }
}

/*
 * One that was picked and never said so gives its permits back. In any case
 * the next one may have been waiting behind it, for less.
 */
static void unlock_and_cancel(struct rt_wait *wait, bool was_picked)
{
    if (was_picked) {
        semaphore_of(wait)->permits +=
            RT_SELF(&wait->future, struct rt_acquire)->permits;
    }
    rt_waiters_unlock_and_serve(wait->waiters, can_serve);
}

const struct rt_wait_ops rt_acquire_ops = {
    .future = {.poll = acquire_poll, .drop = rt_wait_drop, .name = "acquire"},
    .unlock_and_cancel = unlock_and_cancel,
};

struct rt_permit rt_acquire_own(const struct rt_acquire *acquire)
{
    if (acquire->result != 0 || !rt_future_is_finished(&acquire->future)) {
        return (struct rt_permit){0};
    }
    return (struct rt_permit){semaphore_of(&acquire->wait), acquire->permits};
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

    rt_waiters_lock(&semaphore->waiters);
    taken = semaphore->permits < permits ? semaphore->permits : permits;
    semaphore->permits -= taken;
    rt_waiters_unlock(&semaphore->waiters);
    return taken;
}

void rt_semaphore_close(struct rt_semaphore *semaphore)
{
    rt_waiters_lock(&semaphore->waiters);
    semaphore->is_closed = true;
    rt_waiters_unlock_and_wake(&semaphore->waiters);
}

uint32_t rt_semaphore_available(struct rt_semaphore *semaphore)
{
    uint32_t permits;

    rt_waiters_lock(&semaphore->waiters);
    permits = semaphore->permits;
    rt_waiters_unlock(&semaphore->waiters);
    return permits;
}
