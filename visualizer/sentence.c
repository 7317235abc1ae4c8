#include "sentence.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "words.h"

/* ---- one function for each kind of event that needs more than a line ---- */

/* What the functions below are given. */
struct sentence {
    struct text *text;
    const struct trace *trace;
    const struct model *model; /* before the event */
    const struct trace_event *event;
    const struct model_task *task; /* of the event, or NULL */
};

static void add_task(const struct sentence *s, uint32_t id)
{
    words_add_task(s->text, s->trace, s->model, id);
}

static void say_start(const struct sentence *s)
{
    text_format(s->text, "the runtime starts, with a %s clock",
                words_clock(s->trace->header.clock));
}

/* The name is in the event; the model doesn't know it yet. */
static void say_spawn(const struct sentence *s)
{
    text_format(s->text, "task %" PRIu32 " '", s->event->task);
    words_add_name(s->text, trace_string(s->trace, s->event->argument));
    text_add(s->text, "' is spawned by ");
    add_task(s, s->event->other);
}

static void say_poll_begin(const struct sentence *s)
{
    add_task(s, s->event->task);
    text_format(s->text, " is polled: its poll %" PRIu64,
                s->task ? s->task->polls + 1 : 1);
}

static void say_poll_end(const struct sentence *s)
{
    add_task(s, s->event->task);
    if (s->event->detail == RT_TRACE_POLL_READY) {
        text_add(s->text, " is ready: it will not be polled again");
    } else if (s->task && s->task->is_woken) {
        text_add(s->text, " is pending, but it was woken during this poll: "
                          "it will be polled again");
    } else {
        text_add(s->text, " is pending: it is idle until it is woken");
    }
}

static void say_await(const struct sentence *s)
{
    size_t depth = s->event->detail;
    bool has_parent = s->task && depth > 0 && depth <= s->task->chain_length;

    if (!has_parent) {
        add_task(s, s->event->task);
        text_add(s->text, " is suspended in ");
    } else {
        words_add_name(s->text,
                       trace_string(s->trace, s->task->chain[depth - 1]));
        text_add(s->text, " awaits ");
    }
    words_add_name(s->text, trace_string(s->trace, s->event->argument));
}

static void say_clone(const struct sentence *s)
{
    text_add(s->text, "a waker of ");
    add_task(s, s->event->task);
    text_format(s->text, " is kept for later (%" PRIu64 " kept now)",
                s->task ? s->task->wakers_held + 1 : 1);
}

static void say_drop(const struct sentence *s)
{
    uint64_t held = s->task ? s->task->wakers_held : 0;

    text_add(s->text, "a waker of ");
    add_task(s, s->event->task);
    text_format(s->text, " is given up (%" PRIu64 " kept now)",
                held ? held - 1 : 0);
}

static void say_wake(const struct sentence *s)
{
    static const char *const outcomes[] = {
        [RT_TRACE_WAKE_QUEUED] = "it goes to the back of the queue",
        [RT_TRACE_WAKE_COALESCED] =
            "it is in the queue already, so one poll will do for both",
        [RT_TRACE_WAKE_MARKED] =
            "it is running, so it is queued again after this poll",
        [RT_TRACE_WAKE_TOO_LATE] = "it is finished, so nothing happens",
    };
    unsigned outcome = model_wake_outcome(s->event);

    add_task(s, s->event->task);
    if (model_is_self_wake(s->event)) {
        text_add(s->text, " wakes itself");
    } else {
        text_add(s->text, " is woken by ");
        words_add_source(s->text, s->trace, s->model, s->event);
    }
    if (outcome <= RT_TRACE_WAKE_TOO_LATE) {
        text_format(s->text, ": %s", outcomes[outcome]);
    }
}

static void say_enqueue(const struct sentence *s)
{
    add_task(s, s->event->task);
    text_format(s->text, " is in the queue (%" PRIu64 " in it now)",
                s->event->argument);
}

static void say_dequeue(const struct sentence *s)
{
    add_task(s, s->event->task);
    text_format(s->text, " is taken out of the queue (%" PRIu64 " left)",
                s->event->argument);
}

static void say_arm(const struct sentence *s)
{
    text_format(s->text, "timer %" PRIu32 " is set to ", s->event->other);
    text_add_time(s->text, s->event->argument);
    text_add(s->text, " for ");
    add_task(s, s->event->task);
}

