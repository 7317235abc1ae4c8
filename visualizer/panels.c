#include "panels.h"

#include <inttypes.h>
#include <string.h>

#include "words.h"

enum {
    ID_COLUMNS = 5,
    NAME_COLUMNS = 19,
    STATE_COLUMNS = 10,
    POLLS_COLUMNS = 7,
};

void panels_draw_heading(struct grid *grid, size_t row, size_t column,
                         size_t end, const char *title)
{
    grid_put_line(grid, row, column, end, GRID_LINE, GRID_FAINT);
    column =
        grid_put(grid, row, column + PANELS_MARGIN - 1, end, " ", GRID_FAINT);
    column = grid_put(grid, row, column, end, title, GRID_FAINT);
    grid_put(grid, row, column, end, " ", GRID_FAINT);
}

void panels_draw_list_heading(struct grid *grid, size_t row, size_t column,
                              size_t end, const char *title, size_t left_out)
{
    struct text text = {0};

    text_add(&text, title);
    if (left_out) {
        text_format(&text, " (%zu more)", left_out);
    }
    panels_draw_heading(grid, row, column, end, text_get(&text));
    text_deinit(&text);
}

/* ---- which tasks are shown ---- */

/* The task that must be seen: that of the event, or the one selected. */
static uint32_t focus_of(const struct scene *scene)
{
    bool is_about_task =
        scene->event->task && model_task(scene->model, scene->event->task);

    return is_about_task && !scene->is_following ? scene->event->task
                                                 : scene->selected;
}

/* With too little room, finished tasks are left out, but the focus stays. */
static bool is_listed(const struct scene *scene, const struct model_task *task,
                      bool has_room)
{
    return has_room || task->state != MODEL_FINISHED ||
           task->id == focus_of(scene) || task->id == scene->selected;
}

/*
 * Fills indexes with the numbers of the tasks to show and returns how many.
 * The list moves by whole screens, so that it doesn't jump at each step.
 */
static size_t choose_tasks(const struct scene *scene, size_t rows,
                           size_t indexes[PANELS_ROWS_MOST])
{
    const struct table *tasks = &scene->model->tasks;
    bool has_room = tasks->count <= rows;
    uint32_t focus = focus_of(scene);
    size_t count = 0;
    bool has_focus = focus == 0;

    for (size_t i = 0; i < tasks->count; i++) {
        const struct model_task *task = table_at(tasks, i);

        if (!is_listed(scene, task, has_room)) {
            continue;
        }
        if (count == rows && has_focus) {
            break;
        }
        count = count == rows ? 0 : count;
        indexes[count++] = i;
        has_focus |= task->id == focus;
    }
    return count;
}

size_t panels_task_row(const struct scene *scene, uint32_t task, size_t first,
                       size_t rows)
{
    size_t indexes[PANELS_ROWS_MOST];
    size_t count = choose_tasks(scene, panels_at_most(rows), indexes);

    for (size_t i = 0; i < count; i++) {
        const struct model_task *shown =
            table_at(&scene->model->tasks, indexes[i]);

        if (shown->id == task) {
            return first + i;
        }
    }
    return PANELS_NO_ROW;
}

/* ---- a task ---- */

static enum grid_style style_of(const struct model_task *task)
{
    static const enum grid_style styles[] = {
        [MODEL_IDLE] = GRID_IDLE,
        [MODEL_QUEUED] = GRID_QUEUED,
        [MODEL_RUNNING] = GRID_RUNNING,
        [MODEL_FINISHED] = GRID_FINISHED,
    };

    return model_is_stranded(task) ? GRID_WARNING : styles[task->state];
}

/* Adds what stands between the levels and the things waited for. */
static void add_separator(struct text *text, const char *separator)
{
    if (text->length) {
        text_add(text, separator);
    }
}

/* The first level is the task's own future, whose name stands there already. */
static void add_chain(struct text *text, const struct scene *scene,
                      const struct model_task *task)
{
    for (size_t i = 1; i < task->chain_length; i++) {
        const char *name = trace_string(scene->trace, task->chain[i]);

        add_separator(text, " > ");
        text_add_visible(text, name, strlen(name));
    }
}

