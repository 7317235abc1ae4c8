/*
 * Lints: habits of a program that are probably mistakes, found in its trace.
 *
 *     lints_init(&lints, &trace)
 *     lints_apply(&lints, &model, &event)   in place of model_apply
 *     lints_finish(&lints, &model)          behind the last event
 *     lints_deinit(&lints)
 *
 * Each finding names the task and the event to look at. The conditions stand
 * with the constants below, and in words in lint_list.c.
 */
#ifndef VISUALIZER_LINTS_H
#define VISUALIZER_LINTS_H

#include "lint_list.h"
#include "model.h"

enum {
    LINT_BUSY_SELF_WAKES = 16, /* with fewer of them it is no habit yet */
    LINT_BUSY_POLL_NS = 30000, /* a poll that uses up its budget takes more */
    LINT_BUSY_STREAK = 1000,   /* polls in a row that the task caused itself */
    LINT_BLOCKED_NS = 10000000,
    LINT_LATE_NS = 10000000,
    LINT_STARVED_ROUNDS = 10, /* turns that each task before it had */
    LINT_STARVED_POLLS = 100, /* and polls on top, for short queues */
};

/* What is remembered of a task, beside what the model knows. */
struct lint_watch {
    uint64_t polls_at_enqueue;  /* of all tasks */
    uint64_t length_at_enqueue; /* of the queue */
    uint64_t streak;            /* polls in a row by its own wakes */
    uint64_t idle_self_wakes;   /* self-wakes in polls that did next to
                                   nothing: not the end of a poll's budget */
    bool has_woken_itself;      /* since its last poll began */
    bool is_waiting;            /* enqueued, and not yet polled */
    bool is_woken_by_others;    /* since its last poll began */
};

struct lints {
    struct trace *trace; /* borrowed */
    struct lint_list list;
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

/* For lints.c: the task is pending and nothing will ever wake it. */
void lints_report_lost(struct lints *lints, const struct model *model,
                       const struct model_task *task);

#endif
