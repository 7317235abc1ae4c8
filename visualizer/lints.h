/*
 * Lints: habits of a program that are probably mistakes, found in its trace.
 *
 *     lints_init(&lints, &trace)
 *     lints_apply(&lints, &model, &event)   in place of model_apply
 *     lints_finish(&lints, &model)          behind the last event
 *     lints_deinit(&lints)
 *
 * Each finding names the task and the event to look at. The conditions stand
 * with the constants below; lint_rules() puts them in words.
 */
#ifndef VISUALIZER_LINTS_H
#define VISUALIZER_LINTS_H

#include "model.h"
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

enum {
    LINT_BUSY_SELF_WAKES = 16, /* with fewer of them it is no habit yet */
    LINT_BUSY_STREAK = 1000,   /* polls in a row that the task caused itself */
    LINT_BLOCKED_NS = 10000000,
    LINT_LATE_NS = 10000000,
    LINT_STARVED_ROUNDS = 10, /* turns that each task before it had */
    LINT_STARVED_POLLS = 100, /* and polls on top, for short queues */
    LINT_MOST = 100,          /* findings of one kind that are kept */
};

struct lint {
    enum lint_kind kind;
    uint32_t task;       /* 0: none in particular */
    uint64_t event;      /* number, from 0 */
    struct text message; /* owned */
};

/* What is remembered of a task, beside what the model knows. */
struct lint_watch {
    uint64_t polls_at_enqueue;  /* of all tasks */
    uint64_t length_at_enqueue; /* of the queue */
    uint64_t streak;            /* polls in a row by its own wakes */
    bool is_waiting;            /* enqueued, and not yet polled */
    bool is_woken_by_others;    /* since its last poll began */
};

struct lints {
    struct trace *trace; /* borrowed */
    struct lint *list;   /* owned */
    size_t count;
    size_t capacity;
    size_t of_kind[LINT_KIND_COUNT];
    struct lint_watch *watches; /* owned; as model.tasks */
    size_t watch_count;
    size_t watch_capacity;
    size_t limbo; /* tasks that are woken and in no queue */
};

void lints_init(struct lints *lints, struct trace *trace);
void lints_deinit(struct lints *lints);
void lints_apply(struct lints *lints, struct model *model,
                 const struct trace_event *event);
void lints_finish(struct lints *lints, const struct model *model);

/* "lost-wakeup" and so on. */
const char *lint_name(enum lint_kind kind);

/* When it is found, in words. */
const char *lint_rule(enum lint_kind kind);

#endif
