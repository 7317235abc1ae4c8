/*
 * Grid: a screen full of cells, as a value.
 *
 * The layout writes into a grid, the terminal shows one, and a test compares
 * one with a text. Nothing here knows of a terminal.
 *
 * grid_init first, grid_deinit last.
 */
#ifndef VISUALIZER_GRID_H
#define VISUALIZER_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* What a cell means; how that looks is the terminal's business. */
enum grid_style {
    GRID_PLAIN,
    GRID_FAINT,  /* headings, lines, hints */
    GRID_STRONG, /* what happens now */
    GRID_IDLE,   /* states of tasks */
    GRID_QUEUED,
    GRID_RUNNING,
    GRID_FINISHED,
    GRID_WAKE, /* the arrow of a wake, a timer that fires */
    GRID_WARNING,
    GRID_BAR, /* the first and the last line */
    GRID_STYLE_COUNT
};

/* Signs that have a plain form for terminals without UTF-8. */
enum grid_sign {
    GRID_LINE,        /* ─ */
    GRID_UPRIGHT,     /* │ */
    GRID_DOWN_RIGHT,  /* ╭ */
    GRID_UP_RIGHT,    /* ╰ */
    GRID_DOWN_LEFT,   /* ╮ */
    GRID_UP_LEFT,     /* ╯ */
    GRID_ARROW_RIGHT, /* ▶ */
    GRID_ARROW_LEFT,  /* ◀ */
    GRID_CHAIN,       /* › */
    GRID_HERE,        /* ● */
    GRID_PAST,        /* ━ */
    GRID_SIGN_COUNT
};

struct grid_cell {
    uint32_t code; /* code point; 0: the right half of a wide character */
    uint8_t style; /* enum grid_style */
    bool is_selected;
};

struct grid {
    size_t rows;
    size_t columns;
    bool is_utf8;            /* else only ASCII gets in */
    struct grid_cell *cells; /* owned; row by row */
    size_t capacity;
};

void grid_init(struct grid *grid, bool is_utf8);
void grid_deinit(struct grid *grid);

/* Sets the size and makes everything blank. */
void grid_resize(struct grid *grid, size_t rows, size_t columns);

/* The cell; row and column must be inside. */
struct grid_cell *grid_at(const struct grid *grid, size_t row, size_t column);

/* Puts a sign; outside of the grid nothing happens. */
void grid_put_sign(struct grid *grid, size_t row, size_t column,
                   enum grid_sign sign, enum grid_style style);

/*
 * Writes a UTF-8 string into columns [column, end); what doesn't fit is cut,
 * and the cut shown by "~". Returns the column behind it.
 */
size_t grid_put(struct grid *grid, size_t row, size_t column, size_t end,
                const char *string, enum grid_style style);

/*
 * Writes a string into at most rows lines, folded between words. Returns how
 * many lines it took.
 */
size_t grid_put_folded(struct grid *grid, size_t row, size_t rows,
                       size_t column, size_t end, const char *string,
                       enum grid_style style);

/* A line of signs over columns [column, end). */
void grid_put_line(struct grid *grid, size_t row, size_t column, size_t end,
                   enum grid_sign sign, enum grid_style style);

/* Marks a row as selected. */
void grid_select(struct grid *grid, size_t row);

/* The grid as text, a line a row, without blanks at the ends. */
void grid_add_text(const struct grid *grid, struct text *text);

#endif
