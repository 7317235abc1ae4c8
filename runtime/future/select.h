/*
 * Select: waits for the first of several futures.
 *
 *     self->either = RT_SELECT(self->accept, self->stop);
 *     RT_AWAIT(self->either);
 *     switch (self->either.winner) { case 0: ... case 1: ... }
 *
 * The branches are futures beside it in the same frame. A select begins with
 * a random branch, so that none is favoured; RT_SELECT_BIASED begins with the
 * first. When it is ready all branches have been dropped: the winner since it
 * is finished, the others since they lost.
 */
#ifndef RT_FUTURE_SELECT_H
#define RT_FUTURE_SELECT_H

#include "future/branches.h"

struct rt_select {
    struct rt_future future;
    int winner;     /* index of the branch that was ready; -1 before */
    uint32_t count; /* branches */
    bool is_biased;
    uint32_t kept; /* bits: branches that aren't dropped as losers */
    struct rt_future *branches[RT_BRANCHES_MAX]; /* borrowed; NULL: off */
};

/* RT_SELECT without the names: up to RT_BRANCHES_MAX futures (borrowed). */
struct rt_select rt_select_make(bool is_biased, struct rt_future **branches,
                                size_t count);

/* Switches a branch off before the first poll: it is never polled. */
void rt_select_disable(struct rt_select *select, int branch);

/*
 * Keeps a branch when it loses: it isn't dropped, and another select can go
 * on with it. Whoever made it drops it in the end. Before the first poll.
 */
void rt_select_keep(struct rt_select *select, int branch);

#define RT_SELECT(...)                                                         \
    rt_select_make(false, RT_BRANCHES(__VA_ARGS__),                            \
                   RT_BRANCH_COUNT(__VA_ARGS__))
#define RT_SELECT_BIASED(...)                                                  \
    rt_select_make(true, RT_BRANCHES(__VA_ARGS__), RT_BRANCH_COUNT(__VA_ARGS__))

#endif
