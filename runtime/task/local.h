/*
 * Task local: a value that a future and all that it calls can see, without
 * handing it from frame to frame.
 *
 *     static const struct rt_local request = {"request"};
 *
 *     self->scope = RT_LOCAL_SCOPE(&request, &self->id, self->handler);
 *     RT_AWAIT(self->scope);
 *
 * and, anywhere in the polls and the drop of handler:
 *
 *     const int *id = rt_local_get(&request);
 *
 * The value belongs to the polls of one future, not to a thread: it goes with
 * its task from thread to thread, and other tasks don't see it. A task that is
 * spawned inside doesn't inherit it. Scopes nest; the innermost of a key wins.
 */
#ifndef RT_TASK_LOCAL_H
#define RT_TASK_LOCAL_H

#include "future/future.h"

/* A key: a static constant, told from others by its address. */
struct rt_local {
    const char *name; /* for those who look at it in a debugger */
};

struct rt_local_scope {
    struct rt_future future;
    struct rt_future *inner;      /* borrowed: in the frame beside this one */
    const struct rt_local *key;   /* borrowed */
    void *value;                  /* borrowed */
    struct rt_local_scope *outer; /* borrowed: during a poll */
};

/*
 * A future that sets the value during the polls of inner (not yet polled),
 * and during its drop, which comes with its own. Ready when inner is.
 */
struct rt_local_scope rt_local_scope(const struct rt_local *key, void *value,
                                     struct rt_future *inner);

#define RT_LOCAL_SCOPE(key, value, inner)                                      \
    rt_local_scope((key), (value), &(inner).future)

/* The value of the innermost scope of the key; NULL: there is none. */
void *rt_local_get(const struct rt_local *key);

#endif
