/*
 * Join: waits for all of several futures, concurrently, in one task.
 *
 *     self->both = RT_JOIN(self->first, self->second);
 *     RT_AWAIT(self->both);
 *
 * Each is polled until it is ready and dropped then. Every poll begins with
 * another branch, so that none can use up the budget of all.
 *
 * RT_TRY_JOIN ends with the first branch that fails, and drops the others. Its
 * branches have a member result, an int or a ssize_t, which is negative when
 * they have failed.
 */
#ifndef RT_FUTURE_JOIN_H
#define RT_FUTURE_JOIN_H

#include "future/branches.h"

struct rt_join_branch {
    struct rt_future *future; /* borrowed; NULL: done */
    const void *result;       /* borrowed; NULL: it can't fail */
    size_t result_size;       /* bytes */
};

struct rt_join {
    struct rt_future future;
    int result;     /* when ready: 0, or what the branch that failed gave */
    uint32_t count; /* branches */
    uint32_t first; /* which is polled first next time */
    struct rt_join_branch branches[RT_BRANCHES_MAX];
};

/* RT_JOIN and RT_TRY_JOIN without the names: up to RT_BRANCHES_MAX branches. */
struct rt_join rt_join_make(const struct rt_join_branch *branches,
                            size_t count);

#define RT_JOIN_BRANCH(a) ((struct rt_join_branch){&(a).future, NULL, 0})
#define RT_TRY_JOIN_BRANCH(a)                                                  \
    ((struct rt_join_branch){&(a).future, &(a).result,                         \
                             RT_JOIN_SIZE((a).result)})
#define RT_JOIN_SIZE(result) sizeof(_Generic((result), int : 0, long : 0L))
#define RT_JOIN_OF(item, ...)                                                  \
    rt_join_make(                                                              \
        (struct rt_join_branch[]){RT_BRANCH_ITEMS(item, __VA_ARGS__)},         \
        RT_BRANCH_COUNT(__VA_ARGS__))

#define RT_JOIN(...) RT_JOIN_OF(RT_JOIN_BRANCH, __VA_ARGS__)
#define RT_TRY_JOIN(...) RT_JOIN_OF(RT_TRY_JOIN_BRANCH, __VA_ARGS__)

#endif
