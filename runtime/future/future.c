#include "future/future.h"

#include "base/panic.h"
#include "future/async.h"

/*
 * What resume holds once a future is over. The address of a variable, since
 * a label can't have it.
 */
static const char marks[2];

#define FINISHED_MARK ((const void *)&marks[0])
#define DROPPED_MARK ((const void *)&marks[1])

bool rt_future_is_finished(const struct rt_future *future)
{
    return (uintptr_t)future->resume - (uintptr_t)marks < sizeof(marks);
}

const char *rt_future_name(const struct rt_future *future)
{
    return future->ops && future->ops->name ? future->ops->name : "unnamed";
}

/* Who polls this one breaks the contract. Out of the way of all others. */
static __attribute__((cold, noinline)) void
complain(const struct rt_future *future)
{
    if (!future->ops) {
        rt_panic("not-a-future", "polled a future that was never made: its "
                                 "ops are NULL");
    }
    rt_panic("polled-after-ready", "'%s' was polled again after it %s",
             rt_future_name(future),
             future->resume == FINISHED_MARK ? "was ready" : "was dropped");
}

#ifdef RT_DEBUG
static void check_home(struct rt_future *future)
{
    if (future->home && future->home != future) {
        rt_panic("moved-after-poll",
                 "'%s' was copied to another place after its first poll",
                 rt_future_name(future));
    }
    future->home = future;
}
#endif

enum rt_poll rt_future_poll(struct rt_future *future, struct rt_context *cx)
{
    enum rt_poll poll;

    if (__builtin_expect(!future->ops || rt_future_is_finished(future), 0)) {
        complain(future);
    }
#ifdef RT_DEBUG
    check_home(future);
#endif
    if (__builtin_expect(cx->junk != NULL, 0)) {
        rt_hostility_junk_stack(cx->junk); /* the last call before the poll */
    }
    poll = future->ops->poll(future, cx);
    if (poll == RT_READY) {
        future->resume = FINISHED_MARK;
    }
    return poll;
}

void rt_future_drop(struct rt_future *future)
{
    struct rt_future *child = future->awaiting;

    if (!future->ops || future->resume == DROPPED_MARK) {
        return;
    }
    /* Marked first: a drop that comes back to us finds it done. */
    future->resume = DROPPED_MARK;
    future->awaiting = NULL;
    if (child) {
        rt_future_drop(child);
    }
    if (future->ops->drop) {
        future->ops->drop(future);
    }
}

bool rt_budget_spend(struct rt_context *cx)
{
    if (cx->budget == 0) {
        rt_waker_wake_by_ref(cx->waker);
        return false;
    }
    cx->budget--;
    return true;
}

/*
 * A child on the C stack is gone at the return of this poll. Locals of the
 * polls lie between here and the executor's frame, on a stack that grows
 * down (as it does on every machine we run on).
 */
static void check_not_on_stack(const struct rt_future *child,
                               const struct rt_context *cx)
{
    const char *here = __builtin_frame_address(0);
    const char *address = (const char *)child;

    if (address > here && address < (const char *)cx->stack) {
        rt_panic("local-lost-across-await",
                 "RT_AWAIT of '%s', which is a local variable: it is gone "
                 "when the poll returns. Move it into the frame",
                 rt_future_name(child));
    }
}

void rt_await_begin(struct rt_future *self, struct rt_future *child,
                    const struct rt_context *cx)
{
    check_not_on_stack(child, cx);
    self->awaiting = child;
}

enum rt_poll rt_await_poll(struct rt_future *self, struct rt_context *cx)
{
    struct rt_future *child = self->awaiting;

    if (rt_future_poll(child, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    self->awaiting = NULL;
    rt_future_drop(child);
    return RT_READY;
}
