#include "future/select.h"

#include <string.h>

#include "base/panic.h"
#include "base/random.h"
#include "future/async.h"
#include "sched/runtime.h"

static uint32_t first_branch(const struct rt_select *select,
                             struct rt_context *cx)
{
    if (select->is_biased || !cx->runtime) {
        return 0;
    }
    return rt_random_below(rt_runtime_random(cx->runtime), select->count);
}

static void drop_branches(struct rt_select *select)
{
    for (uint32_t i = 0; i < select->count; i++) {
        bool is_kept = select->kept >> i & 1;

        if (select->branches[i] && (!is_kept || select->winner == (int)i)) {
            rt_future_drop(select->branches[i]);
        }
    }
}

static enum rt_poll select_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_select *select = RT_SELF(future, struct rt_select);
    uint32_t first = first_branch(select, cx);
    bool has_branch = false;

    for (uint32_t i = 0; i < select->count; i++) {
        uint32_t branch = (first + i) % select->count;
        struct rt_future *candidate = select->branches[branch];

        if (!candidate) {
            continue;
        }
        has_branch = true;
        if (rt_future_poll(candidate, cx) == RT_READY) {
            select->winner = (int)branch;
            drop_branches(select);
            return RT_READY;
        }
        rt_future_check_kept(candidate, "a branch of a select", cx);
    }
    if (!has_branch) {
        rt_panic("select-without-branches",
                 "every branch of the select is switched off");
    }
    return RT_PENDING;
}

static void select_drop(struct rt_future *future)
{
    drop_branches(RT_SELF(future, struct rt_select));
}

static const struct rt_future_ops select_ops = {
    .poll = select_poll,
    .drop = select_drop,
    .name = "select",
};

struct rt_select rt_select_make(bool is_biased, struct rt_future **branches,
                                size_t count)
{
    struct rt_select select = {
        .future = RT_FUTURE(&select_ops),
        .winner = -1,
        .count = (uint32_t)count,
        .is_biased = is_biased,
    };

    memcpy(select.branches, branches, count * sizeof(struct rt_future *));
    return select;
}

void rt_select_disable(struct rt_select *select, int branch)
{
    select->branches[branch] = NULL;
}

void rt_select_keep(struct rt_select *select, int branch)
{
    select->kept |= 1U << branch;
}
