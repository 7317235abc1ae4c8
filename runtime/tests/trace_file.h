/*
 * Reading a trace file, for tests of the trace and of the hostile mode.
 */
#ifndef TRACE_FILE_H
#define TRACE_FILE_H

#include <stddef.h>

#include "sched/runtime.h"
#include "trace/format.h"

struct trace_file {
    char *bytes; /* owned */
    size_t size;
    const struct rt_trace_header *header;
    const struct rt_trace_record *records;
    size_t count; /* records in the file */
};

/* A path for the traces of this test. */
const char *trace_path(void);

/* A builder that traces there, with a paused clock. */
struct rt_builder trace_builder(void);

/* Reads the file and removes it; the test fails when it is no trace. */
struct trace_file trace_load(void);
void trace_free(struct trace_file *file);

const char *trace_text(const struct trace_file *file, uint64_t offset);

/* How many records of the type, with this detail or any (-1). */
size_t trace_count(const struct trace_file *file, enum rt_trace_type type,
                   int detail);

/* The n-th record of the type, from 0; the test fails when there is none. */
const struct rt_trace_record *trace_find(const struct trace_file *file,
                                         enum rt_trace_type type, size_t n);

#endif
