/*
 * Runtime: an executor with its timers, its driver and its clock.
 *
 *     struct rt_builder builder = rt_builder_from_environment();
 *     struct rt_runtime *runtime;
 *     int error = rt_build(&builder, &runtime);
 *     ...
 *     rt_block_on(runtime, &frame.future);
 *     rt_shutdown(runtime);
 *
 * or, for a whole program, RT_MAIN(frame). Spawning never runs a task at
 * once; tasks make progress while somebody is inside rt_block_on.
 *
 * A current-thread runtime (the default) runs its tasks on the thread that is
 * inside rt_block_on; a multi-thread one on workers of its own, which take work
 * from each other, also while nobody is inside rt_block_on.
 *
 * Threads: every function may be called on any thread; a thread says with
 * rt_enter, or by a handle, which runtime it means. A task may be polled by
 * different threads, one at a time.
 */
#ifndef RT_SCHED_RUNTIME_H
#define RT_SCHED_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/hostile.h"
#include "driver/driver.h"
#include "future/future.h"
#include "task/join_handle.h"
#include "time/clock.h"
#include "time/wheel.h"

enum { RT_WORKERS_MOST = 256 };

/*
 * Where the memory of tasks comes from. With NUMA each worker, and what it
 * starts, stays on the CPUs of one memory node, if there are several.
 */
enum rt_memory {
    RT_MEMORY_POOLED, /* free lists of the workers: sched/pool.h */
    RT_MEMORY_MALLOC, /* malloc, so that tools see each task */
    RT_MEMORY_NUMA,   /* pooled, and near to the worker: sched/nodes.h */
};

/* How to build a runtime. Start from rt_builder_default() and change it. */
struct rt_builder {
    enum rt_clock_kind clock;
    uint32_t clock_scale;    /* for RT_CLOCK_SCALED: times faster than real */
    int conductor_fd;        /* for RT_CLOCK_CONDUCTED: borrowed */
    uint64_t seed;           /* of every random choice: select, hostile mode */
    uint32_t hostile;        /* bits of enum rt_hostile; 0: off */
    uint32_t event_interval; /* polls between two looks at the driver */
    const char *trace_path;  /* borrowed; NULL: no trace */
    uint32_t blocking_threads;    /* most threads for blocking work; over 0 */
    uint64_t blocking_keep_alive; /* ns that such a thread lives idle */
    const struct rt_driver_ops *driver; /* borrowed; NULL: the best one here */
    bool may_fall_back; /* to the best one, when driver is refused */

    uint32_t workers;      /* threads that run tasks; 0: current-thread */
    uint32_t poll_budget;  /* leaf operations in a poll: see rt_budget_spend */
    enum rt_memory memory; /* pooled; in debug builds malloc */
    uint64_t detect_blocking; /* ns: a poll of a task that takes so long is
                                 reported on standard error; 0: none is */
    const char *thread_name;  /* borrowed: of the workers, up to 10 letters */

    /* Called on each worker's thread with hook_argument; NULL: not. */
    void (*on_thread_start)(void *hook_argument);
    void (*on_thread_stop)(void *hook_argument);
    void (*on_thread_park)(void *hook_argument);
    void (*on_thread_unpark)(void *hook_argument);
    void *hook_argument; /* borrowed */
};

/* A real clock, a fixed seed, the default intervals, nothing hostile. */
struct rt_builder rt_builder_default(void);

/*
 * The default, changed by the environment; a bad value ends the program with
 * a message and status 2. Strings are borrowed from the environment.
 *
 *   RT_CLOCK    real, paused, scaled:TIMES, conducted:FD
 *   RT_SEED     a number
 *   RT_HOSTILE  SEED or SEED:feature,... (base/hostile.h)
 *   RT_TRACE    file to trace to
 *   RT_DRIVER   epoll, io_uring, poll, kqueue: what there is on this system;
 *               when the kernel refuses it, the best one is used
 *   RT_WORKERS  threads that run tasks; 0 for the current thread
 *   RT_MEMORY   pooled, malloc, numa
 *   RT_DETECT_BLOCKING  ms: a poll that takes so long is reported; 0: off
 *   RT_NET      local:FOLDER (net/tcp.h)
 */
struct rt_builder rt_builder_from_environment(void);

/*
 * Builds a runtime, owned by the caller. 0; or -errno: -EINVAL for what can't
 * be, such as a paused clock with several workers.
 */
int rt_build(const struct rt_builder *builder, struct rt_runtime **runtime);

