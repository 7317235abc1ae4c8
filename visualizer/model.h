/*
 * Model: what the traced program looked like after so many events.
 *
 *     model_init(&model)
 *     model_apply(&model, &event)    for one event after the other
 *     model_copy(&keyframe, &model)  to come back to this point later
 *     model_deinit(&model)
 *
 * The model believes nothing: a trace may begin in the middle of things, miss
 * events, or be made up. An event that makes no sense in the present state
 * changes what it can and is otherwise passed over.
 *
 * Strings are kept as offsets into the trace; see trace_string.
 */
#ifndef VISUALIZER_MODEL_H
#define VISUALIZER_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "table.h"
#include "trace_file.h"

enum {
    MODEL_CHAIN_MOST = 12,  /* levels of an await chain that are kept */
    MODEL_WAITS_MOST = 8,   /* things that a task waits for at once */
    MODEL_OUTPUT_MOST = 16, /* last lines of output that are kept */
};

/* No event, no task in the queue, no time. */
#define MODEL_NONE UINT64_MAX

enum model_state {
    MODEL_IDLE = 0,     /* nothing happens to it until it is woken */
    MODEL_QUEUED = 1,   /* woken: it will be polled */
    MODEL_RUNNING = 2,  /* in a poll */
    MODEL_FINISHED = 3, /* its future is dropped */
};

enum model_wait_kind {
    MODEL_WAIT_FD,
    MODEL_WAIT_TASK,
    MODEL_WAIT_OTHER,
};

/* Something that a task has left its waker with; timers are elsewhere. */
struct model_wait {
    uint32_t id;       /* fd or task */
    uint16_t kind;     /* enum model_wait_kind */
    uint16_t interest; /* bits of enum rt_trace_ready, for an fd */
};

struct model_task {
    uint32_t id;
    uint32_t parent;
    uint64_t name; /* string */
    enum model_state state;
    uint8_t end;          /* enum rt_trace_end, when finished */
    bool is_woken;        /* woken since the last poll began */
    bool is_in_queue;     /* linked into the queue */
    uint8_t chain_length; /* levels of the await chain */
    uint8_t wait_count;
    uint64_t chain[MODEL_CHAIN_MOST]; /* strings, outermost first */
    struct model_wait waits[MODEL_WAITS_MOST];
    uint64_t queue_previous; /* index in tasks, or MODEL_NONE */
    uint64_t queue_next;
    uint64_t polls;
    uint64_t wakes;
    uint64_t self_wakes; /* made by itself while it ran */
    uint64_t yields;     /* wakes that the executor held back for it */
    uint64_t longest_poll_ns;
    uint64_t wakers_held; /* clones that were not given up yet */
    uint64_t timers_armed;
    /* Numbers of events, from 0; MODEL_NONE when there was none. */
    uint64_t spawn_event;
    uint64_t poll_event;         /* begin of the last poll */
    uint64_t poll_end_event;     /* end of the last poll */
    uint64_t wake_event;         /* the last wake that counted */
    uint64_t longest_poll_event; /* end of the longest poll */
    uint64_t finish_event;
    uint64_t stranded_event; /* since when it is idle and without a waker */
};

struct model_timer {
    uint32_t id;
    uint32_t task;
    uint64_t deadline_ns;
    uint64_t event; /* that armed it */
};

struct model_fd {
    uint32_t id;      /* the number that the kernel gave it */
    uint32_t ordinal; /* which registration it was, from 1 */
    uint32_t task;    /* that registered it */
    uint16_t ready;   /* bits of enum rt_trace_ready seen last */
    uint64_t what;    /* string */
    uint64_t event;
};

struct model {
    uint64_t event_count; /* events applied */
    uint64_t now_ns;
    struct table tasks;       /* of struct model_task, in order of birth */
    struct table timers;      /* of struct model_timer, the armed ones */
    struct table fds;         /* of struct model_fd, the registered ones */
    struct model_timer fired; /* fired last, until the next poll; id 0: none */
    uint64_t queue_first;     /* index in tasks, or MODEL_NONE */
    uint64_t queue_last;
    uint64_t queue_length;
    uint64_t live_tasks;
    uint64_t polls;
    uint64_t turns;         /* times that the loop came to its end */
    uint64_t turn_event;    /* last poll end or park: the loop lived then */
    uint64_t panic_message; /* string, or MODEL_NONE */
    uint64_t park_ns;       /* longest wait of the present park */
    uint64_t output_count;
    uint64_t output[MODEL_OUTPUT_MOST]; /* events; a ring, by output_count */
    uint32_t running;                   /* task in a poll; 0: none */
    uint32_t registrations;             /* of fds so far */
    bool is_parked;
    bool is_stopped;
};

void model_init(struct model *model);
void model_deinit(struct model *model);

/* Makes model (initialised) an equal of source. */
void model_copy(struct model *model, const struct model *source);

/* Bytes that a copy takes, about. */
size_t model_size(const struct model *model);

/* Moves on by one event: the one with number model->event_count. */
void model_apply(struct model *model, const struct trace_event *event);

/* The task, timer or fd with this number, or NULL. */
struct model_task *model_task(const struct model *model, uint32_t id);
struct model_timer *model_timer(const struct model *model, uint32_t id);
struct model_fd *model_fd(const struct model *model, uint32_t id);

/* True if the task can only be ended from outside: nobody can wake it. */
bool model_is_stranded(const struct model_task *task);

/* For model_apply.c: into the queue, at its back; and out of it. */
void model_join_queue(struct model *model, struct model_task *task);
void model_leave_queue(struct model *model, struct model_task *task);

/* "idle", "queued", "running", "finished". */
const char *model_state_name(enum model_state state);

static inline unsigned model_wake_outcome(const struct trace_event *event)
{
    return event->detail & 0xff;
}

static inline unsigned model_wake_source(const struct trace_event *event)
{
    return event->detail >> 8;
}

/* True for a wake that a task makes of itself in its own poll. */
static inline bool model_is_self_wake(const struct trace_event *event)
{
    return model_wake_source(event) == RT_TRACE_FROM_TASK &&
           event->other == event->task && event->task != 0;
}

#endif
