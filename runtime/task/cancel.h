/*
 * Cancellation token: tells any number of tasks that they should end.
 *
 *     self->work = work();
 *     self->cancelled = rt_cancelled(self->token);
 *     self->either = RT_SELECT_BIASED(self->cancelled, self->work);
 *     RT_AWAIT(self->either);
 *
 * Tokens form a tree: who cancels one cancels all its descendants too, but not
 * its parent. A cancelled token stays cancelled. Any thread may use it.
 */
#ifndef RT_TASK_CANCEL_H
#define RT_TASK_CANCEL_H

#include "sync/waiters.h"

struct rt_cancel_token;

struct rt_cancelled {
    union {
        struct rt_future future;
        struct rt_wait wait;
    };
};

/*
 * A token, owned by the caller, or NULL: no memory. It is a child of parent
 * (borrowed), born cancelled if that is; or of nobody, when that is NULL.
 */
struct rt_cancel_token *rt_cancel_token_create(struct rt_cancel_token *parent);

/* One more reference, and one less. NULL is allowed for the latter. */
struct rt_cancel_token *rt_cancel_token_ref(struct rt_cancel_token *token);
void rt_cancel_token_unref(struct rt_cancel_token *token);

/* Cancels it and its descendants, and wakes all who wait for that. */
void rt_cancel_token_cancel(struct rt_cancel_token *token);

/* True once it, or an ancestor, was cancelled. */
bool rt_cancel_token_is_cancelled(const struct rt_cancel_token *token);

/* A future that is ready once the token (borrowed) is cancelled. */
struct rt_cancelled rt_cancelled(struct rt_cancel_token *token);

#endif