static void say_fire(const struct sentence *s)
{
    text_format(s->text, "timer %" PRIu32 " of ", s->event->other);
    add_task(s, s->event->task);
    text_add(s->text, " fires: it was set to ");
    text_add_time(s->text, s->event->argument);
}

static void say_cancel(const struct sentence *s)
{
    text_format(s->text, "timer %" PRIu32 " of ", s->event->other);
    add_task(s, s->event->task);
    text_add(s->text, " is cancelled: nobody waits for it any more");
}

static void say_register(const struct sentence *s)
{
    words_add_new_fd(s->text, s->trace, s->event->argument,
                     s->model->registrations + 1);
    text_add(s->text, " is open: the runtime watches it for ");
    add_task(s, s->event->task);
}

static void say_io_wait(const struct sentence *s)
{
    add_task(s, s->event->task);
    text_add(s->text, " waits until ");
    words_add_fd(s->text, s->trace, s->model, s->event->other);
    text_format(s->text, " is %s", words_ready(s->event->detail));
}

static void say_io_ready(const struct sentence *s)
{
    words_add_fd(s->text, s->trace, s->model, s->event->other);
    text_format(s->text, " is %s, says the kernel",
                words_ready(s->event->detail));
}

static void say_deregister(const struct sentence *s)
{
    words_add_fd(s->text, s->trace, s->model, s->event->other);
    text_add(s->text, " is closed: the runtime watches it no more");
}

static void say_park(const struct sentence *s)
{
    if (s->event->argument == 0) {
        text_add(s->text, "the runtime looks for i/o, without waiting");
    } else if (s->event->argument == UINT64_MAX) {
        text_add(s->text, "nothing can run and no timer is set: the program "
                          "sleeps until something comes from outside");
    } else {
        text_add(s->text, "nothing can run: the program sleeps until the "
                          "next timer, or i/o before it");
    }
}

static void say_unpark(const struct sentence *s)
{
    text_add(s->text, "the program goes on");
}

static void say_steal(const struct sentence *s)
{
    text_format(s->text, "worker %u takes tasks from worker %u",
                s->event->worker, s->event->other);
}

static void say_clock(const struct sentence *s)
{
    bool is_paused = s->trace->header.clock == RT_TRACE_CLOCK_PAUSED;

    text_add(s->text, is_paused ? "nothing can run, so the clock jumps to "
                                : "the clock is set to ");
    text_add_time(s->text, s->event->argument);
}

static void say_wait(const struct sentence *s)
{
    add_task(s, s->event->task);
    if (s->event->detail == RT_TRACE_ON_TASK) {
        text_add(s->text, " waits for the end of ");
        add_task(s, s->event->other);
    } else {
        text_add(s->text, " waits for something of another task");
    }
}

static void say_abort(const struct sentence *s)
{
    add_task(s, s->event->task);
    text_add(s->text, " is asked to stop by ");
    add_task(s, s->event->other);
}

static void say_finish(const struct sentence *s)
{
    add_task(s, s->event->task);
    if (s->event->detail == RT_TRACE_END_ABORTED) {
        text_add(s->text, " is over: it was aborted, its future is dropped");
    } else if (s->event->detail == RT_TRACE_END_SHUTDOWN) {
        text_add(s->text, " is over: it is dropped with the runtime");
    } else {
        text_add(s->text, " is over: it ran to its end");
    }
}

/* Without the line feed that almost all output ends with. */
static void add_quoted(struct text *text, const char *string)
{
    size_t length = strlen(string);

    if (length && string[length - 1] == '\n') {
        length--;
    }
    text_add_visible(text, string, length);
}

static void say_mark(const struct sentence *s)
{
    text_add(s->text, "mark: ");
    add_quoted(s->text, trace_string(s->trace, s->event->argument));
}

static void say_output(const struct sentence *s)
{
    if (s->event->task) {
        add_task(s, s->event->task);
    } else {
        text_add(s->text, "the program");
    }
    text_add(s->text,
             s->event->detail == 2 ? " prints an error: " : " prints: ");
    add_quoted(s->text, trace_string(s->trace, s->event->argument));
}

static void say_signal(const struct sentence *s)
{
    words_add_signal(s->text, s->event->other);
    text_add(s->text, " comes in");
}

static void say_hostile(const struct sentence *s)
{
    text_format(s->text, "hostile mode: %s",
                words_of_hostile(s->event->detail));
    if (s->event->task) {
        text_add(s->text, ", for ");
        add_task(s, s->event->task);
    }
}

static void say_panic(const struct sentence *s)
{
    text_add(s->text, "a rule is broken and the program stops: ");
    add_quoted(s->text, trace_string(s->trace, s->event->argument));
}

