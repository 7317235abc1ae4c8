#include "layout.h"

#include <inttypes.h>
#include <string.h>

#include "panels.h"
#include "sentence.h"
#include "words.h"

enum {
    CAPTION_ROWS = 2,
    FIXED_ROWS = 9 + CAPTION_ROWS, /* all but tasks, timers and output */
    TIMER_ROWS_LEAST = 2,
    PROGRAM_MOST = 22, /* bytes of the program's name */
};

/* Where the parts of the screen begin and how many rows they have. */
struct plan {
    size_t tasks_row;
    size_t tasks_rows;
    size_t queue_row;
    size_t timers_row;
    size_t timers_rows;
    size_t now_row;
    size_t output_row;
    size_t output_rows;
    size_t timeline_row;
    size_t keys_row;
};

static struct plan make_plan(size_t rows)
{
    size_t free_rows = rows - FIXED_ROWS;
    struct plan plan = {0};

    plan.output_rows = rows < 24 ? 1 : rows < 32 ? 2 : 4;
    plan.timers_rows = (free_rows - plan.output_rows) / 3;
    if (plan.timers_rows < TIMER_ROWS_LEAST) {
        plan.timers_rows = TIMER_ROWS_LEAST;
    }
    plan.tasks_rows = free_rows - plan.output_rows - plan.timers_rows;
    plan.tasks_row = 1;
    plan.queue_row = plan.tasks_row + 1 + plan.tasks_rows;
    plan.timers_row = plan.queue_row + 1;
    plan.now_row = plan.timers_row + 1 + plan.timers_rows;
    plan.output_row = plan.now_row + 1 + CAPTION_ROWS + 1;
    plan.timeline_row = plan.output_row + 1 + plan.output_rows;
    plan.keys_row = plan.timeline_row + 1;
    return plan;
}

/* ---- one line each ---- */

static void draw_title(struct grid *grid, const struct scene *scene)
{
    const char *program = trace_program(scene->trace);
    size_t length = strlen(program);
    struct text text = {0};

    grid_put_line(grid, 0, 0, grid->columns, GRID_LINE, GRID_FAINT);
    text_add(&text, " ");
    text_add_visible(&text, program,
                     length < PROGRAM_MOST ? length : PROGRAM_MOST);
    text_format(&text, "  event %" PRIu64 "/%" PRIu64 "  ", scene->position,
                scene->trace->count);
    text_add_time(&text, scene->model->now_ns);
    text_format(&text, " (%s clock)  %s %s%s ",
                words_clock(scene->trace->header.clock),
                scene->is_playing ? "playing" : "stopped", scene->speed,
                scene->is_live ? " live" : "");
    grid_put(grid, 0, 0, grid->columns, text_get(&text), GRID_BAR);
    text_deinit(&text);
}

static void draw_queue(struct grid *grid, const struct scene *scene, size_t row)
{
    const struct model *model = scene->model;
    uint64_t next = model->queue_first;
    size_t column;
    size_t end = grid->columns - PANELS_MARGIN;
    struct text text = {0};

    text_format(&text, "queue (%" PRIu64 "): ", model->queue_length);
    column =
        grid_put(grid, row, PANELS_MARGIN, end, text_get(&text), GRID_FAINT);
    if (next == MODEL_NONE) {
        grid_put(grid, row, column, end, "empty", GRID_FAINT);
    }
    while (next != MODEL_NONE && column + 1 < end) {
        const struct model_task *task = table_at(&model->tasks, next);
        const char *name = trace_string(scene->trace, task->name);

        text_clear(&text);
        text_format(&text, "%" PRIu32 " ", task->id);
        text_add_visible(&text, name, strlen(name));
        column = grid_put(grid, row, column, end, text_get(&text), GRID_QUEUED);
        next = task->queue_next;
        if (next != MODEL_NONE && column + 3 < end) {
            grid_put_sign(grid, row, column + 1, GRID_CHAIN, GRID_FAINT);
            column += 3;
        }
    }
    text_deinit(&text);
}

