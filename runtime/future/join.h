/*
 * Join: waits for all of several futures, concurrently, in one task.
 *
 *     self->both = RT_JOIN(self->first, self->second);
 *     RT_AWAIT(self->both);
 *
 * Each is polled until it is ready and dropped then. Every poll begins with
 * another branch, so that none can use up the budget of all.
 */
#ifndef RT_FUTURE_JOIN_H
#define RT_FUTURE_JOIN_H

#include "future/branches.h"

struct rt_join {
    struct rt_future future;
    uint32_t count; /* branches */
    uint32_t first; /* which is polled first next time */
    struct rt_future *branches[RT_BRANCHES_MAX]; /* borrowed; NULL: done */
};

struct rt_join rt_join_make(struct rt_future **branches, size_t count);

#define RT_JOIN(...)                                                           \
    rt_join_make(RT_BRANCHES(__VA_ARGS__), RT_BRANCH_COUNT(__VA_ARGS__))

#endif
