#include "lints.h"

#include <inttypes.h>
#include <string.h>

#include "base/hostile.h"
#include "memory.h"
#include "words.h"

static const struct {
    const char *name;
    const char *rule;
} kinds[LINT_KIND_COUNT] = {
    [LINT_LOST_WAKEUP] = {"lost-wakeup",
                          "a task is pending, and nothing that is left can "
                          "wake it"},
    [LINT_BUSY_POLL] = {"busy-poll",
                        "at least 16 wakes of a task, and over half of all, "
                        "are its own; or 1000 polls in a row are"},
    [LINT_BLOCKED_EXECUTOR] = {"blocked-executor",
                               "a poll takes over 10 ms of real time"},
    [LINT_NEVER_YIELDS] = {"never-yields", "the trace ends inside a poll"},
    [LINT_WAKE_WITHOUT_POLL] = {"wake-without-poll",
                                "a task is woken and in no queue when the "
                                "program goes to sleep"},
    [LINT_POLLED_WITHOUT_WAKE] = {"polled-without-wake",
                                  "an idle task is polled and nobody woke it"},
    [LINT_STARVED] = {"starved",
                      "a task stands in the queue for 100 polls and 10 for "
                      "each task in it"},
    [LINT_TIMER_LATE] = {"timer-late",
                         "a timer fires over 10 ms behind its deadline"},
    [LINT_FD_LEFT_OPEN] = {"fd-left-open",
                           "an fd is still registered when the runtime is "
                           "shut down"},
};

const char *lint_name(enum lint_kind kind)
{
    return kinds[kind].name;
}

const char *lint_rule(enum lint_kind kind)
{
    return kinds[kind].rule;
}

void lints_init(struct lints *lints, struct trace *trace)
{
    *lints = (struct lints){.trace = trace};
}

void lints_deinit(struct lints *lints)
{
    for (size_t i = 0; i < lints->count; i++) {
        text_deinit(&lints->list[i].message);
    }
    memory_destroy(lints->list);
    memory_destroy(lints->watches);
    *lints = (struct lints){0};
}

static uint64_t milliseconds(uint64_t ns)
{
    return ns / 1000000;
}

/*
 * The message to write a finding into: one for a kind and a task, the latest.
 * NULL when there are enough of the kind.
 */
static struct text *report(struct lints *lints, enum lint_kind kind,
                           uint32_t task, uint64_t event)
{
    struct lint *lint = NULL;

    for (size_t i = 0; i < lints->count && task; i++) {
        if (lints->list[i].kind == kind && lints->list[i].task == task) {
            lint = &lints->list[i];
        }
    }
    if (!lint && lints->of_kind[kind] == LINT_MOST) {
        return NULL;
    }
    if (!lint) {
        lints->list = memory_grow(lints->list, &lints->capacity,
                                  lints->count + 1, sizeof(*lints->list));
        lint = &lints->list[lints->count++];
        *lint = (struct lint){.kind = kind, .task = task};
        lints->of_kind[kind]++;
    }
    lint->event = event;
    text_clear(&lint->message);
    return &lint->message;
}

static bool is_reported(const struct lints *lints, enum lint_kind kind,
                        uint32_t task)
{
    for (size_t i = 0; i < lints->count; i++) {
        if (lints->list[i].kind == kind && lints->list[i].task == task) {
            return true;
        }
    }
    return false;
}

static void add_task(const struct lints *lints, const struct model *model,
                     struct text *message, uint32_t task)
{
    words_add_task(message, lints->trace, model, task);
}

static struct lint_watch *watch_of(struct lints *lints,
                                   const struct model *model,
                                   const struct model_task *task)
{
    size_t need = model->tasks.count;

    lints->watches = memory_grow(lints->watches, &lints->watch_capacity, need,
                                 sizeof(*lints->watches));
    for (; lints->watch_count < need; lints->watch_count++) {
        lints->watches[lints->watch_count] = (struct lint_watch){0};
    }
    return &lints->watches[table_index(&model->tasks, task)];
}

/* ---- while the events go by ---- */

