/*
 * Facts: what a trace tells about a program, as JSON, for the grader.
 */
#ifndef VISUALIZER_FACTS_H
#define VISUALIZER_FACTS_H

#include "text.h"
#include "trace_file.h"

/* Adds one JSON object and a line feed to out. */
void facts_add(struct text *out, struct trace *trace);

#endif
