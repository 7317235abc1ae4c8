/*
 * Layout: what the screen shows, as a pure function from a scene to a grid.
 *
 * From the top: the title with the clock, the tasks, the ready queue, timers
 * and fds, the event with its rule, the program's output, the timeline, the
 * keys. A wake is an arrow in the margin: on the left from a timer or a task,
 * on the right from an fd, to the task that is woken.
 */
#ifndef VISUALIZER_LAYOUT_H
#define VISUALIZER_LAYOUT_H

#include "grid.h"
#include "model.h"

enum {
    LAYOUT_ROWS = 18, /* the least that it can do with */
    LAYOUT_COLUMNS = 60,
};

/* All that the screen depends on. Everything is borrowed. */
struct scene {
    struct trace *trace;
    const struct model *model;       /* after the event */
    const struct trace_event *event; /* the current one; type NONE: at the
                                        beginning, before the first */
    const char *caption;             /* the event in words */
    uint64_t position;               /* events so far */
    uint32_t selected;               /* task; 0: none */
    bool is_following;               /* steps stop at the selected task only */
    bool is_playing;
    bool is_live;              /* the program still writes */
    const char *speed;         /* "x2" */
    const char *message;       /* in place of the keys; or NULL */
    const char *overlay_title; /* a page over the screen; or NULL */
    const char *overlay;       /* its lines */
    uint64_t overlay_top;      /* its first line to be seen */
};

/* Draws the scene into the grid, whose size is that of the screen. */
void layout_draw(struct grid *grid, const struct scene *scene);

/* Lines of an overlay that a grid of so many rows shows at once. */
size_t layout_overlay_rows(size_t rows);

#endif