static void say_stop(const struct sentence *s)
{
    text_add(s->text, "the runtime is shut down");
}

static void say_driver(const struct sentence *s)
{
    text_add(s->text, "the system refuses another driver: ");
    add_quoted(s->text, trace_string(s->trace, s->event->argument));
}

static void say_none(const struct sentence *s)
{
    text_add(s->text, "an event that was begun and never written");
}

static void (*const sayings[RT_TRACE_TYPE_COUNT])(const struct sentence *) = {
    [RT_TRACE_NONE] = say_none,
    [RT_TRACE_START] = say_start,
    [RT_TRACE_SPAWN] = say_spawn,
    [RT_TRACE_POLL_BEGIN] = say_poll_begin,
    [RT_TRACE_POLL_END] = say_poll_end,
    [RT_TRACE_AWAIT] = say_await,
    [RT_TRACE_WAKER_CLONE] = say_clone,
    [RT_TRACE_WAKER_DROP] = say_drop,
    [RT_TRACE_WAKE] = say_wake,
    [RT_TRACE_ENQUEUE] = say_enqueue,
    [RT_TRACE_DEQUEUE] = say_dequeue,
    [RT_TRACE_TIMER_ARM] = say_arm,
    [RT_TRACE_TIMER_FIRE] = say_fire,
    [RT_TRACE_TIMER_CANCEL] = say_cancel,
    [RT_TRACE_IO_REGISTER] = say_register,
    [RT_TRACE_IO_WAIT] = say_io_wait,
    [RT_TRACE_IO_READY] = say_io_ready,
    [RT_TRACE_IO_DEREGISTER] = say_deregister,
    [RT_TRACE_PARK] = say_park,
    [RT_TRACE_UNPARK] = say_unpark,
    [RT_TRACE_STEAL] = say_steal,
    [RT_TRACE_CLOCK_ADVANCE] = say_clock,
    [RT_TRACE_WAIT] = say_wait,
    [RT_TRACE_ABORT] = say_abort,
    [RT_TRACE_FINISH] = say_finish,
    [RT_TRACE_MARK] = say_mark,
    [RT_TRACE_OUTPUT] = say_output,
    [RT_TRACE_SIGNAL] = say_signal,
    [RT_TRACE_HOSTILE] = say_hostile,
    [RT_TRACE_PANIC] = say_panic,
    [RT_TRACE_STOP] = say_stop,
    [RT_TRACE_DRIVER_REFUSED] = say_driver,
};

void sentence_add(struct text *text, const struct trace *trace,
                  const struct model *model, const struct trace_event *event)
{
    struct sentence sentence = {
        .text = text,
        .trace = trace,
        .model = model,
        .event = event,
        .task = model_task(model, event->task),
    };

    sayings[event->type](&sentence);
}

const char *sentence_rule(const struct trace_event *event)
{
    static const char *const rules[RT_TRACE_TYPE_COUNT] = {
        [RT_TRACE_SPAWN] = "a spawn only queues a task; it runs later",
        [RT_TRACE_POLL_BEGIN] = "only a task that was woken is polled",
        [RT_TRACE_POLL_END] = "a poll never waits: it answers ready or pending",
        [RT_TRACE_AWAIT] = "what a task waits in is its frame, not a stack",
        [RT_TRACE_WAKER_CLONE] =
            "who makes a task wait keeps its waker, to call it later",
        [RT_TRACE_WAKER_DROP] = "each kept waker is used or given up once",
        [RT_TRACE_WAKE] = "a wake queues a task, it does not run it",
        [RT_TRACE_DEQUEUE] = "the queue is first in, first out",
        [RT_TRACE_TIMER_ARM] = "a sleep is a timer that holds a waker",
        [RT_TRACE_TIMER_FIRE] = "a timer that fires wakes its task, no more",
        [RT_TRACE_TIMER_CANCEL] = "dropping a future takes back its timer",
        [RT_TRACE_IO_WAIT] = "not ready yet: leave a waker and return",
        [RT_TRACE_IO_READY] = "the kernel reports, the runtime wakes",
        [RT_TRACE_PARK] = "with an empty queue the program sleeps",
        [RT_TRACE_WAIT] = "the end of a task wakes who waits for it",
        [RT_TRACE_ABORT] = "an abort takes effect when the task would run",
        [RT_TRACE_FINISH] = "a task is dropped once, whatever ended it",
    };

    return rules[event->type];
}
