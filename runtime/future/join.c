#include "future/join.h"

static struct rt_join *join_of(struct rt_future *future)
{
    return (struct rt_join *)(void *)future;
}

static enum rt_poll join_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_join *join = join_of(future);
    uint32_t left = 0;

    for (uint32_t i = 0; i < join->count; i++) {
        struct rt_future **branch =
            &join->branches[(join->first + i) % join->count];

        if (!*branch) {
            continue;
        }
        if (rt_future_poll(*branch, cx) == RT_READY) {
            rt_future_drop(*branch);
            *branch = NULL;
        } else {
            left++;
        }
    }
    join->first++;
    return left == 0 ? RT_READY : RT_PENDING;
}

static void join_drop(struct rt_future *future)
{
    struct rt_join *join = join_of(future);

    for (uint32_t i = 0; i < join->count; i++) {
        if (join->branches[i]) {
            rt_future_drop(join->branches[i]);
        }
    }
}

static const struct rt_future_ops join_ops = {
    .poll = join_poll,
    .drop = join_drop,
    .name = "join all",
};

struct rt_join rt_join_make(struct rt_future **branches, size_t count)
{
    struct rt_join join = {
        .future = RT_FUTURE(&join_ops),
        .count = (uint32_t)count,
    };

    for (size_t i = 0; i < count; i++) {
        join.branches[i] = branches[i];
    }
    return join;
}
