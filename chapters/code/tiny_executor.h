/*
 * The smallest executor: one future, and one flag that its waker sets. It
 * counts the wakers that are held elsewhere.
 */
#ifndef TINY_EXECUTOR_H
#define TINY_EXECUTOR_H

#include <stdio.h>

#include "rt.h"

// listing: waker
struct tiny {
    bool is_woken;
    int wakers_held; // by others
};

static inline void tiny_clone(void *data)
{
    ((struct tiny *)data)->wakers_held++;
}

static inline void tiny_drop(void *data)
{
    ((struct tiny *)data)->wakers_held--;
}

static inline void tiny_wake_by_ref(void *data)
{
    ((struct tiny *)data)->is_woken = true;
}

static inline void tiny_wake(void *data)
{
    tiny_wake_by_ref(data);
    tiny_drop(data);
}
// end

static const struct rt_waker_ops tiny_waker_ops = {
    tiny_clone,
    tiny_wake,
    tiny_wake_by_ref,
    tiny_drop,
};

// The first polls and the last one are worth a line.
static inline void tiny_tell(int polls, enum rt_poll poll, int wakers_held)
{
    if (polls <= 3 || poll == RT_READY) {
        printf("poll %d: %s, wakers held: %d\n", polls,
               poll == RT_READY ? "ready" : "pending", wakers_held);
    }
}

// listing: run
// Polls when woken, and only then. The world moves on while it has to wait.
static inline void tiny_run(struct rt_future *future, void (*world)(void))
{
    struct tiny tiny = {.is_woken = true}; // the first poll is for free
    struct rt_waker waker = {&tiny_waker_ops, &tiny};
    struct rt_context cx = rt_context_make(&waker);
    enum rt_poll poll = RT_PENDING;

    for (int polls = 1; tiny.is_woken && poll == RT_PENDING; polls++) {
        tiny.is_woken = false;
        poll = rt_future_poll(future, &cx);
        tiny_tell(polls, poll, tiny.wakers_held);
        if (!tiny.is_woken && world) {
            world();
            world = NULL;
        }
    }
    if (poll == RT_PENDING) {
        puts(tiny.wakers_held ? "idle: whoever holds the waker may use it"
                              : "stuck: nobody will ever poll it again");
    }
}
// end

#endif
