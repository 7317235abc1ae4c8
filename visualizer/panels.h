/*
 * Panels: the lists on the screen, of tasks, timers and fds.
 *
 * A list that is longer than its panel shows the part that matters now, and
 * says how many are left out. Which part depends on the scene alone, so that
 * the same moment always looks the same.
 */
#ifndef VISUALIZER_PANELS_H
#define VISUALIZER_PANELS_H

#include "layout.h"

/* What the functions below give for something that is not on the screen. */
#define PANELS_NO_ROW SIZE_MAX

enum {
    PANELS_MARGIN = 3,     /* columns at both sides, for the arrows */
    PANELS_ROWS_MOST = 64, /* of one list, on the tallest screen */
};

/* The rows of a list that are used. */
static inline size_t panels_at_most(size_t rows)
{
    return rows < PANELS_ROWS_MOST ? rows : PANELS_ROWS_MOST;
}

/* A line over columns [column, end) with a title in it. */
void panels_draw_heading(struct grid *grid, size_t row, size_t column,
                         size_t end, const char *title);

/* The same, with "(N more)" when some are left out. */
void panels_draw_list_heading(struct grid *grid, size_t row, size_t column,
                              size_t end, const char *title, size_t left_out);

/* Each draws a heading at row and a list in the rows below it. */
void panels_draw_tasks(struct grid *grid, const struct scene *scene, size_t row,
                       size_t rows);
void panels_draw_timers(struct grid *grid, const struct scene *scene,
                        size_t row, size_t rows, size_t end);
void panels_draw_fds(struct grid *grid, const struct scene *scene, size_t row,
                     size_t rows, size_t column);

/* The row that shows it, when its list begins at row first. */
size_t panels_task_row(const struct scene *scene, uint32_t task, size_t first,
                       size_t rows);
size_t panels_timer_row(const struct scene *scene, uint32_t timer, size_t first,
                        size_t rows);
size_t panels_fd_row(const struct scene *scene, uint32_t fd, size_t first,
                     size_t rows);

#endif
