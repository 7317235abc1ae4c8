#include "trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

/* More would be no trace of ours; it keeps a hostile file from our memory. */
#define STRING_MOST ((uint64_t)1 << 30)
#define RECORD_MOST ((uint64_t)1 << 40)

static bool fail(struct trace_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(struct trace_error *error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    return false;
}

/* ---- bytes ---- */

/* Reads up to size bytes at offset; returns how many came, or -1. */
static ssize_t read_at(int fd, void *buffer, size_t size, uint64_t offset)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pread(fd, (char *)buffer + done, size - done,
                          (off_t)(offset + done));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return -1;
        }
        if (n == 0) {
            break;
        }
        done += (size_t)n;
    }
    return (ssize_t)done;
}

static bool file_size(const struct trace *trace, uint64_t *size,
                      struct trace_error *error)
{
    struct stat status;

    if (fstat(trace->fd, &status) < 0) {
        return fail(error, "%s", strerror(errno));
    }
    if (S_ISDIR(status.st_mode)) {
        return fail(error, "is a folder, not a trace");
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(error, "is not a file");
    }
    *size = (uint64_t)status.st_size;
    return true;
}

/* ---- the header ---- */

static bool check_version(const struct rt_trace_header *header,
                          struct trace_error *error)
{
    if (header->version != RT_TRACE_VERSION) {
        return fail(error,
                    "is a trace of version %" PRIu32
                    "; this program reads version %d",
                    header->version, RT_TRACE_VERSION);
    }
    if (header->record_size != sizeof(struct rt_trace_record)) {
        return fail(error, "is damaged: its records are of %" PRIu32 " bytes",
                    header->record_size);
    }
    return true;
}

/* The three parts lie one behind the other. */
static bool check_places(const struct rt_trace_header *header,
                         struct trace_error *error)
{
    if (header->string_offset < sizeof(*header) ||
        header->string_offset > STRING_MOST ||
        header->string_capacity > STRING_MOST ||
        header->record_offset <
            header->string_offset + header->string_capacity ||
        header->record_offset > 2 * STRING_MOST ||
        header->record_capacity > RECORD_MOST) {
        return fail(error, "is damaged: its header makes no sense");
    }
    if (header->clock > RT_TRACE_CLOCK_SCALED) {
        return fail(error, "is damaged: it has an unknown clock");
    }
    return true;
}

static bool read_header(struct trace *trace, uint64_t size,
                        struct trace_error *error)
{
    struct rt_trace_header *header = &trace->header;
    ssize_t got = read_at(trace->fd, header, sizeof(*header), 0);

    if (got < 0) {
        return fail(error, "%s", strerror(errno));
    }
    if (got == 0) {
        return fail(error, "is empty");
    }
    if ((size_t)got < sizeof(header->magic) ||
        memcmp(header->magic, RT_TRACE_MAGIC, sizeof(header->magic)) != 0) {
        return fail(error, "is not a Polliwog trace");
    }
    if ((size_t)got < sizeof(*header)) {
        return fail(error, "is cut short: its header is not all there");
    }
    header->program[sizeof(header->program) - 1] = '\0';
    if (!check_version(header, error) || !check_places(header, error)) {
        return false;
    }
    return size >= header->record_offset ||
           fail(error, "is cut short: it ends before its first event");
}

/* ---- strings ---- */

static bool read_strings(struct trace *trace, struct trace_error *error)
{
    uint64_t used = trace->header.string_used;
    uint64_t capacity = trace->header.string_capacity;
    uint64_t size = used < capacity ? used : capacity;
    ssize_t got;

    memory_destroy(trace->strings);
    trace->strings = memory_create((size_t)size + 1, 1);
    trace->string_size = size;
    got = read_at(trace->fd, trace->strings, (size_t)size,
                  trace->header.string_offset);
    return got == (ssize_t)size || fail(error, "can't be read to its end");
}

bool trace_has_string(unsigned type)
{
    return type == RT_TRACE_SPAWN || type == RT_TRACE_AWAIT ||
           type == RT_TRACE_IO_REGISTER || type == RT_TRACE_MARK ||
           type == RT_TRACE_OUTPUT || type == RT_TRACE_PANIC;
}

const char *trace_string(const struct trace *trace, uint64_t offset)
{
    return offset < trace->string_size ? trace->strings + offset : "";
}

/* ---- records ---- */

static void load_block(struct trace *trace, struct trace_block *block,
                       uint64_t number)
{
    uint64_t first = number * TRACE_BLOCK_EVENTS;
    uint64_t left = trace->count - first;
    size_t wanted = left < TRACE_BLOCK_EVENTS ? left : TRACE_BLOCK_EVENTS;
    size_t size = wanted * sizeof(*block->records);
    uint64_t at =
        trace->header.record_offset + first * sizeof(struct rt_trace_record);

    if (!block->records) {
        block->records =
            memory_create(TRACE_BLOCK_EVENTS, sizeof(*block->records));
    }
    if (read_at(trace->fd, block->records, size, at) != (ssize_t)size) {
        memset((void *)block->records, 0, size);
    }
    block->number = number;
    block->filled = wanted;
}

