/*
 * Choose: which of the drivers.
 */
#ifndef RT_DRIVER_CHOOSE_H
#define RT_DRIVER_CHOOSE_H

#include "driver/driver.h"

/* The names that rt_driver_find knows here, for messages. */
#ifdef __linux__
#define RT_DRIVER_NAMES "epoll, io_uring or poll"
#else
#define RT_DRIVER_NAMES "kqueue or poll"
#endif

/* The driver of that name; NULL: there is none here. name NULL: the best. */
const struct rt_driver_ops *rt_driver_find(const char *name);

/*
 * As rt_driver_init. When the system refuses that driver (an old kernel, a
 * sandbox) and may_fall_back, takes the best one, and says so in the trace.
 */
int rt_driver_init_or_best(struct rt_driver *driver,
                           const struct rt_driver_ops *ops, bool may_fall_back);

#endif
