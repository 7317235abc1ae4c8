#include "task/local.h"

#include "future/async.h"

/* The scopes of the poll that this thread is in; the head is the innermost. */
static _Thread_local struct rt_local_scope *innermost;

void *rt_local_get(const struct rt_local *key)
{
    struct rt_local_scope *scope = innermost;

    while (scope && scope->key != key) {
        scope = scope->outer;
    }
    return scope ? scope->value : NULL;
}

static void scope_drop(struct rt_future *future)
{
    struct rt_local_scope *scope = RT_SELF(future, struct rt_local_scope);

    scope->outer = innermost;
    innermost = scope;
    rt_future_drop(scope->inner);
    innermost = scope->outer;
}

static enum rt_poll scope_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_local_scope *scope = RT_SELF(future, struct rt_local_scope);
    enum rt_poll poll;

    scope->outer = innermost;
    innermost = scope;
    poll = rt_future_poll(scope->inner, cx);
    innermost = scope->outer;
    return poll;
}

static const struct rt_future_ops scope_ops = {
    .poll = scope_poll,
    .drop = scope_drop,
    .name = "local scope",
};

struct rt_local_scope rt_local_scope(const struct rt_local *key, void *value,
                                     struct rt_future *inner)
{
    return (struct rt_local_scope){
        .future = RT_FUTURE(&scope_ops),
        .inner = inner,
        .key = key,
        .value = value,
    };
}
