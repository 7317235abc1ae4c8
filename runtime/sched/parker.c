#include "sched/parker.h"

void rt_parker_init(struct rt_parker *parker)
{
    atomic_init(&parker->state, RT_PARKED_NOT);
    pthread_mutex_init(&parker->mutex, NULL);
    pthread_cond_init(&parker->condition, NULL);
}

void rt_parker_deinit(struct rt_parker *parker)
{
    pthread_cond_destroy(&parker->condition);
    pthread_mutex_destroy(&parker->mutex);
}

/* From not parked to state; false: a wake has come, which is used up now. */
static bool begin(struct rt_parker *parker, enum rt_parked state)
{
    enum rt_parked expected = RT_PARKED_NOT;

    if (atomic_compare_exchange_strong(&parker->state, &expected, state)) {
        return true;
    }
    atomic_store(&parker->state, RT_PARKED_NOT);
    return false;
}

void rt_parker_park(struct rt_parker *parker)
{
    pthread_mutex_lock(&parker->mutex);
    if (begin(parker, RT_PARKED_CONDITION)) {
        while (atomic_load(&parker->state) != RT_PARKED_NOTIFIED) {
            pthread_cond_wait(&parker->condition, &parker->mutex);
        }
        atomic_store(&parker->state, RT_PARKED_NOT);
    }
    pthread_mutex_unlock(&parker->mutex);
}

bool rt_parker_enter_driver(struct rt_parker *parker)
{
    return begin(parker, RT_PARKED_DRIVER);
}

void rt_parker_leave_driver(struct rt_parker *parker)
{
    atomic_store(&parker->state, RT_PARKED_NOT);
}

void rt_parker_unpark(struct rt_parker *parker, struct rt_driver *driver)
{
    switch (atomic_exchange(&parker->state, RT_PARKED_NOTIFIED)) {
    case RT_PARKED_CONDITION:
        /* The mutex: not between its look at the state and its sleep. */
        pthread_mutex_lock(&parker->mutex);
        pthread_mutex_unlock(&parker->mutex);
        pthread_cond_signal(&parker->condition);
        break;
    case RT_PARKED_DRIVER:
        rt_driver_interrupt(driver);
        break;
    case RT_PARKED_NOT:
    case RT_PARKED_NOTIFIED:
        break;
    }
}