static void draw_now(struct grid *grid, const struct scene *scene, size_t row)
{
    const char *caption = scene->caption;
    const char *rule = sentence_rule(scene->event);
    size_t end = grid->columns - PANELS_MARGIN;
    struct text text = {0};

    panels_draw_heading(grid, row, 0, grid->columns, "now");
    if (scene->position == 0) {
        caption = "before the first event: press the right arrow to step, "
                  "space to play";
        rule = NULL;
    }
    grid_put_folded(grid, row + 1, CAPTION_ROWS, PANELS_MARGIN, end, caption,
                    GRID_STRONG);
    if (rule) {
        text_format(&text, "the rule: %s", rule);
        grid_put(grid, row + 1 + CAPTION_ROWS, PANELS_MARGIN, end,
                 text_get(&text), GRID_FAINT);
    }
    text_deinit(&text);
}

static void draw_output(struct grid *grid, const struct scene *scene,
                        size_t row, size_t rows)
{
    const struct model *model = scene->model;
    uint64_t first =
        model->output_count > rows ? model->output_count - rows : 0;

    panels_draw_heading(grid, row, 0, grid->columns, "output");
    for (uint64_t i = first; i < model->output_count; i++) {
        struct trace_event event;
        struct text text = {0};
        const char *printed;
        size_t length;

        trace_read(scene->trace, model->output[i % MODEL_OUTPUT_MOST], &event);
        printed = trace_string(scene->trace, event.argument);
        length = strlen(printed);
        length -= length > 0 && printed[length - 1] == '\n';
        text_add_visible(&text, printed, length);
        grid_put(grid, row + 1 + (size_t)(i - first), PANELS_MARGIN,
                 grid->columns - PANELS_MARGIN, text_get(&text), GRID_PLAIN);
        text_deinit(&text);
    }
}

/* The times of the first and the last event, with the position between. */
static void draw_timeline(struct grid *grid, const struct scene *scene,
                          size_t row)
{
    uint64_t count = scene->trace->count;
    struct trace_event last = {0};
    struct text text = {0};
    size_t begin;
    size_t end;
    size_t here;

    if (count) {
        trace_read(scene->trace, count - 1, &last);
    }
    text_add_time(&text, last.time_ns);
    begin =
        grid_put(grid, row, PANELS_MARGIN, grid->columns, "0 s ", GRID_FAINT);
    end = grid->columns - PANELS_MARGIN - text.length;
    grid_put(grid, row, end, grid->columns, text_get(&text), GRID_FAINT);
    text_deinit(&text);
    end--;
    here = begin;
    if (count) {
        here += (size_t)((double)(end - begin - 1) *
                         ((double)scene->position / (double)count));
    }
    grid_put_line(grid, row, begin, here, GRID_PAST, GRID_PLAIN);
    grid_put_line(grid, row, here, end, GRID_LINE, GRID_FAINT);
    grid_put_sign(grid, row, here, GRID_HERE, GRID_STRONG);
}

static void draw_keys(struct grid *grid, const struct scene *scene, size_t row)
{
    const char *keys = "space play  arrows step  j/k task  w why  / search  "
                       "? help  q quit";

    grid_put(grid, row, 1, grid->columns,
             scene->message ? scene->message : keys,
             scene->message ? GRID_STRONG : GRID_BAR);
}

/* ---- the arrow of a wake ---- */

static void draw_arrow(struct grid *grid, size_t from, size_t to, bool is_left)
{
    size_t rail = is_left ? 0 : grid->columns - 1;
    size_t near = is_left ? 1 : grid->columns - 2;
    size_t top = from < to ? from : to;
    size_t bottom = from < to ? to : from;

    for (size_t row = top + 1; row < bottom; row++) {
        grid_put_sign(grid, row, rail, GRID_UPRIGHT, GRID_WAKE);
    }
    if (top != bottom) {
        grid_put_sign(grid, top, rail,
                      is_left ? GRID_DOWN_RIGHT : GRID_DOWN_LEFT, GRID_WAKE);
        grid_put_sign(grid, bottom, rail,
                      is_left ? GRID_UP_RIGHT : GRID_UP_LEFT, GRID_WAKE);
        grid_put_sign(grid, from, near, GRID_LINE, GRID_WAKE);
    } else {
        grid_put_sign(grid, top, rail, GRID_LINE, GRID_WAKE);
    }
    grid_put_sign(grid, to, near, is_left ? GRID_ARROW_RIGHT : GRID_ARROW_LEFT,
                  GRID_WAKE);
}