void trace_read(struct trace *trace, uint64_t index, struct trace_event *event)
{
    uint64_t number = index / TRACE_BLOCK_EVENTS;
    struct trace_block *block = &trace->blocks[number % TRACE_BLOCKS];
    size_t place = index % TRACE_BLOCK_EVENTS;
    const struct rt_trace_record *record;

    if (!block->records || block->number != number || place >= block->filled) {
        load_block(trace, block, number);
    }
    record = &block->records[place];
    *event = (struct trace_event){
        .time_ns = record->time_ns,
        .argument = record->argument,
        .task = record->task,
        .other = record->other,
        .detail = record->detail,
        .type = atomic_load_explicit(&record->type, memory_order_relaxed),
        .worker = record->worker,
    };
}

static bool check_record(const struct trace *trace, uint64_t index,
                         const struct rt_trace_record *record,
                         struct trace_error *error)
{
    unsigned type = record->type;

    if (type >= RT_TRACE_TYPE_COUNT) {
        return fail(error,
                    "is damaged: event %" PRIu64 " is of unknown type %u",
                    index + 1, type);
    }
    if (type != RT_TRACE_NONE && record->sequence != (uint32_t)index) {
        return fail(error,
                    "is damaged: event %" PRIu64 " says it is number %" PRIu32,
                    index + 1, record->sequence + 1);
    }
    if (trace_has_string(type) && record->argument != 0 &&
        record->argument >= trace->string_size) {
        return fail(error,
                    "is damaged: event %" PRIu64
                    " names a string that is not there",
                    index + 1);
    }
    return true;
}

/*
 * The kernel copies while the program may be writing, and a record's type,
 * stored last, need not be copied last. So after a look at a live trace the
 * blocks are read anew: what had its type then is whole by now.
 */
static void forget_blocks(struct trace *trace)
{
    for (size_t i = 0; i < TRACE_BLOCKS; i++) {
        trace->blocks[i].filled = 0;
    }
}

/*
 * Checks the events from trace->count up to end. A live program may have
 * taken a place and not filled it yet: stop before it, it will be there at
 * the next refresh. A dead one will never fill it: go over it.
 */
static bool check_records(struct trace *trace, uint64_t end,
                          struct trace_error *error)
{
    bool is_live = trace_is_live(trace);
    uint64_t index = trace->count;

    trace->count = end;
    for (; index < end; index++) {
        struct trace_event event;
        struct trace_block *block =
            &trace->blocks[index / TRACE_BLOCK_EVENTS % TRACE_BLOCKS];

        trace_read(trace, index, &event);
        if (event.type == RT_TRACE_NONE && is_live) {
            break;
        }
        if (!check_record(trace, index,
                          &block->records[index % TRACE_BLOCK_EVENTS], error)) {
            trace->count = index;
            return false;
        }
    }
    trace->count = index;
    if (is_live) {
        forget_blocks(trace);
    }
    return true;
}

/* ---- opening ---- */

bool trace_refresh(struct trace *trace, struct trace_error *error)
{
    uint64_t size = 0;
    uint64_t begun;
    uint64_t there;

    if (!file_size(trace, &size, error) || !read_header(trace, size, error) ||
        !read_strings(trace, error)) {
        return false;
    }
    begun = trace->header.record_count;
    if (begun > trace->header.record_capacity) {
        trace->lost = begun - trace->header.record_capacity;
        begun = trace->header.record_capacity;
    }
    there =
        (size - trace->header.record_offset) / sizeof(struct rt_trace_record);
    if (there < begun) {
        return fail(error,
                    "is cut short: %" PRIu64 " of its %" PRIu64
                    " events are there",
                    there, begun);
    }
    if (begun < trace->count) {
        return fail(error, "was begun anew by another run");
    }
    return check_records(trace, begun, error);
}

bool trace_open(struct trace *trace, const char *path,
                struct trace_error *error)
{
    *trace = (struct trace){0};
    /* Not to wait for a writer when the path is a named pipe. */
    trace->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (trace->fd < 0) {
        return fail(error, "%s", strerror(errno));
    }
    if (!trace_refresh(trace, error)) {
        trace_close(trace);
        return false;
    }
    return true;
}

void trace_close(struct trace *trace)
{
    for (size_t i = 0; i < TRACE_BLOCKS; i++) {
        memory_destroy((void *)trace->blocks[i].records);
    }
    memory_destroy(trace->strings);
    close(trace->fd);
    *trace = (struct trace){.fd = -1};
}

bool trace_is_conductor(const struct trace *trace, uint64_t what)
{
    return strcmp(trace_string(trace, what), "conductor") == 0;
}

bool trace_is_live(const struct trace *trace)
{
    pid_t pid = (pid_t)trace->header.pid;

    return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

const char *trace_program(const struct trace *trace)
{
    const char *slash = strrchr(trace->header.program, '/');

    return slash ? slash + 1 : trace->header.program;
}
