/*
 * What a runtime is made of. Private to sched/: everybody else goes through
 * the functions of runtime.h.
 *
 * There are two kinds. A current-thread runtime has one worker, which runs on
 * the thread that is inside rt_block_on (executor.c, idle.c). A multi-thread
 * one has several, each on a thread of its own (worker.c, park.c). They share
 * all the rest.
 */
#ifndef RT_SCHED_CORE_H
#define RT_SCHED_CORE_H

#include <pthread.h>

#include "base/lock.h"
#include "blocking/pool.h"
#include "sched/conductor.h"
#include "sched/deque.h"
#include "sched/inject.h"
#include "sched/parker.h"
#include "sched/pool.h"
#include "sched/runtime.h"
#include "sched/sleepers.h"

/* What a worker counts; it alone writes. */
struct rt_worker_counts {
    _Atomic uint64_t polls;
    _Atomic uint64_t steals;
    _Atomic uint64_t parks;
    _Atomic uint64_t busy_ns;
};

/* Who runs tasks. Used by one thread, but for what says otherwise. */
struct rt_worker {
    struct rt_runtime *runtime; /* borrowed */
    uint32_t index;
    uint32_t until_events; /* polls until it asks the driver in between */
    int64_t allocated;     /* see references */
    struct rt_pool pool;   /* memory of tasks */
    struct rt_random random;
    struct rt_hostility hostility;
    struct rt_queue deferred;       /* tasks that yielded to the driver */
    struct rt_worker_counts counts; /* read by any thread */

    struct rt_queue ready; /* current-thread: tasks woken on this thread */

    struct rt_deque deque;   /* multi-thread: the same; others may steal */
    struct rt_task *next;    /* woken last: runs first, its data is warm */
    bool is_searching;       /* looks for work elsewhere */
    bool is_asleep;          /* in park: others need not hear of our tasks */
    uint64_t awake_since;    /* monotonic ns */
    struct rt_parker parker; /* any thread may unpark */
    pthread_t thread;
};

/* Live tasks, by their ids, so many in a row; current-thread: all in one. */
enum { RT_SHARDS = 16, RT_SHARD_IDS = 64 };

struct rt_shard {
    struct rt_lock lock;    /* guards what follows */
    struct rt_list all;     /* of struct rt_task: not complete */
    _Atomic uint64_t count; /* how many; read by any thread */
};

struct rt_runtime {
    struct rt_task_owner owner; /* first: what the tasks know of us */
    struct rt_clock clock;
    struct rt_wheel wheel;
    struct rt_driver driver;
    struct rt_conductor conductor;
    struct rt_blocking_pool *blocking; /* owned */
    struct rt_builder builder;         /* how it was built */
    bool has_trace;                    /* we opened it, so we close it */
    uint32_t worker_count;
    struct rt_worker *workers; /* owned */
    uint32_t shard_mask;       /* one less than how many are in use */
    struct rt_shard shards[RT_SHARDS];
    struct rt_inject inject;

    /*
     * What keeps the memory of the runtime: its tasks' memory, and handles.
     * A worker counts in its own field, without an atomic operation, the
     * tasks that it creates and frees; other threads count here. At the end
     * rt_core_release adds up; who makes it 0 then frees the runtime, so a
     * waker may outlive it.
     */
    _Atomic int64_t references;

    /* A current-thread runtime is driven by one thread at a time. */
    pthread_mutex_t turn_lock;   /* guards what follows */
    pthread_cond_t turn_changed; /* also: a block_on may be over */
    atomic_bool is_driven;       /* read by any thread */
    struct rt_worker *outer;     /* what the thread that drives it ran before */
    uint32_t threads_away;       /* multi-thread: gave their worker away */

    /* Multi-thread only. */
    struct rt_sleepers sleepers;
    atomic_bool is_driver_taken; /* a worker waits in the driver */
    atomic_bool is_shutting_down;

    atomic_bool is_over; /* was shut down, and only memory is left of it */
};

/* The runtime that this thread is inside of. */
extern _Thread_local struct rt_runtime *rt_core_current;

/* The worker that this thread runs, or NULL. */
extern _Thread_local struct rt_worker *rt_core_worker;

static inline bool rt_core_is_multi(const struct rt_runtime *runtime)
{
    return runtime->builder.workers > 0;
}

/* The worker of this runtime that this thread runs; NULL: a stranger. */
static inline struct rt_worker *rt_core_own_worker(struct rt_runtime *runtime)
{
    struct rt_worker *worker = rt_core_worker;

    return worker && worker->runtime == runtime ? worker : NULL;
}

static inline void rt_core_call_hook(const struct rt_builder *builder,
                                     void (*hook)(void *))
{
    if (hook) {
        hook(builder->hook_argument);
    }
}

