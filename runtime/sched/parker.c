#include "sched/parker.h"

void rt_parker_init(struct rt_parker *parker)
{
    pthread_mutex_init(&parker->mutex, NULL);
    pthread_cond_init(&parker->condition, NULL);
    parker->is_woken = parker->is_in_driver = false;
}

void rt_parker_deinit(struct rt_parker *parker)
{
    pthread_cond_destroy(&parker->condition);
    pthread_mutex_destroy(&parker->mutex);
}

void rt_parker_park(struct rt_parker *parker)
{
    pthread_mutex_lock(&parker->mutex);
    while (!parker->is_woken) {
        pthread_cond_wait(&parker->condition, &parker->mutex);
    }
    parker->is_woken = false;
    pthread_mutex_unlock(&parker->mutex);
}

bool rt_parker_enter_driver(struct rt_parker *parker)
{
    bool may_sleep;

    pthread_mutex_lock(&parker->mutex);
    may_sleep = !parker->is_woken;
    parker->is_woken = false;
    parker->is_in_driver = may_sleep;
    pthread_mutex_unlock(&parker->mutex);
    return may_sleep;
}

void rt_parker_leave_driver(struct rt_parker *parker)
{
    pthread_mutex_lock(&parker->mutex);
    parker->is_woken = parker->is_in_driver = false;
    pthread_mutex_unlock(&parker->mutex);
}

void rt_parker_unpark(struct rt_parker *parker, struct rt_driver *driver)
{
    bool is_in_driver;

    pthread_mutex_lock(&parker->mutex);
    is_in_driver = parker->is_in_driver && !parker->is_woken;
    parker->is_woken = true;
    pthread_mutex_unlock(&parker->mutex);
    if (is_in_driver) {
        rt_driver_interrupt(driver);
    } else {
        pthread_cond_signal(&parker->condition);
    }
}
