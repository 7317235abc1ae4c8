#include "panels.h"

#include <inttypes.h>
#include <string.h>

#include "words.h"

enum {
    MARGIN = 3,
    ROWS_MOST = 64, /* of one list, on the tallest screen */
    ID_COLUMNS = 5,
    NAME_COLUMNS = 19,
    STATE_COLUMNS = 10,
    POLLS_COLUMNS = 7,
};

static size_t at_most(size_t rows)
{
    return rows < ROWS_MOST ? rows : ROWS_MOST;
}

void panels_draw_heading(struct grid *grid, size_t row, size_t column,
                         size_t end, const char *title)
{
    grid_put_line(grid, row, column, end, GRID_LINE, GRID_FAINT);
    column = grid_put(grid, row, column + MARGIN - 1, end, " ", GRID_FAINT);
    column = grid_put(grid, row, column, end, title, GRID_FAINT);
    grid_put(grid, row, column, end, " ", GRID_FAINT);
}

/* Writes "title (N more)" when the list doesn't fit. */
static void draw_list_heading(struct grid *grid, size_t row, size_t column,
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
                           size_t indexes[ROWS_MOST])
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
    size_t indexes[ROWS_MOST];
    size_t count = choose_tasks(scene, at_most(rows), indexes);

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

/* What the task waits for, in as few words as can be. */
static void add_reason(struct text *text, const struct scene *scene,
                       const struct model_task *task)
{
    static const char *const ends[] = {"ran to its end", "aborted",
                                       "dropped with the runtime"};

    if (model_is_stranded(task)) {
        text_add(text, "nobody holds its waker! ");
    }
    if (task->state == MODEL_FINISHED) {
        text_add(text,
                 task->end <= RT_TRACE_END_SHUTDOWN ? ends[task->end] : "");
        return;
    }
    for (size_t i = 0; i < task->chain_length; i++) {
        const char *name = trace_string(scene->trace, task->chain[i]);

        text_add(text, i ? " > " : "");
        text_add_visible(text, name, strlen(name));
    }
    for (size_t i = 0; i < task->wait_count; i++) {
        text_add(text, i ? ", " : ": ");
        if (task->waits[i].kind == MODEL_WAIT_FD) {
            words_add_fd(text, scene->trace, scene->model, task->waits[i].id);
        } else if (task->waits[i].kind == MODEL_WAIT_TASK) {
            text_format(text, "task %" PRIu32, task->waits[i].id);
        }
    }
}

