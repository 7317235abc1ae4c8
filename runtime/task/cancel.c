#include "task/cancel.h"

#include <stdatomic.h>

#include "base/memory.h"
#include "future/async.h"

struct rt_cancel_token {
    struct rt_waiters waiters;      /* of struct rt_cancelled */
    atomic_bool is_cancelled;       /* set once, under the lock */
    struct rt_cancel_token *root;   /* its lock guards the whole tree */
    struct rt_cancel_token *parent; /* owned: a reference; NULL at the root */
    struct rt_lock lock;            /* in use at the root only */
    uint32_t references;            /* guarded by the lock, like the rest */
    struct rt_list children;        /* that are not cancelled */
    struct rt_list node;            /* in its parent's children */
};

static struct rt_cancel_token *token_of(struct rt_list *node)
{
    return RT_CONTAINER_OF(node, struct rt_cancel_token, node);
}

static void link_to_parent(struct rt_cancel_token *token)
{
    struct rt_cancel_token *parent = token->parent;

    token->root = parent->root;
    rt_lock_acquire(&token->root->lock);
    parent->references++;
    atomic_init(&token->is_cancelled, parent->is_cancelled);
    if (!token->is_cancelled) {
        rt_list_push_back(&parent->children, &token->node);
    }
    rt_lock_release(&token->root->lock);
}

struct rt_cancel_token *rt_cancel_token_create(struct rt_cancel_token *parent)
{
    struct rt_cancel_token *token = rt_alloc(sizeof(*token));

    if (!token) {
        return NULL;
    }
    rt_waiters_init(&token->waiters);
    rt_list_init(&token->children);
    rt_list_init(&token->node);
    token->references = 1;
    token->root = token;
    token->parent = parent;
    if (parent) {
        link_to_parent(token);
    }
    return token;
}

struct rt_cancel_token *rt_cancel_token_ref(struct rt_cancel_token *token)
{
    rt_lock_acquire(&token->root->lock);
    token->references++;
    rt_lock_release(&token->root->lock);
    return token;
}

/* The end of a token gives up a reference to its parent, and so on. */
void rt_cancel_token_unref(struct rt_cancel_token *token)
{
    while (token) {
        struct rt_cancel_token *root = token->root;
        struct rt_cancel_token *parent = token->parent;
        bool is_last;

        rt_lock_acquire(&root->lock);
        is_last = --token->references == 0;
        if (is_last) {
            rt_list_remove(&token->node);
        }
        rt_lock_release(&root->lock);
        if (!is_last) {
            return;
        }
        rt_free(token, sizeof(*token));
        token = parent;
    }
}

/* Marks it, and moves it to the list of those whose waiters are to be woken. */
static void cancel_locked(struct rt_cancel_token *token, struct rt_list *wake)
{
    /* Release pairs with the acquire of who finds it cancelled. */
    atomic_store_explicit(&token->is_cancelled, true, memory_order_release);
    rt_list_remove(&token->node);
    rt_list_push_back(wake, &token->node);
    token->references++; /* for the list */
}

void rt_cancel_token_cancel(struct rt_cancel_token *token)
{
    struct rt_list wake;
    struct rt_list *node;

    rt_list_init(&wake);
    rt_lock_acquire(&token->root->lock);
    if (!token->is_cancelled) {
        cancel_locked(token, &wake);
    }
    /* The list grows as we go: each token brings its children. */
    for (node = wake.next; node != &wake; node = node->next) {
        struct rt_list *children = &token_of(node)->children;

        while (!rt_list_is_empty(children)) {
            cancel_locked(token_of(children->next), &wake);
        }
    }
    rt_lock_release(&token->root->lock);
    while ((node = rt_list_pop_front(&wake))) {
        rt_waiters_lock(&token_of(node)->waiters);
        rt_waiters_unlock_and_wake(&token_of(node)->waiters);
        rt_cancel_token_unref(token_of(node));
    }
}

bool rt_cancel_token_is_cancelled(const struct rt_cancel_token *token)
{
    return atomic_load_explicit(&token->is_cancelled, memory_order_acquire);
}

/* It is marked before its waiters are woken, and they under their lock. */
static bool is_cancelled_locked(struct rt_wait *wait)
{
    return rt_cancel_token_is_cancelled(
        RT_CONTAINER_OF(wait->waiters, struct rt_cancel_token, waiters));
}

static const struct rt_wait_ops cancelled_ops =
    RT_WAIT_OPS("cancelled", is_cancelled_locked, NULL);

struct rt_cancelled rt_cancelled(struct rt_cancel_token *token)
{
    return (struct rt_cancelled){
        .wait = rt_wait_make(&cancelled_ops, &token->waiters),
    };
}
