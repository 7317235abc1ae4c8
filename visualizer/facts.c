#include "facts.h"

#include <inttypes.h>
#include <string.h>

#include "lints.h"
#include "model.h"
#include "words.h"

enum { OUTPUT_MOST = 1 << 20 }; /* bytes of the program's output */

/* Where each field of the object goes. */
struct facts {
    struct text *out;    /* borrowed */
    struct trace *trace; /* borrowed */
    struct model model;
    struct lints lints;
    struct text output; /* of the program */
};

static void add_string(const struct facts *facts, const char *string)
{
    text_add_json(facts->out, string, strlen(string));
}

static void add_key(const struct facts *facts, const char *key)
{
    text_format(facts->out, ",\"%s\":", key);
}

static void add_number(const struct facts *facts, const char *key,
                       uint64_t number)
{
    text_format(facts->out, ",\"%s\":%" PRIu64, key, number);
}

static void add_end(const struct facts *facts, const struct model_task *task)
{
    static const char *const ends[] = {
        [RT_TRACE_END_READY] = "\"ready\"",
        [RT_TRACE_END_ABORTED] = "\"aborted\"",
        [RT_TRACE_END_SHUTDOWN] = "\"shutdown\"",
    };
    const char *end = "null";

    if (task->state == MODEL_FINISHED && task->end <= RT_TRACE_END_SHUTDOWN) {
        end = ends[task->end];
    }
    text_format(facts->out, ",\"end\":%s", end);
}

static void add_chain(const struct facts *facts, const struct model_task *task)
{
    text_add(facts->out, ",\"awaiting\":[");
    for (size_t i = 0; i < task->chain_length; i++) {
        text_add(facts->out, i ? "," : "");
        add_string(facts, trace_string(facts->trace, task->chain[i]));
    }
    text_add(facts->out, "]");
}

static void add_waits(const struct facts *facts, const struct model_task *task,
                      const char *key, enum model_wait_kind kind)
{
    const char *comma = "";

    text_format(facts->out, ",\"%s\":[", key);
    for (size_t i = 0; i < task->wait_count; i++) {
        if (task->waits[i].kind == kind) {
            text_format(facts->out, "%s%" PRIu32, comma, task->waits[i].id);
            comma = ",";
        }
    }
    text_add(facts->out, "]");
}

static void add_task(const struct facts *facts, const struct model_task *task)
{
    text_format(facts->out, "{\"id\":%" PRIu32, task->id);
    add_key(facts, "name");
    add_string(facts, trace_string(facts->trace, task->name));
    add_number(facts, "parent", task->parent);
    add_key(facts, "state");
    add_string(facts, model_state_name(task->state));
    add_end(facts, task);
    add_number(facts, "polls", task->polls);
    add_number(facts, "wakes", task->wakes);
    add_number(facts, "self_wakes", task->self_wakes);
    add_number(facts, "yields", task->yields);
    add_number(facts, "longest_poll_ns", task->longest_poll_ns);
    add_chain(facts, task);
    add_number(facts, "wakers_held", task->wakers_held);
    add_number(facts, "timers_armed", task->timers_armed);
    add_waits(facts, task, "waiting_fds", MODEL_WAIT_FD);
    add_waits(facts, task, "waiting_tasks", MODEL_WAIT_TASK);
    text_add(facts->out, "}");
}

static void add_tasks(const struct facts *facts)
{
    text_add(facts->out, ",\"tasks\":[");
    for (size_t i = 0; i < facts->model.tasks.count; i++) {
        text_add(facts->out, i ? ",\n" : "\n");
        add_task(facts, table_at(&facts->model.tasks, i));
    }
    text_add(facts->out, "]");
}

static void add_fds(const struct facts *facts)
{
    const char *comma = "";

    text_add(facts->out, ",\"fds_open\":[");
    for (size_t i = 0; i < facts->model.fds.count; i++) {
        const struct model_fd *fd = table_at(&facts->model.fds, i);

        if (trace_is_conductor(facts->trace, fd->what)) {
            continue;
        }
        text_format(facts->out, "%s{\"fd\":%" PRIu32 ",\"what\":", comma,
                    fd->id);
        add_string(facts, trace_string(facts->trace, fd->what));
        text_add(facts->out, "}");
        comma = ",";
    }
    text_add(facts->out, "]");
}

static void add_lints(const struct facts *facts)
{
    text_add(facts->out, ",\"lints\":[");
    for (size_t i = 0; i < facts->lints.list.count; i++) {
        const struct lint *lint = &facts->lints.list.items[i];
        const struct model_task *task = model_task(&facts->model, lint->task);

        text_format(facts->out, "%s{\"name\":\"%s\",\"task\":%" PRIu32,
                    i ? ",\n" : "\n", lint_name(lint->kind), lint->task);
        add_key(facts, "task_name");
        add_string(facts, task ? trace_string(facts->trace, task->name) : "");
        add_number(facts, "event", lint->event + 1);
        add_key(facts, "message");
        add_string(facts, text_get(&lint->message));
        text_add(facts->out, "}");
    }
    text_add(facts->out, "]");
}

static void replay(struct facts *facts)
{
    for (uint64_t i = 0; i < facts->trace->count; i++) {
        struct trace_event event;

        trace_read(facts->trace, i, &event);
        lints_apply(&facts->lints, &facts->model, &event);
        if (event.type == RT_TRACE_OUTPUT &&
            facts->output.length < OUTPUT_MOST) {
            text_add(&facts->output,
                     trace_string(facts->trace, event.argument));
        }
    }
    lints_finish(&facts->lints, &facts->model);
}

static void add_object(const struct facts *facts)
{
    const struct model *model = &facts->model;

    text_format(facts->out, "{\"clock\":\"%s\"",
                words_clock(facts->trace->header.clock));
    add_key(facts, "program");
    add_string(facts, trace_program(facts->trace));
    add_number(facts, "lost", facts->trace->lost);
    text_format(facts->out, ",\"complete\":%s",
                model->is_stopped ? "true" : "false");
    add_key(facts, "panic");
    if (model->panic_message == MODEL_NONE) {
        text_add(facts->out, "null");
    } else {
        add_string(facts, trace_string(facts->trace, model->panic_message));
    }
    add_tasks(facts);
    add_fds(facts);
    add_number(facts, "timers_armed", model->timers.count);
    add_key(facts, "output");
    text_add_json(facts->out, text_get(&facts->output), facts->output.length);
    add_lints(facts);
    text_add(facts->out, "}\n");
}

void facts_add(struct text *out, struct trace *trace)
{
    struct facts facts = {.out = out, .trace = trace};

    model_init(&facts.model);
    lints_init(&facts.lints, trace);
    replay(&facts);
    add_object(&facts);
    lints_deinit(&facts.lints);
    model_deinit(&facts.model);
    text_deinit(&facts.output);
}
