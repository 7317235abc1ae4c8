/*
 * Story: builds a trace file in memory, event by event, for the tests.
 *
 *     struct story story = {0};
 *     story_begin(&story, RT_TRACE_CLOCK_PAUSED);
 *     story_spawn(&story, 1, "main", 0);
 *     ...
 *     story_open(&story, &trace);     or story_write, for a bad file
 *     trace_close(&trace);
 *     story_end(&story);
 */
#ifndef STORY_H
#define STORY_H

#include "text.h"
#include "trace_file.h"

struct story {
    struct rt_trace_header header;
    struct text strings;
    struct text records;
    uint64_t now_ns;
    char path[64]; /* of the file, once it was written */
};

void story_begin(struct story *story, enum rt_trace_clock clock);
void story_end(struct story *story);

/* Adds any event. */
void story_add(struct story *story, enum rt_trace_type type, uint32_t task,
               uint32_t other, unsigned detail, uint64_t argument);

/* The offset of a string. */
uint64_t story_string(struct story *story, const char *string);

/* What happens again and again. */
void story_spawn(struct story *story, uint32_t task, const char *name,
                 uint32_t parent);
void story_poll(struct story *story, uint32_t task);
void story_pending(struct story *story, uint32_t task, const char *awaited);
void story_ready(struct story *story, uint32_t task);
void story_wake(struct story *story, uint32_t task, enum rt_trace_source source,
                uint32_t id);
void story_arm(struct story *story, uint32_t task, uint32_t timer,
               uint64_t deadline_ns);
void story_fire(struct story *story, uint32_t task, uint32_t timer);

/* Three tasks that sleep for 1, 2 and 3 s, and one that waits for them. */
void story_three_sleepers(struct story *story);

/* Makes the file; writes it; opens it, or fails the test. */
void story_bytes(const struct story *story, struct text *bytes);
void story_write(struct story *story, const char *bytes, size_t size);
void story_open(struct story *story, struct trace *trace);

#endif
