#include "future/join.h"

#include <string.h>

#include "future/async.h"

/* What a branch that is ready gave, if that is an error; or 0. */
static int error_of(const struct rt_join_branch *branch)
{
    long result = 0;

    if (branch->result_size == sizeof(long)) {
        result = *(const long *)branch->result;
    } else if (branch->result) {
        result = *(const int *)branch->result;
    }
    return result < 0 ? (int)result : 0;
}

static void drop_branches(struct rt_join *join)
{
    for (uint32_t i = 0; i < join->count; i++) {
        if (join->branches[i].future) {
            rt_future_drop(join->branches[i].future);
        }
    }
}

static enum rt_poll join_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_join *join = RT_SELF(future, struct rt_join);
    uint32_t first = join->first++;
    uint32_t left = 0;

    for (uint32_t i = 0; i < join->count && join->result == 0; i++) {
        struct rt_join_branch *branch =
            &join->branches[(first + i) % join->count];

        if (!branch->future) {
            continue;
        }
        if (rt_future_poll(branch->future, cx) == RT_READY) {
            rt_future_drop(branch->future);
            branch->future = NULL;
            join->result = error_of(branch);
        } else {
            rt_future_check_kept(branch->future, "a branch of a join", cx);
            left++;
        }
    }
    if (join->result == 0 && left > 0) {
        return RT_PENDING;
    }
    drop_branches(join);
    return RT_READY;
}

static void join_drop(struct rt_future *future)
{
    drop_branches(RT_SELF(future, struct rt_join));
}

static const struct rt_future_ops join_ops = {
    .poll = join_poll,
    .drop = join_drop,
    .name = "join all",
};

struct rt_join rt_join_make(const struct rt_join_branch *branches, size_t count)
{
    struct rt_join join = {
        .future = RT_FUTURE(&join_ops),
        .count = (uint32_t)count,
    };

    memcpy(join.branches, branches, count * sizeof(*branches));
    return join;
}
