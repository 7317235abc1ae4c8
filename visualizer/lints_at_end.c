/* What can be said only when all events are known. */
#include "lints.h"

#include <inttypes.h>

#include "words.h"

void lints_report_lost(struct lints *lints, const struct model *model,
                       const struct model_task *task)
{
    struct text *message = lint_list_add(
        &lints->list, LINT_LOST_WAKEUP, task->id,
        task->stranded_event == MODEL_NONE ? task->poll_end_event
                                           : task->stranded_event);

    if (!message) {
        return;
    }
    words_add_task(message, lints->trace, model, task->id);
    text_format(message, " is pending since its poll %" PRIu64, task->polls);
    if (task->wakers_held) {
        text_format(message,
                    " and %" PRIu64 " of its wakers are kept, but there is "
                    "no timer, fd or task that would use them",
                    task->wakers_held);
    } else {
        text_add(message, " and nobody holds its waker");
    }
    text_add(message, ": nothing will ever wake it");
    if (task->chain_length > 1) {
        text_add(message, " (it waits in ");
        words_add_chain(message, lints->trace, task);
        text_add(message, ")");
    }
}

static bool has_fds(const struct lints *lints, const struct model *model)
{
    for (size_t i = 0; i < model->fds.count; i++) {
        const struct model_fd *fd = table_at(&model->fds, i);

        if (!trace_is_conductor(lints->trace, fd->what)) {
            return true;
        }
    }
    return false;
}

/* Asleep with nothing that could end the sleep: then wakers don't matter. */
static bool is_dead(const struct lints *lints, const struct model *model)
{
    bool is_asleep = model->is_parked ||
                     lints->trace->header.clock == RT_TRACE_CLOCK_CONDUCTED;

    return is_asleep && !lints->trace->lost && !model->is_stopped &&
           !model->running && !model->queue_length && !model->timers.count &&
           !has_fds(lints, model) && model->panic_message == MODEL_NONE;
}

static void check_fds(struct lints *lints, const struct model *model)
{
    for (size_t i = 0; i < model->fds.count && model->is_stopped; i++) {
        const struct model_fd *fd = table_at(&model->fds, i);
        struct text *message = NULL;

        if (!trace_is_conductor(lints->trace, fd->what)) {
            message =
                lint_list_add(&lints->list, LINT_FD_LEFT_OPEN, 0, fd->event);
        }
        if (!message) {
            continue;
        }
        words_add_fd(message, lints->trace, model, fd->id);
        text_add(message,
                 " was still registered when the runtime was shut down");
        if (fd->task) {
            text_add(message, "; it was opened by ");
            words_add_task(message, lints->trace, model, fd->task);
        }
    }
}

static void check_unfinished_poll(struct lints *lints,
                                  const struct model *model)
{
    const struct model_task *task = model_task(model, model->running);
    struct text *message;

    if (!task || model->panic_message != MODEL_NONE || lints->trace->lost) {
        return;
    }
    message = lint_list_add(&lints->list, LINT_NEVER_YIELDS, task->id,
                            task->poll_event);
    if (message) {
        words_add_task(message, lints->trace, model, task->id);
        text_format(message,
                    " never came back from its poll %" PRIu64
                    ": it looped, waited, crashed or ended the program there",
                    task->polls);
    }
}

void lints_finish(struct lints *lints, const struct model *model)
{
    bool is_dead_end = is_dead(lints, model);

    for (size_t i = 0; i < model->tasks.count; i++) {
        const struct model_task *task = table_at(&model->tasks, i);
        bool is_unexplained = task->state == MODEL_IDLE && task->polls > 0 &&
                              task->wait_count == 0 && task->timers_armed == 0;

        if (model_is_stranded(task) || (is_dead_end && is_unexplained)) {
            lints_report_lost(lints, model, task);
        }
    }
    check_unfinished_poll(lints, model);
    check_fds(lints, model);
}
