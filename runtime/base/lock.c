#include "base/lock.h"

#include <sched.h>

enum { SPINS = 100 };

void rt_lock_wait(struct rt_lock *lock)
{
    int spins = 0;

    do {
        while (atomic_load_explicit(&lock->is_held, memory_order_relaxed)) {
            if (++spins % SPINS == 0) {
                sched_yield(); /* its holder may have been preempted */
            }
        }
    } while (
        atomic_exchange_explicit(&lock->is_held, true, memory_order_acquire));
}
