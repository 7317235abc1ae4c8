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

struct narrate_options {
    size_t width;     /* columns to fold the lines to; 0: no folding */
    uint64_t most;    /* events that are told at most; 0: all */
    const char *note; /* a last line, or NULL; borrowed */
};

/* Writes the whole story. False when out takes no more. */
bool narrate(FILE *out, struct trace *trace,
             const struct narrate_options *options);

#endif
