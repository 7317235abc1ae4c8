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
#include <stdatomic.h>
#include <stdbool.h>

#include "driver/driver.h"

enum rt_parked {
    RT_PARKED_NOT,       /* awake, or about to look */
    RT_PARKED_NOTIFIED,  /* a wake has come that no sleep has used up yet */
    RT_PARKED_CONDITION, /* asleep, or about to be, on the condition */
    RT_PARKED_DRIVER,    /* asleep, or about to be, in the driver */
};

struct rt_parker {
    _Atomic enum rt_parked state;
    pthread_mutex_t mutex; /* for the condition only */
    pthread_cond_t condition;
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
