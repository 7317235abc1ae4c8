#include "driver/choose.h"

#include <stddef.h>
#include <string.h>

#include "trace/trace.h"

/* The best first. */
static const struct rt_driver_ops *const drivers[] = {
#ifdef __linux__
    &rt_driver_epoll,
    &rt_driver_uring,
#else
    &rt_driver_kqueue,
#endif
    &rt_driver_poll,
};

const struct rt_driver_ops *rt_driver_find(const char *name)
{
    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        if (!name || strcmp(drivers[i]->name, name) == 0) {
            return drivers[i];
        }
    }
    return NULL;
}

int rt_driver_init_or_best(struct rt_driver *driver,
                           const struct rt_driver_ops *ops, bool may_fall_back)
{
    const struct rt_driver_ops *best = rt_driver_find(NULL);
    int error = rt_driver_init(driver, ops);

    if (!error || !may_fall_back || ops == best) {
        return error;
    }
    RT_TRACE(rt_trace_write(RT_TRACE_DRIVER_REFUSED, 0, 0, (unsigned)-error,
                            rt_trace_string(ops->name)));
    return rt_driver_init(driver, best);
}