static void check_blocked(struct lints *lints, const struct model *model,
                          const struct model_task *task,
                          const struct trace_event *event)
{
    struct text *message;
    uint64_t next = model->queue_first;

    if (event->argument < LINT_BLOCKED_NS ||
        event->argument < task->longest_poll_ns) {
        return;
    }
    message =
        report(lints, LINT_BLOCKED_EXECUTOR, task->id, model->event_count);
    if (!message) {
        return;
    }
    add_task(lints, model, message, task->id);
    text_format(message,
                " stayed %" PRIu64 " ms of real time in its poll %" PRIu64
                ", and nothing else could run (at most %d ms is fine)",
                milliseconds(event->argument), task->polls,
                LINT_BLOCKED_NS / 1000000);
    if (next != MODEL_NONE) {
        text_format(message, "; %" PRIu64 " in the queue had to wait, first ",
                    model->queue_length);
        add_task(
            lints, model, message,
            ((const struct model_task *)table_at(&model->tasks, next))->id);
    }
}

static void check_poll_begin(struct lints *lints, const struct model *model,
                             const struct model_task *task,
                             struct lint_watch *watch)
{
    uint64_t waited = model->polls - watch->polls_at_enqueue;
    bool is_hostile = lints->trace->header.hostile &
                      (RT_HOSTILE_SPURIOUS | RT_HOSTILE_SHUFFLE);
    struct text *message = NULL;

    watch->streak = watch->is_woken_by_others ? 0 : watch->streak + 1;
    watch->is_woken_by_others = false;
    if (task->state == MODEL_IDLE && !task->is_woken && !is_hostile) {
        message = report(lints, LINT_POLLED_WITHOUT_WAKE, task->id,
                         model->event_count);
    }
    if (message) {
        add_task(lints, model, message, task->id);
        text_format(message,
                    " is polled for the %" PRIu64
                    ". time, and nobody woke it since the last",
                    task->polls + 1);
    }
    if (!watch->is_waiting || is_hostile ||
        waited <= LINT_STARVED_POLLS +
                      LINT_STARVED_ROUNDS * watch->length_at_enqueue) {
        watch->is_waiting = false;
        return;
    }
    watch->is_waiting = false;
    message = report(lints, LINT_STARVED, task->id, model->event_count);
    if (message) {
        add_task(lints, model, message, task->id);
        text_format(message,
                    " stood in the queue, with %" PRIu64
                    " in it, while %" PRIu64 " polls went to others",
                    watch->length_at_enqueue, waited);
    }
}

static void check_busy(struct lints *lints, const struct model *model,
                       const struct model_task *task,
                       const struct lint_watch *watch)
{
    bool is_streak = watch->streak >= LINT_BUSY_STREAK;
    bool is_habit = task->self_wakes >= LINT_BUSY_SELF_WAKES &&
                    task->self_wakes * 2 > task->wakes;
    struct text *message;

    if ((!is_streak && !is_habit) ||
        is_reported(lints, LINT_BUSY_POLL, task->id)) {
        return;
    }
    message = report(lints, LINT_BUSY_POLL, task->id, task->poll_event);
    if (!message) {
        return;
    }
    add_task(lints, model, message, task->id);
    if (is_habit) {
        text_format(message,
                    " woke itself %" PRIu64 " times of %" PRIu64
                    ": it asks again and again in place of waiting",
                    task->self_wakes, task->wakes);
    } else {
        text_format(message,
                    " was polled %" PRIu64
                    " times in a row with no reason but itself: it asks "
                    "again and again in place of waiting",
                    watch->streak);
    }
}

static void check_timer(struct lints *lints, const struct model *model,
                        const struct trace_event *event)
{
    struct text *message = NULL;
    uint64_t late = event->time_ns - event->argument;

    if (event->time_ns > event->argument && late > LINT_LATE_NS &&
        lints->trace->header.clock != RT_TRACE_CLOCK_SCALED) {
        message =
            report(lints, LINT_TIMER_LATE, event->task, model->event_count);
    }
    if (message) {
        text_format(message, "timer %" PRIu32 " of ", event->other);
        add_task(lints, model, message, event->task);
        text_format(message,
                    " fired %" PRIu64
                    " ms behind its deadline (at most %d ms is fine)",
                    milliseconds(late), LINT_LATE_NS / 1000000);
    }
}

/* A task that a shutdown ended while nothing could have woken it. */
static void check_finish(struct lints *lints, const struct model *model,
                         const struct model_task *task,
                         const struct trace_event *event);

