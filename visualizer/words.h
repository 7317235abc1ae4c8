/*
 * Words: says in plain language what an event is, and why it happens.
 *
 * The words depend on the program's doings only. Real durations, process
 * numbers and fd numbers stay out, so the same run gives the same words.
 */
#ifndef VISUALIZER_WORDS_H
#define VISUALIZER_WORDS_H

#include "model.h"
#include "text.h"

/* "task 2 'say'"; "the runtime" for 0. */
void words_add_task(struct text *text, const struct trace *trace,
                    const struct model *model, uint32_t task);

/* "delayed_hello > sleep": what the task waits in. */
void words_add_chain(struct text *text, const struct trace *trace,
                     const struct model_task *task);

/* "tcp stream 2": named by the order of registration. */
void words_add_fd(struct text *text, const struct trace *trace,
                  const struct model *model, uint32_t fd);

/* "readable", "writable" or both. */
const char *words_ready(unsigned ready);

/* "paused", "real", ... */
const char *words_clock(uint32_t clock);

/*
 * The event as a sentence without a full stop. model is the state before it.
 */
void words_add_event(struct text *text, const struct trace *trace,
                     const struct model *model,
                     const struct trace_event *event);

/* The rule of async programs that the event is an example of, or NULL. */
const char *words_rule(const struct trace_event *event);

/* What a wake came from: "timer 3", "task 1 'main'", ... */
void words_add_source(struct text *text, const struct trace *trace,
                      const struct model *model,
                      const struct trace_event *event);

#endif
