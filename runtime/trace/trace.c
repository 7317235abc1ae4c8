#define _GNU_SOURCE /* fopencookie, program_invocation_short_name */

#include "trace/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/panic.h"

enum {
    STRING_CAPACITY = 1 << 20, /* bytes */
    RECORD_CAPACITY = 1 << 20, /* records; the file is sparse */
    INTERN_SLOTS = 4096,
    OUTPUT_MOST = 4096, /* bytes of one write to standard output */
};

struct file {
    struct rt_trace_header header __attribute__((aligned(RT_TRACE_PAGE)));
    char strings[STRING_CAPACITY] __attribute__((aligned(RT_TRACE_PAGE)));
    struct rt_trace_record records[RECORD_CAPACITY];
};

atomic_bool rt_trace_is_on;

static struct {
    int fd;
    struct file *file; /* mapped */
    uint64_t (*now)(void *source);
    void *now_source;
    _Atomic uint32_t interned[INTERN_SLOTS]; /* offsets; 0: free */
    FILE *plain_stdout;
} trace;

/* What this thread is at. */
static _Thread_local struct {
    uint8_t worker;
    uint32_t task;
    enum rt_trace_source source; /* of its wakes while no task runs */
    uint32_t source_id;
} here = {.worker = RT_TRACE_NO_WORKER, .source = RT_TRACE_FROM_THREAD};

/* ---- who is in the mapped file ---- */

static atomic_uint visitors;

static void leave(void)
{
    atomic_fetch_sub(&visitors, 1);
}

/*
 * False: the trace is closed. The order here and the opposite one in
 * rt_trace_close are sequentially consistent: either the close sees us and
 * waits until we leave, or we see that it is off.
 */
static bool enter(void)
{
    atomic_fetch_add(&visitors, 1);
    if (atomic_load(&rt_trace_is_on)) {
        return true;
    }
    leave();
    return false;
}

/* ---- strings ---- */

/* Copies text of length bytes behind the others; 0 when there is no room. */
static uint64_t append_string(const char *text, size_t length)
{
    uint64_t at = atomic_fetch_add(&trace.file->header.string_used, length + 1);

    if (at + length + 1 > STRING_CAPACITY) {
        return 0;
    }
    memcpy(trace.file->strings + at, text, length);
    return at; /* the file was zero, so the NUL is there */
}

static uint32_t hash_string(const char *string)
{
    uint32_t hash = 0;

    for (; *string; string++) {
        hash = hash * 31 + (unsigned char)*string;
    }
    return hash;
}

static uint64_t intern(const char *string)
{
    uint32_t slot = hash_string(string);

    for (int probes = 0; *string && probes < INTERN_SLOTS; probes++, slot++) {
        _Atomic uint32_t *place = &trace.interned[slot % INTERN_SLOTS];
        uint32_t offset = atomic_load(place);

        if (!offset) {
            uint32_t made = (uint32_t)append_string(string, strlen(string));

            /* Another thread may be first; then its string is looked at. */
            if (atomic_compare_exchange_strong(place, &offset, made)) {
                return made;
            }
        }
        if (strcmp(trace.file->strings + offset, string) == 0) {
            return offset;
        }
    }
    return 0;
}

uint64_t rt_trace_string(const char *string)
{
    uint64_t offset = 0;

    if (enter()) {
        offset = intern(string);
        leave();
    }
    return offset;
}

/* ---- records ---- */

void rt_trace_set_worker(uint8_t worker)
{
    here.worker = worker;
}

void rt_trace_set_task(uint32_t task)
{
    here.task = task;
}

uint32_t rt_trace_task(void)
{
    return here.task;
}

void rt_trace_set_source(enum rt_trace_source source, uint32_t id)
{
    here.source = source;
    here.source_id = id;
}

static void write_record(enum rt_trace_type type, uint32_t task, uint32_t other,
                         unsigned detail, uint64_t argument)
{
    /* Relaxed: the place is ours alone; the type publishes the record. */
    uint64_t place = atomic_fetch_add_explicit(&trace.file->header.record_count,
                                               1, memory_order_relaxed);
    struct rt_trace_record *record = &trace.file->records[place];

    if (place >= RECORD_CAPACITY) {
        return; /* the reader sees the count, and says how many are lost */
    }
    record->time_ns = trace.now(trace.now_source);
    record->sequence = (uint32_t)place;
    record->worker = here.worker;
    record->detail = (uint16_t)detail;
    record->task = task;
    record->other = other;
    record->argument = argument;
    /* Release pairs with the reader's acquire of the type. */
    atomic_store_explicit(&record->type, (uint8_t)type, memory_order_release);
}

void rt_trace_write(enum rt_trace_type type, uint32_t task, uint32_t other,
                    unsigned detail, uint64_t argument)
{
    if (enter()) {
        write_record(type, task, other, detail, argument);
        leave();
    }
}

/* Of the running task; the text is new each time, so it is not looked for. */
static void write_text(enum rt_trace_type type, unsigned detail,
                       const char *text, size_t length)
{
    if (enter()) {
        write_record(type, here.task, 0, detail, append_string(text, length));
        leave();
    }
}

