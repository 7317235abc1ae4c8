/*
 * Trace file: opens a trace, distrusts it, and gives out its events.
 *
 *     trace_open(&trace, path, error)     then
 *     trace_read(&trace, i, &event)       for i below trace.count, and
 *     trace_refresh(&trace, error)        to see what a live program added
 *     trace_close(&trace)                 at the end
 *
 * Everything is checked when it comes in, the first time and at a refresh, so
 * the rest of the visualizer can take an event at its word: its type exists
 * and its string lies in the file. Nothing is mapped: a file that shrinks
 * under a mapping would kill us, one that shrinks under a read gives an error.
 * The format is that of trace/format.h.
 */
#ifndef VISUALIZER_TRACE_FILE_H
#define VISUALIZER_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/format.h"

enum {
    TRACE_ERROR_SIZE = 256,
    TRACE_BLOCK_EVENTS = 4096, /* read at once */
    TRACE_BLOCKS = 64,         /* kept in memory */
};

/* One record, decoded. */
struct trace_event {
    uint64_t time_ns;
    uint64_t argument;
    uint32_t task;
    uint32_t other;
    uint16_t detail;
    uint8_t type; /* enum rt_trace_type; NONE: was never written */
    uint8_t worker;
};

struct trace_block {
    uint64_t number;                 /* first event / TRACE_BLOCK_EVENTS */
    size_t filled;                   /* events that are in it */
    struct rt_trace_record *records; /* owned; NULL: unused */
};

struct trace {
    int fd;                        /* owned */
    struct rt_trace_header header; /* as it was at the last refresh */
    uint64_t count;                /* events that can be read */
    uint64_t lost;                 /* events that found no place */
    char *strings;                 /* owned */
    uint64_t string_size;          /* bytes of them */
    struct trace_block blocks[TRACE_BLOCKS];
};

/* What is wrong with a file: one line, without the file's name. */
struct trace_error {
    char text[TRACE_ERROR_SIZE];
};

/* Opens and checks a whole trace. False: error says why; nothing to close. */
bool trace_open(struct trace *trace, const char *path,
                struct trace_error *error);
void trace_close(struct trace *trace);

/* Looks for new events. False: the file is no good trace any more. */
bool trace_refresh(struct trace *trace, struct trace_error *error);

/* Event number index, below trace->count. All zero when reading fails. */
void trace_read(struct trace *trace, uint64_t index, struct trace_event *event);

/* The string at this offset; "" when there is none. Borrowed. */
const char *trace_string(const struct trace *trace, uint64_t offset);

/* True if the argument of this type of event is a string. */
bool trace_has_string(unsigned type);

/*
 * True if an fd of this name is not the program's own, but the line to the
 * judge who moves its clock (sched/conductor.h).
 */
bool trace_is_conductor(const struct trace *trace, uint64_t what);

/* True while the program that writes the trace runs on this machine. */
bool trace_is_live(const struct trace *trace);

/* The program's name without its folder. Borrowed from the header. */
const char *trace_program(const struct trace *trace);

#endif
