/* What each kind of event does to the model. */
#include "model.h"

#include <string.h>

/* ---- tasks ---- */

/* The task of an event, made up on the spot when its spawn is missing. */
static struct model_task *touch(struct model *model, uint32_t id)
{
    struct model_task *task = model_task(model, id);

    if (task || id == 0) {
        return task;
    }
    task = table_add(&model->tasks, id);
    task->queue_previous = MODEL_NONE;
    task->queue_next = MODEL_NONE;
    task->spawn_event = model->event_count;
    task->poll_event = MODEL_NONE;
    task->poll_end_event = MODEL_NONE;
    task->wake_event = MODEL_NONE;
    task->longest_poll_event = MODEL_NONE;
    task->finish_event = MODEL_NONE;
    task->stranded_event = MODEL_NONE;
    model->live_tasks++;
    return task;
}

/*
 * A task that is idle while no clone of its waker exists: nothing that is
 * left could wake it. Noted at the event that made it so.
 */
static void note_stranded(const struct model *model, struct model_task *task)
{
    bool is_stranded = task->state == MODEL_IDLE && task->polls > 0 &&
                       task->wakers_held == 0 && task->timers_armed == 0;

    if (!is_stranded) {
        task->stranded_event = MODEL_NONE;
    } else if (task->stranded_event == MODEL_NONE) {
        task->stranded_event = model->event_count;
        task->wait_count = 0;
    }
}

static void add_wait(struct model_task *task, enum model_wait_kind kind,
                     uint32_t id, unsigned interest)
{
    for (size_t i = 0; i < task->wait_count; i++) {
        struct model_wait *wait = &task->waits[i];

        if (wait->kind == kind && wait->id == id) {
            wait->interest |= (uint16_t)interest;
            return;
        }
    }
    if (task->wait_count < MODEL_WAITS_MOST) {
        task->waits[task->wait_count++] = (struct model_wait){
            .id = id,
            .kind = (uint16_t)kind,
            .interest = (uint16_t)interest,
        };
    }
}

static void remove_wait(struct model_task *task, enum model_wait_kind kind,
                        uint32_t id)
{
    for (size_t i = 0; i < task->wait_count; i++) {
        if (task->waits[i].kind == kind && task->waits[i].id == id) {
            task->wait_count--;
            memmove(&task->waits[i], &task->waits[i + 1],
                    (task->wait_count - i) * sizeof(task->waits[0]));
            return;
        }
    }
}

/* ---- what each event does; task is that of the event, or NULL ---- */

static void apply_spawn(struct model *model, struct model_task *task,
                        const struct trace_event *event)
{
    (void)model;
    task->parent = event->other;
    task->name = event->argument;
    task->is_woken = true; /* a spawn is the first wake */
}

static void apply_poll_begin(struct model *model, struct model_task *task,
                             const struct trace_event *event)
{
    (void)event;
    model_leave_queue(model, task);
    task->state = MODEL_RUNNING;
    task->is_woken = false;
    task->poll_event = model->event_count;
    task->polls++;
    task->wait_count = 0;
    model->running = task->id;
    model->fired = (struct model_timer){0};
    model->polls++;
}

static void apply_poll_end(struct model *model, struct model_task *task,
                           const struct trace_event *event)
{
    task->poll_end_event = model->event_count;
    task->chain_length = 0;
    if (event->argument >= task->longest_poll_ns) {
        task->longest_poll_ns = event->argument;
        task->longest_poll_event = model->event_count;
    }
    if (event->detail == RT_TRACE_POLL_PENDING) {
        task->state = task->is_woken ? MODEL_QUEUED : MODEL_IDLE;
    }
    model->turn_event = model->event_count;
    model->running = 0;
}

static void apply_await(struct model *model, struct model_task *task,
                        const struct trace_event *event)
{
    (void)model;
    if (event->detail < MODEL_CHAIN_MOST) {
        task->chain[event->detail] = event->argument;
        task->chain_length = (uint8_t)(event->detail + 1);
    }
}

