/*
 * Words: what things are called: tasks, fds, wakes, clocks.
 *
 * A task or an fd has the same name wherever it is spoken of. Fds are named
 * by the order of their registration: the kernel's numbers change from run to
 * run.
 */
#ifndef VISUALIZER_WORDS_H
#define VISUALIZER_WORDS_H

#include "model.h"
#include "text.h"

/* A name out of the trace, made visible and not too long. */
void words_add_name(struct text *text, const char *name);

/* "task 2 'say'"; "the runtime" for 0. */
void words_add_task(struct text *text, const struct trace *trace,
                    const struct model *model, uint32_t task);

/* "delayed_hello > sleep": what the task waits in. */
void words_add_chain(struct text *text, const struct trace *trace,
                     const struct model_task *task);

/* "tcp stream 2": named by the order of registration. */
void words_add_fd(struct text *text, const struct trace *trace,
                  const struct model *model, uint32_t fd);

/* The same for one that isn't registered yet. */
void words_add_new_fd(struct text *text, const struct trace *trace,
                      uint64_t what, uint32_t ordinal);

/* "signal 2 (Ctrl-C)". */
void words_add_signal(struct text *text, uint32_t number);

/* "readable", "writable" or both. */
const char *words_ready(unsigned ready);

/* "paused", "real", ... */
const char *words_clock(uint32_t clock);

/* What a wake came from: "timer 3", "task 1 'main'", ... */
void words_add_source(struct text *text, const struct trace *trace,
                      const struct model *model,
                      const struct trace_event *event);

/* What hostile mode has done: "accept fails". */
const char *words_of_hostile(unsigned feature);

#endif
