/*
 * Lint list: what was found, one entry for a kind and a task.
 */
#ifndef VISUALIZER_LINT_LIST_H
#define VISUALIZER_LINT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

enum lint_kind {
    LINT_LOST_WAKEUP,
    LINT_BUSY_POLL,
    LINT_BLOCKED_EXECUTOR,
    LINT_NEVER_YIELDS,
    LINT_WAKE_WITHOUT_POLL,
    LINT_POLLED_WITHOUT_WAKE,
    LINT_STARVED,
    LINT_TIMER_LATE,
    LINT_FD_LEFT_OPEN,
    LINT_KIND_COUNT
};

enum { LINT_MOST = 100 }; /* findings of one kind that are kept */

struct lint {
    enum lint_kind kind;
    uint32_t task;       /* 0: none in particular */
    uint64_t event;      /* number, from 0 */
    struct text message; /* owned */
};

/* All zero: empty. */
struct lint_list {
    struct lint *items; /* owned */
    size_t count;
    size_t capacity;
    size_t of_kind[LINT_KIND_COUNT];
};

void lint_list_deinit(struct lint_list *list);

/*
 * The empty message to write a finding into: one for a kind and a task, the
 * latest. Borrowed until the next; NULL when there are enough of the kind.
 */
struct text *lint_list_add(struct lint_list *list, enum lint_kind kind,
                           uint32_t task, uint64_t event);

bool lint_list_has(const struct lint_list *list, enum lint_kind kind,
                   uint32_t task);

/* "lost-wakeup" and so on. */
const char *lint_name(enum lint_kind kind);

/* When it is found, in words. */
const char *lint_rule(enum lint_kind kind);

#endif
