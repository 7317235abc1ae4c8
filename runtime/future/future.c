#include "future/future.h"

#include "base/panic.h"
#include "future/async.h"

const char *rt_future_name(const struct rt_future *future)
{
    return future->ops && future->ops->name ? future->ops->name : "unnamed";
}

void rt_future_complain(const struct rt_future *future)
{
    if (!future->ops) {
        rt_panic("not-a-future", "polled a future that was never made: its "
                                 "ops are NULL");
    }
    rt_panic("polled-after-ready", "'%s' was polled again after it %s",
             rt_future_name(future),
             future->resume == RT_FUTURE_FINISHED ? "was ready"
                                                  : "was dropped");
}

#ifdef RT_DEBUG
void rt_future_check_home(struct rt_future *future)
{
    if (future->home && future->home != future) {
        rt_panic("moved-after-poll",
                 "'%s' was copied to another place after its first poll",
                 rt_future_name(future));
    }
    future->home = future;
}
#endif

void rt_future_drop(struct rt_future *future)
{
    struct rt_future *child = future->awaiting;

    if (!future->ops || future->resume == RT_FUTURE_DROPPED) {
        return;
    }
    /* Marked first: a drop that comes back to us finds it done. */
    future->resume = RT_FUTURE_DROPPED;
    future->awaiting = NULL;
    if (child) {
        rt_future_drop(child);
    }
    if (future->ops->drop) {
        future->ops->drop(future);
    }
}

void rt_future_complain_of_local(const char *what)
{
    rt_panic("local-lost-across-await",
             "'%s' is a local variable: it is gone when the poll returns. "
             "Move it into the frame",
             what);
}

void rt_await_check(const struct rt_future *child, const struct rt_context *cx)
{
    rt_future_check_kept(child, rt_future_name(child), cx);
}
