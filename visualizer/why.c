#include "why.h"

#include <inttypes.h>

#include "words.h"

enum { STEPS_MOST = 12 }; /* causes that are told, the latest first */

/* What all the functions below work on. */
struct walk {
    struct text *text;         /* borrowed */
    struct trace *trace;       /* borrowed */
    const struct model *model; /* borrowed */
};

static void add_task(const struct walk *walk, uint32_t task)
{
    words_add_task(walk->text, walk->trace, walk->model, task);
}

/* Ends a line with the place of an event. */
static void add_place(const struct walk *walk, uint64_t index)
{
    struct trace_event event;

    trace_read(walk->trace, index, &event);
    text_format(walk->text, " [event %" PRIu64 ", ", index + 1);
    text_add_time(walk->text, event.time_ns);
    text_add(walk->text, "]\n");
}

/* ---- finding events, backwards ---- */

static bool is_spawn_or_wake(const struct trace_event *event, uint32_t task)
{
    return event->task == task &&
           (event->type == RT_TRACE_SPAWN ||
            (event->type == RT_TRACE_WAKE &&
             model_wake_outcome(event) <= RT_TRACE_WAKE_MARKED &&
             model_wake_outcome(event) != RT_TRACE_WAKE_COALESCED));
}

static bool is_poll_begin(const struct trace_event *event, uint32_t task)
{
    return event->task == task && event->type == RT_TRACE_POLL_BEGIN;
}

static bool is_arming(const struct trace_event *event, uint32_t timer)
{
    return event->other == timer && event->type == RT_TRACE_TIMER_ARM;
}

/* The last event before index that matches, or MODEL_NONE. */
static uint64_t find_before(const struct walk *walk, uint64_t index,
                            bool (*matches)(const struct trace_event *event,
                                            uint32_t id),
                            uint32_t id)
{
    while (index-- > 0) {
        struct trace_event event;

        trace_read(walk->trace, index, &event);
        if (matches(&event, id)) {
            return index;
        }
    }
    return MODEL_NONE;
}

/* Which poll of the task the one that begins at index is. */
static uint64_t poll_number(const struct walk *walk, uint64_t index,
                            uint32_t task)
{
    uint64_t number = 0;

    for (uint64_t i = 0; i <= index; i++) {
        struct trace_event event;

        trace_read(walk->trace, i, &event);
        number += is_poll_begin(&event, task);
    }
    return number;
}

/* ---- the present ---- */

static void add_wait(const struct walk *walk, const struct model_wait *wait)
{
    text_add(walk->text, "  - ");
    if (wait->kind == MODEL_WAIT_TASK) {
        text_add(walk->text, "the end of ");
        add_task(walk, wait->id);
    } else if (wait->kind == MODEL_WAIT_FD) {
        words_add_fd(walk->text, walk->trace, walk->model, wait->id);
        text_format(walk->text, " when it is %s", words_ready(wait->interest));
    } else {
        text_add(walk->text, "something of another task");
    }
    text_add(walk->text, "\n");
}

static void add_timers(const struct walk *walk, uint32_t task)
{
    for (size_t i = 0; i < walk->model->timers.count; i++) {
        const struct model_timer *timer = table_at(&walk->model->timers, i);

        if (timer->task == task) {
            text_format(walk->text, "  - timer %" PRIu32 " at ", timer->id);
            text_add_time(walk->text, timer->deadline_ns);
            text_add(walk->text, "\n");
        }
    }
}

static void add_missing_edge(const struct walk *walk,
                             const struct model_task *task)
{
    text_add(walk->text,
             "  nobody! It is pending, and no clone of its waker is left.\n"
             "  This is a lost wakeup: it can never run again. A future that\n"
             "  says pending must leave its waker with what it waits for.\n");
    text_add(walk->text, "  It came to this here:");
    add_place(walk, task->stranded_event);
}

static void add_idle(const struct walk *walk, const struct model_task *task)
{
    text_format(walk->text, "It is idle since the end of its poll %" PRIu64,
                task->polls);
    if (task->poll_end_event == MODEL_NONE) {
        text_add(walk->text, "\n");
    } else {
        add_place(walk, task->poll_end_event);
    }
    if (task->chain_length) {
        text_add(walk->text, "It waits in ");
        words_add_chain(walk->text, walk->trace, task);
        text_add(walk->text, "\n");
    }
    text_add(walk->text, "Who can wake it:\n");
    if (model_is_stranded(task)) {
        add_missing_edge(walk, task);
        return;
    }
    add_timers(walk, task->id);
    for (size_t i = 0; i < task->wait_count; i++) {
        add_wait(walk, &task->waits[i]);
    }
    text_format(walk->text, "  (%" PRIu64 " of its wakers are kept)\n",
                task->wakers_held);
}