static void report_lost(struct lints *lints, const struct model *model,
                        const struct model_task *task)
{
    struct text *message =
        report(lints, LINT_LOST_WAKEUP, task->id,
               task->stranded_event == MODEL_NONE ? task->poll_end_event
                                                  : task->stranded_event);

    if (!message) {
        return;
    }
    add_task(lints, model, message, task->id);
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

static void check_finish(struct lints *lints, const struct model *model,
                         const struct model_task *task,
                         const struct trace_event *event)
{
    /* Before the shutdown began: its drops leave all tasks without wakers. */
    bool was_stranded =
        model_is_stranded(task) && task->stranded_event <= model->turn_event;

    if (event->detail == RT_TRACE_END_SHUTDOWN && was_stranded) {
        report_lost(lints, model, task);
    }
}

static void check_limbo(struct lints *lints, const struct model *model)
{
    for (size_t i = 0; i < model->tasks.count && lints->limbo; i++) {
        const struct model_task *task = table_at(&model->tasks, i);
        struct text *message = NULL;

        if (task->state == MODEL_QUEUED && !task->is_in_queue) {
            message = report(lints, LINT_WAKE_WITHOUT_POLL, task->id,
                             task->wake_event == MODEL_NONE ? task->spawn_event
                                                            : task->wake_event);
        }
        if (message) {
            add_task(lints, model, message, task->id);
            text_add(message, " was woken, but is in no queue when the "
                              "program goes to sleep");
        }
    }
}

static void check_before(struct lints *lints, const struct model *model,
                         struct model_task *task,
                         const struct trace_event *event)
{
    struct lint_watch *watch = task ? watch_of(lints, model, task) : NULL;

    if (event->type == RT_TRACE_TIMER_FIRE) {
        check_timer(lints, model, event);
    } else if (event->type == RT_TRACE_PARK) {
        check_limbo(lints, model);
    } else if (!task) {
        return;
    } else if (event->type == RT_TRACE_POLL_BEGIN) {
        check_poll_begin(lints, model, task, watch);
    } else if (event->type == RT_TRACE_POLL_END) {
        check_blocked(lints, model, task, event);
        check_busy(lints, model, task, watch);
    } else if (event->type == RT_TRACE_FINISH) {
        check_finish(lints, model, task, event);
    } else if (event->type == RT_TRACE_ENQUEUE) {
        watch->polls_at_enqueue = model->polls;
        watch->length_at_enqueue = model->queue_length + 1;
        watch->is_waiting = true;
    } else if (event->type == RT_TRACE_WAKE) {
        watch->is_woken_by_others |=
            !model_is_self_wake(event) &&
            model_wake_source(event) != RT_TRACE_FROM_YIELD;
    }
}

static bool is_in_limbo(const struct model_task *task)
{
    return task && task->state == MODEL_QUEUED && !task->is_in_queue;
}

void lints_apply(struct lints *lints, struct model *model,
                 const struct trace_event *event)
{
    struct model_task *task = model_task(model, event->task);
    bool was_in_limbo = is_in_limbo(task);

    check_before(lints, model, task, event);
    model_apply(model, event);
    lints->limbo -= was_in_limbo;
    lints->limbo += is_in_limbo(model_task(model, event->task));
}

/* ---- at the end ---- */

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

    return is_asleep && !model->is_stopped && !model->running &&
           !model->queue_length && !model->timers.count &&
           !has_fds(lints, model) && model->panic_message == MODEL_NONE;
}

static void check_fds(struct lints *lints, const struct model *model)
{
    for (size_t i = 0; i < model->fds.count && model->is_stopped; i++) {
        const struct model_fd *fd = table_at(&model->fds, i);
        struct text *message = report(lints, LINT_FD_LEFT_OPEN, 0, fd->event);

        if (!message) {
            return;
        }
        words_add_fd(message, lints->trace, model, fd->id);
        text_add(message,
                 " was still registered when the runtime was shut down");
        if (fd->task) {
            text_add(message, "; it was opened by ");
            add_task(lints, model, message, fd->task);
        }
    }
}

static void check_unfinished_poll(struct lints *lints,
                                  const struct model *model)
{
    const struct model_task *task = model_task(model, model->running);
    struct text *message;

    if (!task || model->panic_message != MODEL_NONE) {
        return;
    }
    message = report(lints, LINT_NEVER_YIELDS, task->id, task->poll_event);
    if (message) {
        add_task(lints, model, message, task->id);
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
            report_lost(lints, model, task);
        }
    }
    check_unfinished_poll(lints, model);
    check_fds(lints, model);
}