/*
 * Runs the future (borrowed, in the caller's memory) until it is ready, and
 * drops it, while the spawned tasks run too. Not from inside a task. Several
 * threads may do so at once: the future is a task, which another thread may
 * poll. Returns 0, or -ENOMEM, or -ECANCELED: the runtime was shut down.
 */
int rt_block_on(struct rt_runtime *runtime, struct rt_future *future);

/*
 * Drops the futures of all tasks that are left, also of those spawned by such
 * drops, and frees the runtime. Join handles stay usable: they learn that
 * their task was cancelled.
 */
void rt_shutdown(struct rt_runtime *runtime);

/*
 * The same, but waits for blocking jobs that run for timeout ns at most (0:
 * they end in the background); rt_shutdown waits until they end. 0; or
 * -ETIMEDOUT: some still run, and the memory of the runtime goes with the last
 * of them.
 */
int rt_shutdown_timeout(struct rt_runtime *runtime, uint64_t timeout);

/* What a spawn gives, before a handle is made of it. */
struct rt_spawned {
    struct rt_task *task; /* owned: one reference; or NULL */
    int error;            /* 0, or why there is none */
};

/* rt_spawn_named without the handle, which is made where it is wanted. */
struct rt_spawned rt_spawn_task(const char *name, struct rt_future *frame,
                                size_t frame_size);

/* rt_spawn, with a name (copied) for traces and dumps; NULL: its future's. */
static inline __attribute__((warn_unused_result)) struct rt_join_handle
rt_spawn_named(const char *name, struct rt_future *frame, size_t frame_size)
{
    struct rt_spawned spawned = rt_spawn_task(name, frame, frame_size);

    return rt_join_handle_make(spawned.task, spawned.error);
}

/*
 * Spawns a task on the runtime that this thread is inside of. The frame is
 * moved into the task. RT_SPAWN takes a frame by value:
 *
 *     self->child = RT_SPAWN(say("A", RT_SECONDS(1)));
 *
 * The handle is to be awaited or detached. Without memory the handle's result
 * is -ENOMEM (after the shutdown of the runtime: -ECANCELED), the frame is
 * dropped, and an await of it is ready at once.
 */
static inline __attribute__((warn_unused_result)) struct rt_join_handle
rt_spawn(struct rt_future *frame, size_t frame_size)
{
    return rt_spawn_named(NULL, frame, frame_size);
}

/* Spawns a task that nobody waits for. 0; or -ENOMEM, and it is dropped. */
int rt_spawn_detached(struct rt_future *frame, size_t frame_size);

#define RT_SPAWN(...) rt_spawn(RT_FRAME(__VA_ARGS__), sizeof(__VA_ARGS__))
#define RT_SPAWN_NAMED(name, ...)                                              \
    rt_spawn_named((name), RT_FRAME(__VA_ARGS__), sizeof(__VA_ARGS__))
#define RT_SPAWN_DETACHED(...)                                                 \
    rt_spawn_detached(RT_FRAME(__VA_ARGS__), sizeof(__VA_ARGS__))

/*
 * Handle: a runtime as other threads know it. It keeps the memory of the
 * runtime, not its tasks: after the shutdown, spawning fails with -ECANCELED.
 * Enter the runtime of a handle with rt_enter(handle.runtime).
 */
struct rt_handle {
    struct rt_runtime *runtime; /* counted; NULL: dropped */
};

/* Returns an owned handle. While the runtime lives, or from another handle. */
struct rt_handle rt_handle(struct rt_runtime *runtime);

/* Gives it up; harmless when done before. */
void rt_handle_drop(struct rt_handle *handle);

/* rt_spawn on the runtime of the handle (borrowed). */
struct rt_join_handle rt_handle_spawn(const struct rt_handle *handle,
                                      struct rt_future *frame,
                                      size_t frame_size)
    __attribute__((warn_unused_result));

#define RT_HANDLE_SPAWN(handle, ...)                                           \
    rt_handle_spawn((handle), RT_FRAME(__VA_ARGS__), sizeof(__VA_ARGS__))

/*
 * Runs the function, which may block its thread, in the middle of a task. In
 * a multi-thread runtime another thread goes on with the other tasks (if none
 * can be made, those of this worker wait); a current-thread one has no other,
 * so this stops the program there. Outside of a task it is a plain call.
 */
void rt_block_in_place(void (*function)(void *argument), void *argument);

/*
 * The runtime that this thread is inside of, or NULL. Inside of one means:
 * within rt_block_on, or after rt_enter.
 */
