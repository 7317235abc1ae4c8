/*
 * The models: places of the runtime where two threads can meet, each made as
 * small as it can be. models/list.c has all of them.
 */
#ifndef RT_EXPLORE_MODELS_MODELS_H
#define RT_EXPLORE_MODELS_MODELS_H

#include "explore/explore.h"
#include "rt.h"

struct model {
    const char *name;
    void (*body)(void);
    uint32_t deviations; /* for make explore; one less in the short form */
};

/* A list of a file; the last has no name. */
extern const struct model task_models[];
extern const struct model sync_models[];
extern const struct model channel_models[];
extern const struct model group_models[];
extern const struct model mpsc_models[];
extern const struct model sched_models[];
extern const struct model order_models[];
extern const struct model blocking_models[];
extern const struct model timer_models[];

/* What a thread waits with. On the heap: a clone that is kept is a leak. */
struct model_waker {
    struct rt_waker waker; /* the owner's: drop it in the end */
    int held;              /* clones that are not given up, and the owner's */
    bool is_woken;         /* since the last poll */
};

struct model_waker *model_waker_create(void);

/* Polls once, with this waker. */
enum rt_poll model_poll(struct rt_future *future, struct model_waker *waker);

/* Waits until it is woken. */
void model_wait(struct model_waker *waker);

/* Polls until it is ready, waits between the polls, and drops it. */
void model_await(struct rt_future *future);

#endif