static void draw_task(struct grid *grid, const struct scene *scene,
                      const struct model_task *task, size_t row)
{
    const char *name = trace_string(scene->trace, task->name);
    enum grid_style style = style_of(task);
    size_t column = MARGIN;
    struct text text = {0};

    if (task->id == scene->selected) {
        grid_select(grid, row);
        grid_put(grid, row, MARGIN - 1, MARGIN, ">", GRID_STRONG);
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
    grid_put(grid, row, column, grid->columns - MARGIN, text_get(&text), style);
    text_deinit(&text);
}

void panels_draw_tasks(struct grid *grid, const struct scene *scene, size_t row,
                       size_t rows)
{
    size_t indexes[ROWS_MOST];
    size_t count = choose_tasks(scene, at_most(rows), indexes);
    size_t column = MARGIN + ID_COLUMNS + NAME_COLUMNS;
    size_t end = grid->columns;

    draw_list_heading(grid, row, 0, end, "task",
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

/* ---- timers, the next first ---- */

static bool is_before(const struct model_timer *a, const struct model_timer *b)
{
    return a->deadline_ns < b->deadline_ns ||
           (a->deadline_ns == b->deadline_ns && a->id < b->id);
}

/* The rows earliest timers, in order; the one just fired stands first. */
static size_t choose_timers(const struct scene *scene, size_t rows,
                            const struct model_timer *chosen[ROWS_MOST])
{
    const struct model *model = scene->model;
    size_t first = 0;
    size_t count = 0;

    if (model->fired.id) {
        chosen[count++] = &model->fired;
        first = 1;
    }
    for (size_t i = 0; i < model->timers.count; i++) {
        const struct model_timer *timer = table_at(&model->timers, i);
        size_t place = count;

        while (place > first && is_before(timer, chosen[place - 1])) {
            if (place < rows) {
                chosen[place] = chosen[place - 1];
            }
            place--;
        }
        if (place < rows) {
            chosen[place] = timer;
            count += count < rows;
        }
    }
    return count;
}

size_t panels_timer_row(const struct scene *scene, uint32_t timer, size_t first,
                        size_t rows)
{
    const struct model_timer *chosen[ROWS_MOST];
    size_t count = choose_timers(scene, at_most(rows), chosen);

    for (size_t i = 0; i < count; i++) {
        if (chosen[i]->id == timer) {
            return first + i;
        }
    }
    return PANELS_NO_ROW;
}

void panels_draw_timers(struct grid *grid, const struct scene *scene,
                        size_t row, size_t rows, size_t end)
{
    const struct model *model = scene->model;
    const struct model_timer *chosen[ROWS_MOST];
    size_t count = choose_timers(scene, at_most(rows), chosen);
    size_t all = model->timers.count + (model->fired.id != 0);

    draw_list_heading(grid, row, 0, end, "timers", all - count);
    for (size_t i = 0; i < count; i++) {
        bool is_fired = chosen[i] == &model->fired;
        struct text text = {0};

        text_format(&text, "timer %" PRIu32 "  ", chosen[i]->id);
        text_add_time(&text, chosen[i]->deadline_ns);
        text_format(&text, "  task %" PRIu32 "%s", chosen[i]->task,
                    is_fired ? "  fired" : "");
        grid_put(grid, row + 1 + i, MARGIN, end - 1, text_get(&text),
                 is_fired ? GRID_WAKE : GRID_PLAIN);
        text_deinit(&text);
    }
}

/* ---- fds, in the order of their registration ---- */

static size_t choose_fds(const struct scene *scene, size_t rows,
                         const struct model_fd *chosen[ROWS_MOST])
{
    const struct table *fds = &scene->model->fds;
    uint32_t last = 0;
    size_t count = 0;

    while (count < rows) {
        const struct model_fd *next = NULL;

        for (size_t i = 0; i < fds->count; i++) {
            const struct model_fd *fd = table_at(fds, i);

            if (fd->ordinal > last && (!next || fd->ordinal < next->ordinal)) {
                next = fd;
            }
        }
        if (!next) {
            break;
        }
        chosen[count++] = next;
        last = next->ordinal;
    }
    return count;
}

size_t panels_fd_row(const struct scene *scene, uint32_t fd, size_t first,
                     size_t rows)
{
    const struct model_fd *chosen[ROWS_MOST];
    size_t count = choose_fds(scene, at_most(rows), chosen);

    for (size_t i = 0; i < count; i++) {
        if (chosen[i]->id == fd) {
            return first + i;
        }
    }
    return PANELS_NO_ROW;
}

/* The first task that waits for the fd; 0: none. */
static uint32_t waiter_of(const struct scene *scene, uint32_t fd)
{
    const struct table *tasks = &scene->model->tasks;

    for (size_t i = 0; i < tasks->count; i++) {
        const struct model_task *task = table_at(tasks, i);

        for (size_t j = 0; j < task->wait_count; j++) {
            if (task->waits[j].kind == MODEL_WAIT_FD &&
                task->waits[j].id == fd) {
                return task->id;
            }
        }
    }
    return 0;
}

void panels_draw_fds(struct grid *grid, const struct scene *scene, size_t row,
                     size_t rows, size_t column)
{
    const struct model_fd *chosen[ROWS_MOST];
    size_t count = choose_fds(scene, at_most(rows), chosen);

    draw_list_heading(grid, row, column, grid->columns, "fds",
                      scene->model->fds.count - count);
    for (size_t i = 0; i < count; i++) {
        uint32_t waiter = waiter_of(scene, chosen[i]->id);
        struct text text = {0};

        words_add_fd(&text, scene->trace, scene->model, chosen[i]->id);
        text_format(&text, "  %s", words_ready(chosen[i]->ready));
        if (waiter) {
            text_format(&text, "  task %" PRIu32 " waits", waiter);
        }
        grid_put(grid, row + 1 + i, column + 1, grid->columns - MARGIN,
                 text_get(&text), chosen[i]->ready ? GRID_STRONG : GRID_PLAIN);
        text_deinit(&text);
    }
}
