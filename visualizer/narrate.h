/*
 * Narration: a trace as text, one line for each event, the message first.
 *
 * For pipes, files, screen readers and tests. Durations of the real world
 * stay out of it: under a paused clock the same program gives the same bytes.
 */
#ifndef VISUALIZER_NARRATE_H
#define VISUALIZER_NARRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "trace_file.h"

/*
 * Writes the whole story. width: columns to fold the lines to; 0: no folding.
 * note: a last line, or NULL. False when out takes no more.
 */
bool narrate(FILE *out, struct trace *trace, size_t width, const char *note);

#endif