/* Adds to a count that only one thread at a time writes. */
static inline void rt_core_count(_Atomic uint64_t *count, int64_t more)
{
    uint64_t now = atomic_load_explicit(count, memory_order_relaxed);

    atomic_store_explicit(count, now + (uint64_t)more, memory_order_relaxed);
}

/*
 * What the polls of this thread are given; made once, before its loop. Each
 * poll gets a waker and a budget of its own.
 */
struct rt_context rt_core_context_make(struct rt_worker *worker);

/* ---- tasks.c: the tasks of a runtime ---- */

/* Sets owner: how the tasks of this runtime are queued and released. */
void rt_core_init_tasks(struct rt_runtime *runtime);

/*
 * Creates a task of the frame, which is dropped on an error, and queues it.
 * name is what traces call the task; NULL: as its future. The error is
 * -ENOMEM; or -ECANCELED: the runtime is shut down.
 */
struct rt_spawned rt_core_spawn(struct rt_runtime *runtime, const char *name,
                                struct rt_future *frame, size_t frame_size);

/*
 * Fills in live tasks, up to so many, each with a reference; returns how many.
 */
size_t rt_core_collect(struct rt_runtime *runtime, struct rt_task **tasks,
                       size_t most);

/*
 * Cancels all tasks, also those that are spawned by their drops. No worker
 * runs any more; strangers are turned away from now on.
 */
void rt_core_drop_all_tasks(struct rt_runtime *runtime);

/* One more, or one less, that needs the memory of the runtime. */
void rt_core_ref(struct rt_runtime *runtime);
void rt_core_unref(struct rt_runtime *runtime);

/*
 * The last call: the runtime is gone afterwards, or goes with the last waker
 * or handle that is left.
 */
void rt_core_release(struct rt_runtime *runtime);

/* ---- block_on.c ---- */

/*
 * Makes this thread the one that runs the worker of a current-thread runtime.
 * False: another one does, or the runtime is a multi-thread one, or over.
 */
bool rt_core_take_turn(struct rt_runtime *runtime);
void rt_core_end_turn(struct rt_runtime *runtime);

/* True when this thread is in a poll of a task, of whatever runtime. */
bool rt_core_is_inside_task(void);

/* For rt_panic: which one that is. */
void rt_core_say_task(char *text, size_t size);

/* ---- executor.c and idle.c: the current-thread runtime ---- */

/* Puts a task behind the others that are ready; takes the reference. */
void rt_core_push_ready(struct rt_worker *worker, struct rt_task *task);

/* Moves the tasks that other threads have woken into our queue. */
void rt_core_take_injected(struct rt_worker *worker);

/* The loop: polls tasks, and waits for events, until this one is complete. */
void rt_core_drive(struct rt_worker *worker, const struct rt_task *task);

/*
 * Nothing is ready: waits in the driver until the kernel or a timer wakes a
 * task, or moves a clock that stands still.
 */
void rt_core_idle(struct rt_worker *worker);

/* Asks the driver, the timers, and those who yielded, without waiting. */
void rt_core_poll_events(struct rt_worker *worker);

/* ---- idle.c: what both kinds do to wait ---- */

/* Waits in the driver, at most until the next timer; fires what is due. */
void rt_core_wait_for_events(struct rt_runtime *runtime);

/* The same without waiting. */
void rt_core_look_for_events(struct rt_runtime *runtime);

/* Takes the tasks that yielded, to be queued behind so many others. */
struct rt_queue rt_core_take_deferred(struct rt_worker *worker,
                                      uint32_t length);

/* ---- worker.c and park.c: the multi-thread runtime ---- */

/* Starts the threads. 0 or -errno: then none runs. */
int rt_core_start_workers(struct rt_runtime *runtime);

/* Starts the thread of one worker, which nobody runs. 0 or -errno. */
int rt_core_start_worker(struct rt_worker *worker);

/* Ends them after the polls that they are in, and waits for that. */
void rt_core_stop_workers(struct rt_runtime *runtime);

/* Queues a task that was woken, or spawned, by the worker's own thread. */
void rt_core_push_local(struct rt_worker *worker, struct rt_task *task);

/* There is work that others could do: wakes one, if nobody is looking. */
void rt_core_notify_one(struct rt_runtime *runtime);

/* True when the worker has tasks of its own. */
bool rt_core_has_tasks(const struct rt_worker *worker);

/* Sleeps until there may be work, or the runtime ends. */
void rt_core_park(struct rt_worker *worker);

/* Looks for events, unless another worker is in the driver. */
void rt_core_try_driver(struct rt_worker *worker);

/* ---- in_place.c ---- */

/* A worker's thread ends. It may have given its worker away before. */
void rt_core_leave_thread(struct rt_runtime *runtime, struct rt_worker *worker);

/* Waits until all threads that gave their worker away have ended. */
void rt_core_wait_for_threads_away(struct rt_runtime *runtime);

#endif
