/*
 * List: a circular, doubly linked, intrusive list.
 *
 * The links live inside the thing that is listed, so linking allocates
 * nothing and a node unlinks itself in constant time. That is what lets a
 * future that is dropped take itself out of a wait queue. A node that is on
 * no list points to itself. No locks: whoever owns the head guards the list.
 */
#ifndef RT_BASE_LIST_H
#define RT_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct rt_list {
    struct rt_list *next; /* borrowed */
    struct rt_list *prev; /* borrowed */
};

/* A head without nodes, or a node that is on no list. */
static inline void rt_list_init(struct rt_list *node)
{
    node->next = node;
    node->prev = node;
}

/* True for a head without nodes, and for a node that is on no list. */
static inline bool rt_list_is_empty(const struct rt_list *node)
{
    return node->next == node;
}

/* Puts a node (borrowed), which is on no list, behind all others. */
static inline void rt_list_push_back(struct rt_list *head, struct rt_list *node)
{
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

/* Takes the node off its list; harmless when it is on none. */
static inline void rt_list_remove(struct rt_list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    rt_list_init(node);
}

/* Takes off and returns the first node, or NULL. */
static inline struct rt_list *rt_list_pop_front(struct rt_list *head)
{
    struct rt_list *node = head->next;

    if (node == head) {
        return NULL;
    }
    rt_list_remove(node);
    return node;
}

/* Moves all nodes of from to the empty list to. */
static inline void rt_list_move_all(struct rt_list *from, struct rt_list *to)
{
    rt_list_init(to);
    if (!rt_list_is_empty(from)) {
        *to = *from;
        to->next->prev = to;
        to->prev->next = to;
        rt_list_init(from);
    }
}

#endif