void rt_trace_wake(uint32_t task, enum rt_trace_outcome outcome)
{
    enum rt_trace_source source = here.task ? RT_TRACE_FROM_TASK : here.source;

    rt_trace_write(RT_TRACE_WAKE, task, here.task ? here.task : here.source_id,
                   outcome | source << 8, 0);
}

void rt_trace_mark(const char *text)
{
    RT_TRACE(
        rt_trace_write(RT_TRACE_MARK, here.task, 0, 0, rt_trace_string(text)));
}

/* ---- what the program prints ---- */

#ifdef __GLIBC__
static ssize_t write_output(void *cookie, const char *text, size_t size)
{
    ssize_t written;

    (void)cookie;
    write_text(RT_TRACE_OUTPUT, 1, text,
               size < OUTPUT_MOST ? size : OUTPUT_MOST);
    written = write(STDOUT_FILENO, text, size);
    return written < 0 ? 0 : written; /* 0 is how a cookie reports an error */
}

static FILE *open_traced(void)
{
    return fopencookie(NULL, "w",
                       (cookie_io_functions_t){.write = write_output});
}
#else
#define program_invocation_short_name getprogname()

static FILE *open_traced(void)
{
    return NULL; /* the output is not in the trace */
}
#endif

/* Line by line, so that each line stands in the trace where it was printed. */
static void trace_stdout(void)
{
    FILE *traced = open_traced();

    if (traced) {
        fflush(stdout);
        setvbuf(traced, NULL, _IOLBF, 0);
        trace.plain_stdout = stdout;
        stdout = traced;
    }
}

static void restore_stdout(void)
{
    if (trace.plain_stdout) {
        fclose(stdout);
        stdout = trace.plain_stdout;
        trace.plain_stdout = NULL;
    }
}

/* ---- opening and closing ---- */

static void trace_panic(const char *message)
{
    write_text(RT_TRACE_PANIC, 0, message, strlen(message));
}

static int map_file(const char *path)
{
    void *file = MAP_FAILED;
    int error;

    trace.fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (trace.fd < 0) {
        return -errno;
    }
    if (ftruncate(trace.fd, sizeof(struct file)) == 0) {
        file = mmap(NULL, sizeof(struct file), PROT_READ | PROT_WRITE,
                    MAP_SHARED, trace.fd, 0);
    }
    if (file == MAP_FAILED) {
        error = -errno;
        close(trace.fd);
        return error;
    }
    trace.file = file;
    return 0;
}

static void write_header(const struct rt_trace_info *info)
{
    struct rt_trace_header *header = &trace.file->header;
    uint64_t magic;

    header->version = RT_TRACE_VERSION;
    header->record_size = sizeof(struct rt_trace_record);
    header->string_offset = offsetof(struct file, strings);
    header->string_capacity = STRING_CAPACITY;
    header->record_offset = offsetof(struct file, records);
    header->record_capacity = RECORD_CAPACITY;
    header->started_ns = rt_clock_ns(CLOCK_REALTIME);
    header->seed = info->seed;
    header->hostile = info->hostile;
    header->clock = info->clock;
    header->workers = info->workers;
    header->pid = (uint32_t)getpid();
    snprintf(header->program, sizeof(header->program), "%s",
             program_invocation_short_name);
    atomic_store(&header->string_used, 1); /* offset 0 is "" */
    /*
     * Last: a live reader takes a file without the magic for an empty one.
     * Release pairs with its acquire.
     */
    memcpy(&magic, RT_TRACE_MAGIC, sizeof(magic));
    __atomic_store_n((uint64_t *)(void *)header->magic, magic,
                     __ATOMIC_RELEASE);
}

int rt_trace_open(const char *path, const struct rt_trace_info *info)
{
    int error;

    do {
        error = rt_trace_is_on ? -EBUSY : map_file(path);
    } while (error == -EINTR);
    if (error) {
        return error;
    }
    for (int i = 0; i < INTERN_SLOTS; i++) {
        atomic_init(&trace.interned[i], 0);
    }
    trace.now = info->now;
    trace.now_source = info->now_source;
    write_header(info);
    rt_panic_set_hook(trace_panic);
    atomic_store(&rt_trace_is_on, true);
    trace_stdout();
    return 0;
}

void rt_trace_close(void)
{
    uint64_t count;

    if (!rt_trace_is_on) {
        return;
    }
    restore_stdout();
    atomic_store(&rt_trace_is_on, false);
    while (atomic_load(&visitors) > 0) {
        sched_yield();
    }
    rt_panic_set_hook(NULL);
    count = atomic_load(&trace.file->header.record_count);
    count = count < RECORD_CAPACITY ? count : RECORD_CAPACITY;
    munmap(trace.file, sizeof(struct file));
    /* A cut that fails leaves zeros, which readers take for the end. */
    (void)!ftruncate(trace.fd, (off_t)offsetof(struct file, records[count]));
    close(trace.fd);
}
