/*
 * Why: walks back from a task to the causes of its state.
 *
 * This poll was caused by that wake, the wake by a timer, the timer was set
 * in an earlier poll, and so on, until the spawn. For a task that waits it
 * says who can end the wait; when nobody can, that is the missing edge.
 */
#ifndef VISUALIZER_WHY_H
#define VISUALIZER_WHY_H

#include "model.h"
#include "text.h"

/* Adds the answer, in lines. model is the present state. */
void why_add(struct text *text, struct trace *trace, const struct model *model,
             uint32_t task);

#endif
