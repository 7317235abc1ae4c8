/*
 * Sentence: says in plain language what an event is, and why it happens.
 *
 * The words depend on the program's doings only. Real durations, process
 * numbers and fd numbers stay out, so the same run gives the same words.
 */
#ifndef VISUALIZER_SENTENCE_H
#define VISUALIZER_SENTENCE_H

#include "model.h"
#include "text.h"

/*
 * The event as a sentence without a full stop. model is the state before it.
 */
void sentence_add(struct text *text, const struct trace *trace,
                  const struct model *model, const struct trace_event *event);

/* The rule of async programs that the event is an example of, or NULL. */
const char *sentence_rule(const struct trace_event *event);

#endif
