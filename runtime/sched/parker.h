/*
 * Parker: where one worker sleeps, and how it is woken.
 *
 * A worker sleeps in the driver if nobody else is there, so that the kernel
 * can wake it; the others sleep on a condition of their own. A wake that
 * comes before the sleep is kept, so it is never lost; two are one.
 */
#ifndef RT_SCHED_PARKER_H
#define RT_SCHED_PARKER_H

#include <pthread.h>
#include <stdbool.h>

#include "driver/driver.h"

struct rt_parker {
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t condition;
    bool is_woken;     /* and no sleep has used it up yet */
    bool is_in_driver; /* asleep there, or about to be */
};

void rt_parker_init(struct rt_parker *parker);
void rt_parker_deinit(struct rt_parker *parker);

/* Sleeps on the condition until it is woken; its own worker only. */
void rt_parker_park(struct rt_parker *parker);

/*
 * Goes to sleep in the driver. False: a wake has come, so don't. True: call
 * rt_parker_leave_driver afterwards. Its own worker only.
 */
bool rt_parker_enter_driver(struct rt_parker *parker);
void rt_parker_leave_driver(struct rt_parker *parker);

/* Wakes the worker, now or when it goes to sleep. Any thread. */
void rt_parker_unpark(struct rt_parker *parker, struct rt_driver *driver);

#endif