static void add_present(const struct walk *walk, const struct model_task *task)
{
    if (task->state == MODEL_IDLE && task->polls > 0) {
        add_idle(walk, task);
    } else if (task->state == MODEL_QUEUED) {
        text_format(walk->text,
                    "It was woken, and waits for its turn in the queue of "
                    "%" PRIu64 ".\n",
                    walk->model->queue_length);
    } else if (task->state == MODEL_RUNNING) {
        text_format(walk->text, "It is in its poll %" PRIu64, task->polls);
        add_place(walk, task->poll_event);
    } else if (task->state == MODEL_FINISHED) {
        text_add(walk->text, "It is over");
        add_place(walk, task->finish_event);
    } else {
        text_add(walk->text, "It is new and was never polled.\n");
    }
}

/* ---- the past ---- */

/* Where a timer was armed; returns the poll that did it, or MODEL_NONE. */
static uint64_t add_arming(const struct walk *walk, uint64_t wake,
                           const struct trace_event *event)
{
    uint64_t arming = find_before(walk, wake, is_arming, event->other);
    uint64_t poll;
    struct trace_event arm;

    if (arming == MODEL_NONE) {
        return MODEL_NONE;
    }
    trace_read(walk->trace, arming, &arm);
    poll = find_before(walk, arming, is_poll_begin, arm.task);
    text_format(walk->text, "<- timer %" PRIu32 " was set to ", event->other);
    text_add_time(walk->text, arm.argument);
    if (poll != MODEL_NONE) {
        text_format(walk->text, " in poll %" PRIu64 " of ",
                    poll_number(walk, poll, arm.task));
        add_task(walk, arm.task);
    }
    add_place(walk, arming);
    return poll;
}

/* Adds the wake or spawn at index; returns the poll that it was made in. */
static uint64_t add_wake(const struct walk *walk, uint64_t index)
{
    struct trace_event wake;
    bool is_spawn;

    trace_read(walk->trace, index, &wake);
    is_spawn = wake.type == RT_TRACE_SPAWN;
    text_add(walk->text,
             is_spawn ? "<- it was spawned by " : "<- it was woken by ");
    if (is_spawn) {
        add_task(walk, wake.other);
    } else {
        words_add_source(walk->text, walk->trace, walk->model, &wake);
    }
    add_place(walk, index);
    if (!is_spawn && model_wake_source(&wake) == RT_TRACE_FROM_TIMER) {
        return add_arming(walk, index, &wake);
    }
    if (!is_spawn && model_wake_source(&wake) != RT_TRACE_FROM_TASK) {
        return MODEL_NONE;
    }
    return find_before(walk, index, is_poll_begin, wake.other);
}

/* Adds the poll that begins at index; returns the wake behind it. */
static uint64_t add_poll(const struct walk *walk, uint64_t index)
{
    struct trace_event poll;
    uint64_t cause;

    trace_read(walk->trace, index, &poll);
    text_format(walk->text, "poll %" PRIu64 " of ",
                poll_number(walk, index, poll.task));
    add_task(walk, poll.task);
    add_place(walk, index);
    cause = find_before(walk, index, is_spawn_or_wake, poll.task);
    if (cause == MODEL_NONE) {
        text_add(walk->text, "<- nothing that the trace knows of\n");
    }
    return cause;
}

/* Wakes and polls in turn, each the cause of the one before. */
static void add_past(const struct walk *walk, uint64_t wake)
{
    for (int steps = 0; wake != MODEL_NONE && steps < STEPS_MOST; steps++) {
        uint64_t poll = add_wake(walk, wake);

        wake = poll == MODEL_NONE ? MODEL_NONE : add_poll(walk, poll);
    }
}

void why_add(struct text *text, struct trace *trace, const struct model *model,
             uint32_t id)
{
    struct walk walk = {.text = text, .trace = trace, .model = model};
    const struct model_task *task = model_task(model, id);
    uint64_t wake = MODEL_NONE;

    if (!task) {
        text_add(text, "This task is not born yet.\n");
        return;
    }
    add_present(&walk, task);
    text_add(text, "\nHow it came to this:\n");
    if (task->state == MODEL_QUEUED) {
        wake =
            find_before(&walk, model->event_count, is_spawn_or_wake, task->id);
    } else if (task->poll_event != MODEL_NONE) {
        wake = add_poll(&walk, task->poll_event);
    }
    add_past(&walk, wake);
}
