/* The panels of what wakes tasks: timers and fds. */
#include "panels.h"

#include <inttypes.h>

#include "words.h"

/* ---- timers, the next first ---- */

static bool is_before(const struct model_timer *a, const struct model_timer *b)
{
    return a->deadline_ns < b->deadline_ns ||
           (a->deadline_ns == b->deadline_ns && a->id < b->id);
}

/* The rows earliest timers, in order; the one just fired stands first. */
static size_t choose_timers(const struct scene *scene, size_t rows,
                            const struct model_timer *chosen[PANELS_ROWS_MOST])
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
    const struct model_timer *chosen[PANELS_ROWS_MOST];
    size_t count = choose_timers(scene, panels_at_most(rows), chosen);

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
    const struct model_timer *chosen[PANELS_ROWS_MOST];
    size_t count = choose_timers(scene, panels_at_most(rows), chosen);
    size_t all = model->timers.count + (model->fired.id != 0);

    panels_draw_list_heading(grid, row, 0, end, "timers", all - count);
    for (size_t i = 0; i < count; i++) {
        bool is_fired = chosen[i] == &model->fired;
        struct text text = {0};

        text_format(&text, "timer %" PRIu32 "  ", chosen[i]->id);
        text_add_time(&text, chosen[i]->deadline_ns);
        text_format(&text, "  task %" PRIu32 "%s", chosen[i]->task,
                    is_fired ? "  fired" : "");
        grid_put(grid, row + 1 + i, PANELS_MARGIN, end - 1, text_get(&text),
                 is_fired ? GRID_WAKE : GRID_PLAIN);
        text_deinit(&text);
    }
}

/* ---- fds, in the order of their registration ---- */

/* The line to the judge is not the program's. */
static bool is_shown(const struct scene *scene, const struct model_fd *fd)
{
    return !trace_is_conductor(scene->trace, fd->what);
}

static size_t count_fds(const struct scene *scene)
{
    size_t count = 0;

    for (size_t i = 0; i < scene->model->fds.count; i++) {
        count += is_shown(scene, table_at(&scene->model->fds, i));
    }
    return count;
}

static size_t choose_fds(const struct scene *scene, size_t rows,
                         const struct model_fd *chosen[PANELS_ROWS_MOST])
{
    const struct table *fds = &scene->model->fds;
    uint32_t last = 0;
    size_t count = 0;

    while (count < rows) {
        const struct model_fd *next = NULL;

        for (size_t i = 0; i < fds->count; i++) {
            const struct model_fd *fd = table_at(fds, i);

            if (fd->ordinal > last && is_shown(scene, fd) &&
                (!next || fd->ordinal < next->ordinal)) {
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
    const struct model_fd *chosen[PANELS_ROWS_MOST];
    size_t count = choose_fds(scene, panels_at_most(rows), chosen);

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
    const struct model_fd *chosen[PANELS_ROWS_MOST];
    size_t count = choose_fds(scene, panels_at_most(rows), chosen);

    panels_draw_list_heading(grid, row, column, grid->columns, "fds",
                             count_fds(scene) - count);
    for (size_t i = 0; i < count; i++) {
        uint32_t waiter = waiter_of(scene, chosen[i]->id);
        struct text text = {0};

        words_add_fd(&text, scene->trace, scene->model, chosen[i]->id);
        text_format(&text, "  %s", words_ready(chosen[i]->ready));
        if (waiter) {
            text_format(&text, "  task %" PRIu32 " waits", waiter);
        }
        grid_put(grid, row + 1 + i, column + 1, grid->columns - PANELS_MARGIN,
                 text_get(&text), chosen[i]->ready ? GRID_STRONG : GRID_PLAIN);
        text_deinit(&text);
    }
}
