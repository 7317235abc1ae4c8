/*
 * History: the model at any event, forwards and backwards.
 *
 *     history_init(&history, &trace)
 *     history_seek(&history, position)    the state after that many events
 *     history_deinit(&history)
 *
 * Stepping forward applies one event. Stepping back goes to the keyframe
 * before and applies the events from there, so that a step back gives exactly
 * the state of before, whatever the events do. Keyframes are made on the way,
 * each when the events since the last one outweigh it: together they take no
 * more memory than the trace itself.
 */
#ifndef VISUALIZER_HISTORY_H
#define VISUALIZER_HISTORY_H

#include "model.h"
#include "text.h"

struct history {
    struct trace *trace;      /* borrowed */
    struct model model;       /* after event_count events */
    struct trace_event event; /* the last of them; all zero at position 0 */
    struct text caption;      /* what it is, in words */
    struct model *keyframes;  /* owned; in order */
    size_t keyframe_count;
    size_t keyframe_capacity;
};

void history_init(struct history *history, struct trace *trace);
void history_deinit(struct history *history);

/* Goes to the state after position events, or after all there are. */
void history_seek(struct history *history, uint64_t position);

/* The position that history stands at. */
static inline uint64_t history_position(const struct history *history)
{
    return history->model.event_count;
}

#endif
