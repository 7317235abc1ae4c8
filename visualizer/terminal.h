/*
 * Terminal: shows a player on the screen until the user quits.
 *
 * The only file that knows curses. Whatever ends the program, quitting, a
 * signal or a crash of our own, the terminal is as it was before.
 */
#ifndef VISUALIZER_TERMINAL_H
#define VISUALIZER_TERMINAL_H

#include <stdbool.h>

#include "trace_file.h"

/* True if there is a terminal for input and output that can do it. */
bool terminal_is_usable(void);

/* Columns of the terminal that standard output goes to; 0: it is none. */
unsigned terminal_width(void);

/*
 * Runs the screen. is_live: the trace may grow. note: a line to show first,
 * or NULL. False: error says what went wrong, and the terminal is restored.
 */
bool terminal_run(struct trace *trace, bool is_live, const char *note,
                  struct trace_error *error);

#endif