static void add_waits(struct text *text, const struct scene *scene,
                      const struct model_task *task)
{
    const struct table *timers = &scene->model->timers;

    for (size_t i = 0; i < task->wait_count; i++) {
        add_separator(text, i ? ", " : ": ");
        if (task->waits[i].kind == MODEL_WAIT_FD) {
            words_add_fd(text, scene->trace, scene->model, task->waits[i].id);
        } else if (task->waits[i].kind == MODEL_WAIT_TASK) {
            text_format(text, "task %" PRIu32, task->waits[i].id);
        }
    }
    for (size_t i = 0; task->timers_armed && i < timers->count; i++) {
        const struct model_timer *timer = table_at(timers, i);

        if (timer->task == task->id) {
            add_separator(text, task->wait_count ? ", " : ": ");
            text_format(text, "timer %" PRIu32, timer->id);
        }
    }
}

/* What the task waits for, in as few words as can be. */
static void add_reason(struct text *text, const struct scene *scene,
                       const struct model_task *task)
{
    static const char *const ends[] = {"ran to its end", "aborted",
                                       "dropped with the runtime"};

    if (task->state == MODEL_FINISHED) {
        text_add(text,
                 task->end <= RT_TRACE_END_SHUTDOWN ? ends[task->end] : "");
    } else if (task->state == MODEL_RUNNING) {
        text_add(text, "(in a poll)");
    } else if (model_is_stranded(task)) {
        text_add(text, "nobody holds its waker!");
    } else {
        add_chain(text, scene, task);
        add_waits(text, scene, task);
    }
}

static void draw_task(struct grid *grid, const struct scene *scene,
                      const struct model_task *task, size_t row)
{
    const char *name = trace_string(scene->trace, task->name);
    enum grid_style style = style_of(task);
    size_t column = PANELS_MARGIN;
    struct text text = {0};

    if (task->id == scene->selected) {
        grid_select(grid, row);
        grid_put(grid, row, PANELS_MARGIN - 1, PANELS_MARGIN, ">", GRID_STRONG);
    }
    text_format(&text, "%4" PRIu32, task->id);
    grid_put(grid, row, column, column + ID_COLUMNS, text_get(&text), style);
    column += ID_COLUMNS;
    text_clear(&text);
    text_add_visible(&text, name, strlen(name));
    grid_put(grid, row, column, column + NAME_COLUMNS - 1, text_get(&text),
             style);
    column += NAME_COLUMNS;
    grid_put(grid, row, column, column + STATE_COLUMNS,
             model_state_name(task->state), style);
    column += STATE_COLUMNS;
    text_clear(&text);
    text_format(&text, "%5" PRIu64, task->polls);
    grid_put(grid, row, column, column + POLLS_COLUMNS, text_get(&text), style);
    column += POLLS_COLUMNS;
    text_clear(&text);
    add_reason(&text, scene, task);
    grid_put(grid, row, column, grid->columns - PANELS_MARGIN, text_get(&text),
             style);
    text_deinit(&text);
}

void panels_draw_tasks(struct grid *grid, const struct scene *scene, size_t row,
                       size_t rows)
{
    size_t indexes[PANELS_ROWS_MOST];
    size_t count = choose_tasks(scene, panels_at_most(rows), indexes);
    size_t column = PANELS_MARGIN + ID_COLUMNS + NAME_COLUMNS;
    size_t end = grid->columns;

    panels_draw_list_heading(grid, row, 0, end, "task",
                             scene->model->tasks.count - count);
    grid_put(grid, row, column, end, " state ", GRID_FAINT);
    grid_put(grid, row, column + STATE_COLUMNS, end, " polls ", GRID_FAINT);
    grid_put(grid, row, column + STATE_COLUMNS + POLLS_COLUMNS - 1, end,
             " waits in ", GRID_FAINT);
    for (size_t i = 0; i < count; i++) {
        draw_task(grid, scene, table_at(&scene->model->tasks, indexes[i]),
                  row + 1 + i);
    }
}
