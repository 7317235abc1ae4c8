#include "narrate.h"

#include <inttypes.h>
#include <string.h>

#include "lints.h"
#include "model.h"
#include "sentence.h"
#include "words.h"

enum {
    /* What is slower than this is slow on every machine and every day. */
    SLOW_POLL_NS = 500000000,
};

struct narration {
    FILE *out;                             /* borrowed */
    struct trace *trace;                   /* borrowed */
    const struct narrate_options *options; /* borrowed */
    struct model model;
    struct lints lints;
    bool has_rule[RT_TRACE_TYPE_COUNT]; /* was told already */
};

static void put_line(const struct narration *narration, const char *line)
{
    size_t width = narration->options->width;
    struct text folded = {0};

    if (width) {
        text_add_folded(&folded, line, width);
        fputs(text_get(&folded), narration->out);
        text_deinit(&folded);
    } else {
        fprintf(narration->out, "%s\n", line);
    }
}

static void tell_event(struct narration *narration, struct text *line,
                       const struct trace_event *event)
{
    const char *rule = sentence_rule(event);

    text_clear(line);
    sentence_add(line, narration->trace, &narration->model, event);
    text_add(line, " [");
    text_add_time(line, event->time_ns);
    text_add(line, "]");
    if (rule && !narration->has_rule[event->type]) {
        text_format(line, " (the rule: %s)", rule);
        narration->has_rule[event->type] = true;
    }
    put_line(narration, text_get(line));
}

/* ---- the beginning and the end ---- */

static void tell_title(const struct narration *narration, struct text *line)
{
    const struct trace *trace = narration->trace;
    const char *program = trace_program(trace);

    text_add(line, "the story of ");
    text_add_visible(line, program, strlen(program));
    text_format(line, ": %" PRIu64 " events, told under a %s clock",
                trace->count, words_clock(trace->header.clock));
    put_line(narration, text_get(line));
}

static void tell_end(const struct narration *narration, struct text *line)
{
    const struct model *model = &narration->model;

    text_clear(line);
    if (narration->trace->lost) {
        text_format(line,
                    "the end of the file, not of the program: %" PRIu64
                    " more events found no room",
                    narration->trace->lost);
    } else if (model->is_stopped) {
        text_format(line, "the end: %" PRIu64 " polls of %zu tasks",
                    model->polls, model->tasks.count);
    } else if (model->panic_message != MODEL_NONE) {
        text_add(line, "the end: a broken rule stopped the program");
    } else {
        text_add(line, "the end of the trace: the program did not shut its "
                       "runtime down (it runs still, crashed, exited early "
                       "or was ended from outside)");
    }
    put_line(narration, text_get(line));
}

/* How long a poll took is told only where it can't be chance. */
static void tell_lint(const struct narration *narration, struct text *line,
                      const struct lint *lint)
{
    const struct model_task *task = model_task(&narration->model, lint->task);

    text_clear(line);
    text_add(line, "look at this: ");
    if (lint->kind != LINT_BLOCKED_EXECUTOR) {
        text_add(line, text_get(&lint->message));
    } else if (task && task->longest_poll_ns >= SLOW_POLL_NS) {
        words_add_task(line, narration->trace, &narration->model, lint->task);
        text_add(line, " stayed over half a second of real time in one poll, "
                       "and nothing else could run");
    } else {
        return;
    }
    text_format(line, " [%s, event %" PRIu64 "]", lint_name(lint->kind),
                lint->event + 1);
    put_line(narration, text_get(line));
}

static void tell_events(struct narration *narration, struct text *line)
{
    struct trace *trace = narration->trace;
    uint64_t most = narration->options->most;

    for (uint64_t i = 0; i < trace->count && !ferror(narration->out); i++) {
        struct trace_event event;

        trace_read(trace, i, &event);
        if (most == 0 || i < most) {
            tell_event(narration, line, &event);
        }
        lints_apply(&narration->lints, &narration->model, &event);
    }
    if (most != 0 && trace->count > most) {
        text_clear(line);
        text_format(line, "and so on: %" PRIu64 " more events are not told",
                    trace->count - most);
        put_line(narration, text_get(line));
    }
}

static void tell_note(const struct narration *narration, struct text *line)
{
    const char *note = narration->options->note;

    if (note) {
        text_clear(line);
        text_add_visible(line, note, strlen(note));
        put_line(narration, text_get(line));
    }
}

bool narrate(FILE *out, struct trace *trace,
             const struct narrate_options *options)
{
    struct narration narration = {
        .out = out,
        .trace = trace,
        .options = options,
    };
    struct text line = {0};

    model_init(&narration.model);
    lints_init(&narration.lints, trace);
    tell_title(&narration, &line);
    tell_events(&narration, &line);
    lints_finish(&narration.lints, &narration.model);
    tell_end(&narration, &line);
    for (size_t i = 0; i < narration.lints.list.count; i++) {
        tell_lint(&narration, &line, &narration.lints.list.items[i]);
    }
    tell_note(&narration, &line);
    text_deinit(&line);
    lints_deinit(&narration.lints);
    model_deinit(&narration.model);
    return !ferror(out) && fflush(out) == 0;
}