static void apply_wake(struct model *model, struct model_task *task,
                       const struct trace_event *event)
{
    unsigned outcome = model_wake_outcome(event);

    task->wakes++;
    task->self_wakes += model_is_self_wake(event);
    task->yields += model_wake_source(event) == RT_TRACE_FROM_YIELD;
    if (model_wake_source(event) == RT_TRACE_FROM_FD) {
        remove_wait(task, MODEL_WAIT_FD, event->other);
    }
    if (outcome == RT_TRACE_WAKE_QUEUED || outcome == RT_TRACE_WAKE_MARKED) {
        task->is_woken = true;
        task->wake_event = model->event_count;
    }
    if (outcome == RT_TRACE_WAKE_QUEUED && task->state == MODEL_IDLE) {
        task->state = MODEL_QUEUED;
    }
}

static void apply_enqueue(struct model *model, struct model_task *task,
                          const struct trace_event *event)
{
    (void)event;
    if (task->state != MODEL_FINISHED) {
        model_join_queue(model, task);
    }
    if (task->state == MODEL_IDLE) {
        task->state = MODEL_QUEUED;
    }
}

static void apply_dequeue(struct model *model, struct model_task *task,
                          const struct trace_event *event)
{
    (void)event;
    model_leave_queue(model, task);
}

static void apply_finish(struct model *model, struct model_task *task,
                         const struct trace_event *event)
{
    model_leave_queue(model, task);
    if (task->state != MODEL_FINISHED) {
        model->live_tasks--;
    }
    task->state = MODEL_FINISHED;
    task->end = (uint8_t)event->detail;
    task->finish_event = model->event_count;
    task->chain_length = 0;
    task->wait_count = 0;
}

static void apply_clone(struct model *model, struct model_task *task,
                        const struct trace_event *event)
{
    (void)model;
    (void)event;
    task->wakers_held++;
}

static void apply_drop(struct model *model, struct model_task *task,
                       const struct trace_event *event)
{
    (void)model;
    (void)event;
    if (task->wakers_held) {
        task->wakers_held--;
    }
}

static void apply_wait(struct model *model, struct model_task *task,
                       const struct trace_event *event)
{
    bool is_task = event->detail == RT_TRACE_ON_TASK;

    (void)model;
    add_wait(task, is_task ? MODEL_WAIT_TASK : MODEL_WAIT_OTHER, event->other,
             0);
}

static void apply_io_wait(struct model *model, struct model_task *task,
                          const struct trace_event *event)
{
    struct model_fd *fd = model_fd(model, event->other);

    add_wait(task, MODEL_WAIT_FD, event->other, event->detail);
    if (fd) {
        fd->ready &= (uint16_t)~event->detail;
    }
}

/* ---- timers, fds, the rest: the task may be missing ---- */

static void apply_timer_arm(struct model *model, struct model_task *task,
                            const struct trace_event *event)
{
    struct model_timer *timer = model_timer(model, event->other);

    if (task && !timer) {
        task->timers_armed++;
    }
    timer = table_add(&model->timers, event->other);
    timer->task = event->task;
    timer->deadline_ns = event->argument;
    timer->event = model->event_count;
}

static void apply_timer_end(struct model *model, struct model_task *task,
                            const struct trace_event *event)
{
    struct model_timer *timer = model_timer(model, event->other);

    if (task && task->timers_armed && timer) {
        task->timers_armed--;
    }
    if (timer && event->type == RT_TRACE_TIMER_FIRE) {
        model->fired = *timer;
    }
    table_remove(&model->timers, event->other);
}

static void apply_register(struct model *model, struct model_task *task,
                           const struct trace_event *event)
{
    struct model_fd *fd = table_add(&model->fds, event->other);

    (void)task;
    *fd = (struct model_fd){
        .id = event->other,
        .ordinal = ++model->registrations,
        .task = event->task,
        .what = event->argument,
        .event = model->event_count,
    };
}