struct rt_runtime *rt_current(void);

/* The same; stops the program, which called what, when there is none. */
struct rt_runtime *rt_current_or_panic(const char *what);

/*
 * Puts this thread inside of the runtime (NULL: of none), so that it can spawn
 * and make sleeps before rt_block_on. Returns the one that it was inside of.
 */
struct rt_runtime *rt_enter(struct rt_runtime *runtime);

/* Time of the current runtime's clock, ns since it was built. */
uint64_t rt_now(void);

/* Tasks that are not complete. */
size_t rt_task_count(const struct rt_runtime *runtime);

/* What a runtime counts. The numbers are past by the return. */
struct rt_metrics {
    uint32_t workers;
    size_t tasks;      /* alive */
    uint32_t injected; /* tasks in the queue that all workers share */
    uint64_t timers;   /* armed */
    uint32_t sources;  /* file descriptors registered with the driver */
};

/* Counts now. While the runtime lives; any thread. */
struct rt_metrics rt_runtime_metrics(struct rt_runtime *runtime);

struct rt_worker_metrics {
    uint64_t polls;   /* of tasks */
    uint64_t steals;  /* times that it took tasks from another */
    uint64_t parks;   /* times that it went to sleep */
    uint64_t busy_ns; /* awake, up to the last time that it went to sleep */
    uint32_t queued;  /* tasks in its own queue */
};

/* Of one worker, by its index: 0 to workers - 1. */
struct rt_worker_metrics rt_worker_metrics(struct rt_runtime *runtime,
                                           uint32_t index);

/*
 * Prints what every task of the runtime that this thread is inside of waits
 * for, a line for each. The chain of futures that await each other is the
 * backtrace of a task that is on no stack; it ends where one has several
 * children.
 *
 *     task 1 main: running
 *     task 7 client 3: idle in echo > timeout > read exact > read
 *
 * 0 or -ENOMEM. Idle tasks are polled once more afterwards: while we look at
 * them, they are held as if they had been woken. On a current-thread runtime,
 * only its own thread; else any, while the runtime is not being shut down.
 */
int rt_dump(FILE *file);

/*
 * Spawns a task that dumps to standard error each time that the signal comes.
 * 0 or -ENOMEM. RT_DUMP=1 in the environment makes RT_MAIN do so for SIGUSR1.
 */
int rt_dump_on_signal(int number);

/* ---- for tests: the paused clock ---- */

/* Stops the clock; it then moves when the runtime is idle, or by advance. */
void rt_pause(void);
/* Lets it run again, from the time that it shows. */
void rt_resume(void);

/* ---- the main function ---- */

/*
 * int main: builds a runtime from the environment, runs the frame on it, shuts
 * it down. argc and argv can be used in the frame's arguments.
 */
#define RT_MAIN(...)                                                           \
    int main(int argc, char **argv)                                            \
    {                                                                          \
        struct rt_runtime *rt_of_main = rt_main_begin();                       \
                                                                               \
        (void)argc;                                                            \
        (void)argv;                                                            \
        return rt_main_run(rt_of_main, RT_FRAME(__VA_ARGS__));                 \
    }

/* RT_MAIN in two steps: builds and enters; runs, shuts down, exit status. */
struct rt_runtime *rt_main_begin(void);
int rt_main_run(struct rt_runtime *runtime, struct rt_future *frame);

/* Sets the exit status of RT_MAIN, which is 0 otherwise. */
void rt_set_exit_status(int status);

/*
 * The port in the first argument of the program, or fallback when there is
 * none. An argument that is no port ends the program with status 2.
 */
uint16_t rt_port_argument(int argc, char **argv, uint16_t fallback);

/* ---- for futures that talk to the runtime itself ---- */

/* The runtime of a poll; stops the program when it is outside of one. */
struct rt_runtime *rt_context_runtime(const struct rt_context *cx);

/* Parts of a runtime, borrowed from it, for as long as it lives. */
struct rt_clock *rt_runtime_clock(struct rt_runtime *runtime);
struct rt_wheel *rt_runtime_wheel(struct rt_runtime *runtime);
struct rt_driver *rt_runtime_driver(struct rt_runtime *runtime);
struct rt_blocking_pool *rt_runtime_blocking(struct rt_runtime *runtime);

/* These two are of the worker that this thread is. */
struct rt_random *rt_runtime_random(struct rt_runtime *runtime);
struct rt_hostility *rt_runtime_hostility(struct rt_runtime *runtime);

#endif
