#include "trace_file.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit.h"

const char *trace_path(void)
{
    static char path[64];

    snprintf(path, sizeof(path), "/tmp/polliwog-trace-%d", (int)getpid());
    return path;
}

struct rt_builder trace_builder(void)
{
    struct rt_builder builder = kit_lone_builder();

    builder.clock = RT_CLOCK_PAUSED;
    builder.trace_path = trace_path();
    return builder;
}

struct trace_file trace_load(void)
{
    struct trace_file trace = {0};
    FILE *file = fopen(trace_path(), "rb");

    ck_assert_ptr_nonnull(file);
    fseek(file, 0, SEEK_END);
    trace.size = (size_t)ftell(file);
    rewind(file);
    trace.bytes = malloc(trace.size);
    ck_assert_uint_eq(fread(trace.bytes, 1, trace.size, file), trace.size);
    fclose(file);
    unlink(trace_path());
    trace.header = (const struct rt_trace_header *)(void *)trace.bytes;
    ck_assert_int_eq(memcmp(trace.header->magic, RT_TRACE_MAGIC, 8), 0);
    trace.records =
        (const struct rt_trace_record *)(void *)(trace.bytes +
                                                 trace.header->record_offset);
    trace.count =
        (trace.size - trace.header->record_offset) / trace.header->record_size;
    return trace;
}

void trace_free(struct trace_file *file)
{
    free(file->bytes);
}

const char *trace_text(const struct trace_file *file, uint64_t offset)
{
    return file->bytes + file->header->string_offset + offset;
}

size_t trace_count(const struct trace_file *file, enum rt_trace_type type,
                   int detail)
{
    size_t count = 0;

    for (size_t i = 0; i < file->count; i++) {
        count += file->records[i].type == type &&
                 (detail < 0 || file->records[i].detail == detail);
    }
    return count;
}

const struct rt_trace_record *trace_find(const struct trace_file *file,
                                         enum rt_trace_type type, size_t n)
{
    for (size_t i = 0; i < file->count; i++) {
        if (file->records[i].type == type && n-- == 0) {
            return &file->records[i];
        }
    }
    ck_abort_msg("no such record: %d", type);
}