/* From the source's row; from the caption when the source has no row. */
static void draw_wake(struct grid *grid, const struct scene *scene,
                      const struct plan *plan)
{
    const struct trace_event *event = scene->event;
    unsigned source = model_wake_source(event);
    size_t to = panels_task_row(scene, event->task, plan->tasks_row + 1,
                                plan->tasks_rows);
    size_t from = PANELS_NO_ROW;

    if (event->type != RT_TRACE_WAKE || to == PANELS_NO_ROW) {
        return;
    }
    if (source == RT_TRACE_FROM_TIMER) {
        from = panels_timer_row(scene, event->other, plan->timers_row + 1,
                                plan->timers_rows);
    } else if (source == RT_TRACE_FROM_FD) {
        from = panels_fd_row(scene, event->other, plan->timers_row + 1,
                             plan->timers_rows);
    } else if (source == RT_TRACE_FROM_TASK || source == RT_TRACE_FROM_YIELD) {
        from = panels_task_row(scene, event->other, plan->tasks_row + 1,
                               plan->tasks_rows);
    }
    draw_arrow(grid, from == PANELS_NO_ROW ? plan->now_row + 1 : from, to,
               source != RT_TRACE_FROM_FD || from == PANELS_NO_ROW);
}

/* ---- whole screens ---- */

static void draw_too_small(struct grid *grid)
{
    struct text text = {0};

    text_format(&text,
                "too small: %zux%zu; needs %dx%d. Make it larger, or press q",
                grid->columns, grid->rows, LAYOUT_COLUMNS, LAYOUT_ROWS);
    grid_put_folded(grid, 0, grid->rows, 0, grid->columns, text_get(&text),
                    GRID_STRONG);
    text_deinit(&text);
}

size_t layout_overlay_rows(size_t rows)
{
    return rows > 2 ? rows - 2 : 0;
}

static void draw_overlay(struct grid *grid, const struct scene *scene)
{
    const char *line = scene->overlay;
    size_t last = grid->rows - 1;
    uint64_t number = 0;

    panels_draw_heading(grid, 0, 0, grid->columns, scene->overlay_title);
    while (*line) {
        size_t length = strcspn(line, "\n");

        if (number >= scene->overlay_top &&
            number - scene->overlay_top < layout_overlay_rows(grid->rows)) {
            struct text text = {0};

            text_add_bytes(&text, line, length);
            grid_put(grid, 1 + (size_t)(number - scene->overlay_top), 1,
                     grid->columns - 1, text_get(&text), GRID_PLAIN);
            text_deinit(&text);
        }
        line += length + (line[length] == '\n');
        number++;
    }
    grid_put(grid, last, 1, grid->columns,
             "j/k or arrows scroll  q, Esc or Enter: back", GRID_BAR);
}

static void draw_screen(struct grid *grid, const struct scene *scene)
{
    struct plan plan = make_plan(grid->rows);
    size_t middle = grid->columns / 2;

    draw_title(grid, scene);
    panels_draw_tasks(grid, scene, plan.tasks_row, plan.tasks_rows);
    draw_queue(grid, scene, plan.queue_row);
    panels_draw_timers(grid, scene, plan.timers_row, plan.timers_rows, middle);
    panels_draw_fds(grid, scene, plan.timers_row, plan.timers_rows, middle);
    draw_now(grid, scene, plan.now_row);
    draw_output(grid, scene, plan.output_row, plan.output_rows);
    draw_timeline(grid, scene, plan.timeline_row);
    draw_keys(grid, scene, plan.keys_row);
    draw_wake(grid, scene, &plan);
}

void layout_draw(struct grid *grid, const struct scene *scene)
{
    grid_resize(grid, grid->rows, grid->columns);
    if (grid->rows < LAYOUT_ROWS || grid->columns < LAYOUT_COLUMNS) {
        draw_too_small(grid);
    } else if (scene->overlay_title) {
        draw_overlay(grid, scene);
    } else {
        draw_screen(grid, scene);
    }
}
