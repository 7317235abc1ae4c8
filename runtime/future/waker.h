/*
 * Waker: the handle through which anything can say "poll this task again".
 *
 * A future that returns pending has left a clone of its waker with whatever
 * will make progress possible: a timer, a socket, another task. Nothing else
 * will ever cause its next poll. A waker knows nothing of executors; it is a
 * pointer and four functions, so an executor of your own brings its own.
 *
 * Rules: a waker in a context is borrowed for the length of the poll. Keep it
 * longer by cloning it. Each clone is given up once: by rt_waker_wake or by
 * rt_waker_drop. A clone may be used and dropped on any thread.
 */
#ifndef RT_FUTURE_WAKER_H
#define RT_FUTURE_WAKER_H

#include <stdbool.h>
#include <stddef.h>

/* What an executor provides. Every function may run on any thread. */
struct rt_waker_ops {
    void (*clone)(void *data);       /* one more waker with this data */
    void (*wake)(void *data);        /* wakes; gives up this waker */
    void (*wake_by_ref)(void *data); /* wakes; the waker stays */
    void (*drop)(void *data);        /* gives up this waker */
};

struct rt_waker {
    const struct rt_waker_ops *ops; /* NULL: no waker */
    void *data;                     /* owned, in the sense of ops */
};

/* For ops of wakers that own nothing. */
static inline void rt_waker_nothing(void *data)
{
    (void)data;
}

/* No waker: what a slot holds before the first poll. */
#define RT_NO_WAKER ((struct rt_waker){NULL, NULL})

/* Returns an owned waker for the same task. */
static inline struct rt_waker rt_waker_clone(const struct rt_waker *waker)
{
    waker->ops->clone(waker->data);
    return *waker;
}

/* True if both wake the same task. */
static inline bool rt_waker_is_same(const struct rt_waker *a,
                                    const struct rt_waker *b)
{
    return a->ops == b->ops && a->data == b->data;
}

/* Gives the waker up without waking. The slot is empty afterwards. */
static inline void rt_waker_drop(struct rt_waker *waker)
{
    struct rt_waker gone = *waker;

    *waker = RT_NO_WAKER;
    if (gone.ops) {
        gone.ops->drop(gone.data);
    }
}

/*
 * Wakes the task and gives the waker up. The slot is emptied first, since the
 * wake may run code that looks at it. Nothing happens to an empty slot.
 */
static inline void rt_waker_wake(struct rt_waker *waker)
{
    struct rt_waker gone = *waker;

    *waker = RT_NO_WAKER;
    if (gone.ops) {
        gone.ops->wake(gone.data);
    }
}

/* Wakes the task; the waker can be used again. */
static inline void rt_waker_wake_by_ref(const struct rt_waker *waker)
{
    waker->ops->wake_by_ref(waker->data);
}

/*
 * Puts a clone of waker into the slot, in place of what was there; does
 * nothing when the slot holds the same one already, which is the usual case
 * and saves two atomic operations.
 */
static inline void rt_waker_store(struct rt_waker *slot,
                                  const struct rt_waker *waker)
{
    if (slot->ops && rt_waker_is_same(slot, waker)) {
        return;
    }
    rt_waker_drop(slot);
    *slot = rt_waker_clone(waker);
}

#endif
