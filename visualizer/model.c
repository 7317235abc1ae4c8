#include "model.h"

void model_init(struct model *model)
{
    *model = (struct model){
        .queue_first = MODEL_NONE,
        .queue_last = MODEL_NONE,
        .turn_event = MODEL_NONE,
        .panic_message = MODEL_NONE,
    };
    table_init(&model->tasks, sizeof(struct model_task));
    table_init(&model->timers, sizeof(struct model_timer));
    table_init(&model->fds, sizeof(struct model_fd));
}

void model_deinit(struct model *model)
{
    table_deinit(&model->tasks);
    table_deinit(&model->timers);
    table_deinit(&model->fds);
}

void model_copy(struct model *model, const struct model *source)
{
    struct table tasks = model->tasks;
    struct table timers = model->timers;
    struct table fds = model->fds;

    table_copy(&tasks, &source->tasks);
    table_copy(&timers, &source->timers);
    table_copy(&fds, &source->fds);
    *model = *source;
    model->tasks = tasks;
    model->timers = timers;
    model->fds = fds;
}

size_t model_size(const struct model *model)
{
    return sizeof(*model) + table_size(&model->tasks) +
           table_size(&model->timers) + table_size(&model->fds);
}

struct model_task *model_task(const struct model *model, uint32_t id)
{
    return id ? table_find(&model->tasks, id) : NULL;
}

struct model_timer *model_timer(const struct model *model, uint32_t id)
{
    return table_find(&model->timers, id);
}

struct model_fd *model_fd(const struct model *model, uint32_t id)
{
    return table_find(&model->fds, id);
}

const char *model_state_name(enum model_state state)
{
    static const char *const names[] = {
        [MODEL_IDLE] = "idle",
        [MODEL_QUEUED] = "queued",
        [MODEL_RUNNING] = "running",
        [MODEL_FINISHED] = "finished",
    };

    return names[state];
}

bool model_is_stranded(const struct model_task *task)
{
    return task->state == MODEL_IDLE && task->stranded_event != MODEL_NONE;
}

/* ---- the queue: a list through the tasks ---- */

static struct model_task *task_at(const struct model *model, uint64_t index)
{
    return index == MODEL_NONE ? NULL : table_at(&model->tasks, index);
}

void model_leave_queue(struct model *model, struct model_task *task)
{
    struct model_task *previous = task_at(model, task->queue_previous);
    struct model_task *next = task_at(model, task->queue_next);

    if (!task->is_in_queue) {
        return;
    }
    *(previous ? &previous->queue_next : &model->queue_first) =
        task->queue_next;
    *(next ? &next->queue_previous : &model->queue_last) = task->queue_previous;
    task->queue_previous = MODEL_NONE;
    task->queue_next = MODEL_NONE;
    task->is_in_queue = false;
    model->queue_length--;
}

void model_join_queue(struct model *model, struct model_task *task)
{
    uint64_t index = table_index(&model->tasks, task);
    struct model_task *last = task_at(model, model->queue_last);

    if (task->is_in_queue) {
        return;
    }
    *(last ? &last->queue_next : &model->queue_first) = index;
    task->queue_previous = model->queue_last;
    model->queue_last = index;
    task->is_in_queue = true;
    model->queue_length++;
}
