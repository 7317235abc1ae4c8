#include "words.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/hostile.h"

enum { NAME_MOST = 40 }; /* bytes of a name that are shown */

void words_add_name(struct text *text, const char *name)
{
    size_t length = strlen(name);
    bool is_long = length > NAME_MOST;

    text_add_visible(text, name, is_long ? NAME_MOST : length);
    text_add(text, is_long ? "..." : "");
}

void words_add_task(struct text *text, const struct trace *trace,
                    const struct model *model, uint32_t id)
{
    const struct model_task *task = model_task(model, id);
    const char *name = task ? trace_string(trace, task->name) : "";

    if (id == 0) {
        text_add(text, "the runtime");
        return;
    }
    text_format(text, "task %" PRIu32, id);
    if (*name) {
        text_add(text, " '");
        words_add_name(text, name);
        text_add(text, "'");
    }
}

void words_add_chain(struct text *text, const struct trace *trace,
                     const struct model_task *task)
{
    for (size_t i = 0; i < task->chain_length; i++) {
        text_add(text, i ? " > " : "");
        words_add_name(text, trace_string(trace, task->chain[i]));
    }
}

void words_add_new_fd(struct text *text, const struct trace *trace,
                      uint64_t what, uint32_t ordinal)
{
    const char *name = trace_string(trace, what);

    if (*name) {
        words_add_name(text, name);
    } else {
        text_add(text, "fd");
    }
    text_format(text, " %" PRIu32, ordinal);
}

void words_add_fd(struct text *text, const struct trace *trace,
                  const struct model *model, uint32_t id)
{
    const struct model_fd *fd = model_fd(model, id);

    if (fd) {
        words_add_new_fd(text, trace, fd->what, fd->ordinal);
    } else {
        text_add(text, "an fd that is not registered");
    }
}

const char *words_ready(unsigned ready)
{
    static const char *const names[] = {
        "not ready",
        "readable",
        "writable",
        "readable and writable",
    };

    return names[ready & (RT_TRACE_READABLE | RT_TRACE_WRITABLE)];
}

const char *words_clock(uint32_t clock)
{
    static const char *const names[] = {
        [RT_TRACE_CLOCK_REAL] = "real",
        [RT_TRACE_CLOCK_PAUSED] = "paused",
        [RT_TRACE_CLOCK_CONDUCTED] = "conducted",
        [RT_TRACE_CLOCK_SCALED] = "scaled",
    };

    return clock <= RT_TRACE_CLOCK_SCALED ? names[clock] : "unknown";
}

void words_add_signal(struct text *text, uint32_t number)
{
    text_format(text, "signal %" PRIu32, number);
    if (number == SIGINT) {
        text_add(text, " (Ctrl-C)");
    } else if (number == SIGTERM) {
        text_add(text, " (terminate)");
    }
}

void words_add_source(struct text *text, const struct trace *trace,
                      const struct model *model,
                      const struct trace_event *event)
{
    switch (model_wake_source(event)) {
    case RT_TRACE_FROM_TASK:
        words_add_task(text, trace, model, event->other);
        break;
    case RT_TRACE_FROM_TIMER:
        text_format(text, "timer %" PRIu32, event->other);
        break;
    case RT_TRACE_FROM_FD:
        words_add_fd(text, trace, model, event->other);
        break;
    case RT_TRACE_FROM_SIGNAL:
        words_add_signal(text, event->other);
        break;
    case RT_TRACE_FROM_YIELD:
        text_add(text, "the runtime, since it had yielded");
        break;
    default:
        text_add(text, "something outside of the tasks");
        break;
    }
}

const char *words_of_hostile(unsigned feature)
{
    static const struct {
        unsigned feature;
        const char *deed;
    } deeds[] = {
        {RT_HOSTILE_SHUFFLE, "the queue is shuffled"},
        {RT_HOSTILE_SPURIOUS, "a task is polled without a wake"},
        {RT_HOSTILE_SHORT, "fewer bytes are moved than could be"},
        {RT_HOSTILE_AGAIN, "the socket says 'try again'"},
        {RT_HOSTILE_ACCEPT, "accept fails"},
        {RT_HOSTILE_JUNK, "the stack is overwritten"},
    };

    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        if (deeds[i].feature == feature) {
            return deeds[i].deed;
        }
    }
    return "something unlikely happens";
}
