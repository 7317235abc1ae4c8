#include "lints.h"

#include <inttypes.h>
#include <string.h>

#include "base/hostile.h"
#include "memory.h"
#include "words.h"

void lints_init(struct lints *lints, struct trace *trace)
{
    *lints = (struct lints){.trace = trace};
}

void lints_deinit(struct lints *lints)
{
    lint_list_deinit(&lints->list);
    memory_destroy(lints->watches);
    *lints = (struct lints){0};
}

static uint64_t milliseconds(uint64_t ns)
{
    return ns / 1000000;
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
    message = lint_list_add(&lints->list, LINT_BLOCKED_EXECUTOR, task->id,
                            model->event_count);
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

static void check_woken(struct lints *lints, const struct model *model,
                        const struct model_task *task)
{
    struct text *message = NULL;

    if (task->state == MODEL_IDLE && !task->is_woken) {
        message = lint_list_add(&lints->list, LINT_POLLED_WITHOUT_WAKE,
                                task->id, model->event_count);
    }
    if (message) {
        add_task(lints, model, message, task->id);
        text_format(message,
                    " begins its poll %" PRIu64
                    ", and nobody woke it since the one before",
                    task->polls + 1);
    }
}

static void check_starved(struct lints *lints, const struct model *model,
                          const struct model_task *task,
                          const struct lint_watch *watch)
{
    uint64_t waited = model->polls - watch->polls_at_enqueue;
    uint64_t most =
        LINT_STARVED_POLLS + LINT_STARVED_ROUNDS * watch->length_at_enqueue;
    struct text *message = NULL;

    if (watch->is_waiting && waited > most) {
        message = lint_list_add(&lints->list, LINT_STARVED, task->id,
                                model->event_count);
    }
    if (message) {
        add_task(lints, model, message, task->id);
        text_format(message,
                    " stood in the queue, with %" PRIu64
                    " in it, while %" PRIu64 " polls went to others",
                    watch->length_at_enqueue, waited);
    }
}

/* Hostile mode may poll without a wake and keep a task waiting: by the rules.
 */
static void check_poll_begin(struct lints *lints, const struct model *model,
                             const struct model_task *task,
                             const struct trace_event *event)
{
    struct lint_watch *watch = watch_of(lints, model, task);
    uint32_t hostile = lints->trace->header.hostile;

    (void)event;
    if (!(hostile & RT_HOSTILE_SPURIOUS)) {
        check_woken(lints, model, task);
    }
    if (!(hostile & RT_HOSTILE_SHUFFLE)) {
        check_starved(lints, model, task, watch);
    }
    watch->streak = watch->is_woken_by_others ? 0 : watch->streak + 1;
    watch->is_woken_by_others = false;
    watch->has_woken_itself = false;
    watch->is_waiting = false;
}

static void check_busy(struct lints *lints, const struct model *model,
                       const struct model_task *task,
                       const struct lint_watch *watch)
{
    bool is_streak = watch->streak >= LINT_BUSY_STREAK;
    bool is_habit = watch->idle_self_wakes >= LINT_BUSY_SELF_WAKES &&
                    watch->idle_self_wakes * 2 > task->wakes;
    struct text *message;

    if ((!is_streak && !is_habit) ||
        lint_list_has(&lints->list, LINT_BUSY_POLL, task->id)) {
        return;
    }
    message =
        lint_list_add(&lints->list, LINT_BUSY_POLL, task->id, task->poll_event);
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

static void check_poll_end(struct lints *lints, const struct model *model,
                           const struct model_task *task,
                           const struct trace_event *event)
{
    struct lint_watch *watch = watch_of(lints, model, task);

    watch->idle_self_wakes +=
        watch->has_woken_itself && event->argument < LINT_BUSY_POLL_NS;
    check_blocked(lints, model, task, event);
    check_busy(lints, model, task, watch);
}

static void check_timer(struct lints *lints, const struct model *model,
                        const struct trace_event *event)
{
    struct text *message = NULL;
    uint64_t late = event->time_ns - event->argument;

    if (event->time_ns > event->argument && late > LINT_LATE_NS &&
        lints->trace->header.clock != RT_TRACE_CLOCK_SCALED) {
        message = lint_list_add(&lints->list, LINT_TIMER_LATE, event->task,
                                model->event_count);
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
                         const struct trace_event *event)
{
    /* Before the shutdown began: its drops leave all tasks without wakers. */
    bool was_stranded =
        model_is_stranded(task) && task->stranded_event <= model->turn_event;

    if (event->detail == RT_TRACE_END_SHUTDOWN && was_stranded) {
        lints_report_lost(lints, model, task);
    }
}

static void check_limbo(struct lints *lints, const struct model *model)
{
    for (size_t i = 0; i < model->tasks.count && lints->limbo; i++) {
        const struct model_task *task = table_at(&model->tasks, i);
        struct text *message = NULL;

        if (task->state == MODEL_QUEUED && !task->is_in_queue) {
            message = lint_list_add(
                &lints->list, LINT_WAKE_WITHOUT_POLL, task->id,
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

static void check_enqueue(struct lints *lints, const struct model *model,
                          const struct model_task *task,
                          const struct trace_event *event)
{
    struct lint_watch *watch = watch_of(lints, model, task);

    (void)event;
    watch->polls_at_enqueue = model->polls;
    watch->length_at_enqueue = model->queue_length + 1;
    watch->is_waiting = true;
}

static void check_wake(struct lints *lints, const struct model *model,
                       const struct model_task *task,
                       const struct trace_event *event)
{
    struct lint_watch *watch = watch_of(lints, model, task);
    bool is_self_wake = model_is_self_wake(event);

    watch->has_woken_itself |= is_self_wake;
    watch->is_woken_by_others |=
        !is_self_wake && model_wake_source(event) != RT_TRACE_FROM_YIELD;
}

/* The checks of events that are about a task. */
static void (*const checks[RT_TRACE_TYPE_COUNT])(
    struct lints *lints, const struct model *model,
    const struct model_task *task, const struct trace_event *event) = {
    [RT_TRACE_POLL_BEGIN] = check_poll_begin,
    [RT_TRACE_POLL_END] = check_poll_end,
    [RT_TRACE_FINISH] = check_finish,
    [RT_TRACE_ENQUEUE] = check_enqueue,
    [RT_TRACE_WAKE] = check_wake,
};

static void check_before(struct lints *lints, const struct model *model,
                         const struct model_task *task,
                         const struct trace_event *event)
{
    if (event->type == RT_TRACE_TIMER_FIRE) {
        check_timer(lints, model, event);
    } else if (event->type == RT_TRACE_PARK) {
        check_limbo(lints, model);
    } else if (task && checks[event->type]) {
        checks[event->type](lints, model, task, event);
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
