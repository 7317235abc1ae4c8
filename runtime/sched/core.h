/*
 * What a runtime is made of. Private to sched/: everybody else goes through
 * the functions of runtime.h.
 */
#ifndef RT_SCHED_CORE_H
#define RT_SCHED_CORE_H

#include <pthread.h>

#include "blocking/pool.h"
#include "sched/conductor.h"
#include "sched/queue.h"
#include "sched/runtime.h"

struct rt_runtime {
    struct rt_task_owner owner; /* first: what the tasks know of us */
    struct rt_clock clock;
    struct rt_wheel wheel;
    struct rt_driver driver;
    struct rt_conductor conductor;
    struct rt_blocking_pool *blocking; /* owned */
    struct rt_random random;
    struct rt_hostility hostility;
    uint32_t event_interval;
    uint32_t tick;           /* polls so far, modulo 2^32 */
    bool is_blocking_on;     /* inside rt_block_on */
    bool has_trace;          /* we opened it, so we close it */
    struct rt_queue ready;   /* tasks woken on our thread */
    struct rt_list deferred; /* of struct rt_deferred: yields */
    struct rt_list all;      /* of struct rt_task: not complete */
    size_t task_count;       /* how many are in all */

    /*
     * Tasks whose memory is in use. Our thread counts in allocated, without
     * an atomic operation; other threads add what they free to freed_elsewhere.
     * rt_core_release subtracts one from the other; who makes it 0 then frees
     * the runtime, so a waker may outlive it.
     */
    int64_t allocated;
    _Atomic int64_t freed_elsewhere;

    pthread_mutex_t inject_lock;
    bool is_closed;           /* guarded by inject_lock: takes no tasks */
    struct rt_queue injected; /* guarded by inject_lock: woken elsewhere */
    _Atomic uint32_t injected_length; /* a hint, so that we rarely lock */
};

/* The runtime that this thread is inside of. */
extern _Thread_local struct rt_runtime *rt_core_current;

/* Sets owner: how the tasks of this runtime are queued and released. */
void rt_core_init_owner(struct rt_runtime *runtime);

/*
 * All tasks are complete: empties the queues, and from here on forgets the
 * tasks that other threads wake.
 */
void rt_core_close(struct rt_runtime *runtime);

/*
 * The last call, on a thread that is no longer inside: the runtime is gone
 * afterwards, or goes with the last waker that another thread holds.
 */
void rt_core_release(struct rt_runtime *runtime);

/* Puts a task behind the others that are ready; takes the reference. */
void rt_core_push_ready(struct rt_runtime *runtime, struct rt_task *task);

/* Moves the tasks that other threads have woken into our queue. */
void rt_core_take_injected(struct rt_runtime *runtime);

/*
 * One turn of the loop: polls the next task, or waits until there is one.
 * Now and then it asks the driver first, whatever is ready.
 */
void rt_core_turn(struct rt_runtime *runtime);

/*
 * Nothing is ready: waits in the driver until the kernel or a timer wakes a
 * task, or moves a clock that stands still.
 */
void rt_core_idle(struct rt_runtime *runtime);

/* Asks the driver, the timers, and those who yielded, without waiting. */
void rt_core_poll_events(struct rt_runtime *runtime);

#endif
