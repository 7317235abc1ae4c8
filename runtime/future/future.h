/*
 * Future: something that can be polled until it is ready.
 *
 * The first member of every frame is a struct rt_future. Polling asks "are
 * you done?": the answer is ready, and then the result lies in the frame, or
 * pending, and then a waker has been left where the progress will come from.
 *
 * The contract, for those who write one and for those who poll one:
 *  - pending means that somebody holds the waker (or the poll has used it);
 *  - after ready it is never polled again;
 *  - before its first poll a future may be moved (copied, and the old copy
 *    forgotten); from its first poll until it is ready it stays where it is;
 *  - who polls it drops it: when it was ready, or when it is no longer
 *    wanted. Dropping a pending future is how it is cancelled. A drop
 *    releases what the future holds for its work, never its result.
 *
 * A future belongs to one thread at a time.
 */
#ifndef RT_FUTURE_FUTURE_H
#define RT_FUTURE_FUTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hostile.h"
#include "future/waker.h"

struct rt_future;
struct rt_runtime;

enum rt_poll {
    RT_PENDING = 0,
    RT_READY = 1,
};

/* What a poll is given. Whoever polls a task makes one for that poll. */
struct rt_context {
    const struct rt_waker *waker; /* borrowed: wakes the task being polled */
    struct rt_runtime *runtime;   /* borrowed: timers and driver; or NULL */
    uint32_t budget;              /* how many leaf operations may still
                                     succeed in this poll: see rt_budget */
    bool is_hostile;              /* sockets make the unlikely happen */
    const void *stack;            /* locals of this poll lie below */
    bool is_watched;              /* one of the two that follow is set */
    struct rt_hostility *junk;    /* borrowed: fills the stack with junk
                                     before a poll of a task; or NULL */
    uint64_t slow_ns;             /* a poll of a task that takes so long is
                                     reported; 0: none is */
};

/* The behaviour of one kind of future; one constant for all its frames. */
struct rt_future_ops {
    enum rt_poll (*poll)(struct rt_future *future, struct rt_context *cx);
    void (*drop)(struct rt_future *future); /* releases what the frame holds;
                                               runs once; may be NULL */
    const char *name; /* what traces and messages call it */
};

struct rt_future {
    const struct rt_future_ops *ops;
    struct rt_future *awaiting; /* borrowed: the child that we wait for */
    const void *resume;         /* where to go on: see async.h */
#ifdef RT_DEBUG
    const void *home; /* where the first poll found it */
#endif
};

/*
 * A future with these ops that was not polled yet: an initializer. All members
 * are named: where that is so the compiler writes a frame where it belongs,
 * and else it first makes one of zeros, which it then copies.
 */
#define RT_FUTURE(future_ops)                                                  \
    ((struct rt_future){.ops = (future_ops), .awaiting = NULL, .resume = NULL})

/* The future of a frame that is made on the way, as an argument of a spawn. */
#define RT_FRAME(...) (&((__typeof__(__VA_ARGS__)[1]){__VA_ARGS__})->future)

/* What resume holds once a future is over; no label has such an address. */
#define RT_FUTURE_FINISHED ((const void *)1)
#define RT_FUTURE_DROPPED ((const void *)2)

/* True once a poll has said ready, or the future was dropped. */
static inline bool rt_future_is_finished(const struct rt_future *future)
{
    return (uintptr_t)future->resume - (uintptr_t)RT_FUTURE_FINISHED <=
           (uintptr_t)RT_FUTURE_DROPPED - (uintptr_t)RT_FUTURE_FINISHED;
}

/* Who polls this one breaks the contract: stops the program. */
void rt_future_complain(const struct rt_future *future)
    __attribute__((noreturn, cold));

#ifdef RT_DEBUG
/* Stops the program when the future has moved since its first poll. */
void rt_future_check_home(struct rt_future *future);
#endif

/*
 * Polls a future through its ops and checks the contract: polling one that
 * is finished, or one that was moved (debug builds), stops the program. For who
 * drops it at once when it is ready: it is not marked as finished.
 */
static inline enum rt_poll rt_future_poll_to_drop(struct rt_future *future,
                                                  struct rt_context *cx)
{
    if (__builtin_expect(!future->ops || rt_future_is_finished(future), 0)) {
        rt_future_complain(future);
    }
#ifdef RT_DEBUG
    rt_future_check_home(future);
#endif
    return future->ops->poll(future, cx);
}

/* The same for everybody else. */
static inline enum rt_poll rt_future_poll(struct rt_future *future,
                                          struct rt_context *cx)
{
    enum rt_poll poll = rt_future_poll_to_drop(future, cx);

    if (poll != RT_PENDING) {
        future->resume = RT_FUTURE_FINISHED;
    }
    return poll;
}

/* Stops the program: what is a local variable, gone after the poll. */
void rt_future_complain_of_local(const char *what)
    __attribute__((noreturn, cold));

/*
 * True when this is the address of a local variable of this poll. Locals of
 * the polls lie between here and the executor's frame, on a stack that grows
 * down (as it does on every machine we run on).
 */
static inline bool rt_future_is_local(const void *address,
                                      const struct rt_context *cx)
{
    const char *here = (const char *)__builtin_frame_address(0);

    return __builtin_expect((const char *)address > here &&
                                (const char *)address < (const char *)cx->stack,
                            0);
}

enum { RT_FUTURE_STACK = 1 << 20 }; /* bytes; polls nest less deep */

/*
 * A quick look before rt_future_is_local, which takes a stack frame of its
 * own: false for nearly all that is no local.
 */
static inline bool rt_future_may_be_local(const void *address,
                                          const struct rt_context *cx)
{
    return __builtin_expect(
        (uintptr_t)cx->stack - (uintptr_t)address < RT_FUTURE_STACK, 0);
}

/*
 * For who is about to be pending and keeps the address: stops the program when
 * it is that of a local variable.
 */
static inline void rt_future_check_kept(const void *address, const char *what,
                                        const struct rt_context *cx)
{
    if (rt_future_is_local(address, cx)) {
        rt_future_complain_of_local(what);
    }
}

/*
 * Drops a future: first the child that it awaits, then what it holds itself.
 * Harmless when it was dropped before, and on a frame of zero bytes.
 */
void rt_future_drop(struct rt_future *future);

/* The same for one that was just ready, in a few instructions. */
static inline void rt_future_drop_ready(struct rt_future *future)
{
    if (future->awaiting) {
        rt_future_drop(future);
        return;
    }
    future->resume = RT_FUTURE_DROPPED;
    if (future->ops->drop) {
        future->ops->drop(future);
    }
}

/* The name in its ops. */
const char *rt_future_name(const struct rt_future *future);

/*
 * A context for a poll by hand, with this waker (borrowed) and the runtime
 * that this thread is inside of, if any. Meant for executors of your own.
 */
struct rt_context rt_context_make(const struct rt_waker *waker);

enum { RT_BUDGET = 128 };

/*
 * The poll budget: a leaf future (a socket, a timer) calls it before it
 * reports success. True: go on. False: this task has had its share; the
 * waker has been woken, so return pending and let the others have a turn.
 */
static inline bool rt_budget_spend(struct rt_context *cx)
{
    if (cx->budget == 0) {
        rt_waker_wake_by_ref(cx->waker);
        return false;
    }
    cx->budget--;
    return true;
}

#endif