static void apply_ready(struct model *model, struct model_task *task,
                        const struct trace_event *event)
{
    struct model_fd *fd = model_fd(model, event->other);

    (void)task;
    if (fd) {
        fd->ready |= event->detail;
    }
}

static void apply_deregister(struct model *model, struct model_task *task,
                             const struct trace_event *event)
{
    (void)task;
    table_remove(&model->fds, event->other);
}

static void apply_park(struct model *model, struct model_task *task,
                       const struct trace_event *event)
{
    (void)task;
    model->is_parked = event->type == RT_TRACE_PARK;
    model->park_ns = event->argument;
    model->turn_event = model->event_count;
    model->turns += model->is_parked;
}

static void apply_clock(struct model *model, struct model_task *task,
                        const struct trace_event *event)
{
    (void)task;
    model->now_ns = event->argument;
}

static void apply_output(struct model *model, struct model_task *task,
                         const struct trace_event *event)
{
    (void)task;
    (void)event;
    model->output[model->output_count++ % MODEL_OUTPUT_MOST] =
        model->event_count;
}

static void apply_panic(struct model *model, struct model_task *task,
                        const struct trace_event *event)
{
    (void)task;
    model->panic_message = event->argument;
}

static void apply_stop(struct model *model, struct model_task *task,
                       const struct trace_event *event)
{
    (void)task;
    (void)event;
    model->is_stopped = true;
    model->is_parked = false;
}

struct effect {
    void (*apply)(struct model *model, struct model_task *task,
                  const struct trace_event *event);
    bool needs_task; /* without a task the event is passed over */
};

static const struct effect effects[RT_TRACE_TYPE_COUNT] = {
    [RT_TRACE_SPAWN] = {apply_spawn, true},
    [RT_TRACE_POLL_BEGIN] = {apply_poll_begin, true},
    [RT_TRACE_POLL_END] = {apply_poll_end, true},
    [RT_TRACE_AWAIT] = {apply_await, true},
    [RT_TRACE_WAKER_CLONE] = {apply_clone, true},
    [RT_TRACE_WAKER_DROP] = {apply_drop, true},
    [RT_TRACE_WAKE] = {apply_wake, true},
    [RT_TRACE_ENQUEUE] = {apply_enqueue, true},
    [RT_TRACE_DEQUEUE] = {apply_dequeue, true},
    [RT_TRACE_TIMER_ARM] = {apply_timer_arm, false},
    [RT_TRACE_TIMER_FIRE] = {apply_timer_end, false},
    [RT_TRACE_TIMER_CANCEL] = {apply_timer_end, false},
    [RT_TRACE_IO_REGISTER] = {apply_register, false},
    [RT_TRACE_IO_WAIT] = {apply_io_wait, true},
    [RT_TRACE_IO_READY] = {apply_ready, false},
    [RT_TRACE_IO_DEREGISTER] = {apply_deregister, false},
    [RT_TRACE_PARK] = {apply_park, false},
    [RT_TRACE_UNPARK] = {apply_park, false},
    [RT_TRACE_CLOCK_ADVANCE] = {apply_clock, false},
    [RT_TRACE_WAIT] = {apply_wait, true},
    [RT_TRACE_FINISH] = {apply_finish, true},
    [RT_TRACE_OUTPUT] = {apply_output, false},
    [RT_TRACE_PANIC] = {apply_panic, false},
    [RT_TRACE_STOP] = {apply_stop, false},
};

void model_apply(struct model *model, const struct trace_event *event)
{
    const struct effect *effect = &effects[event->type];
    struct model_task *task;

    if (event->type != RT_TRACE_NONE) {
        model->now_ns = event->time_ns;
    }
    if (effect->apply) {
        task = touch(model, event->task);
        if (task || !effect->needs_task) {
            effect->apply(model, task, event);
        }
        if (task) {
            note_stranded(model, task);
        }
    }
    model->event_count++;
}
