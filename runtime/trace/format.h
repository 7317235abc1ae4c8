/*
 * Trace format, version 1: what the runtime writes and the visualizer reads.
 *
 * A trace is one file, mapped into the memory of the program that is traced.
 * It has three parts, one behind the other, all little-endian:
 *
 *   offset 0          struct rt_trace_header, in a page of RT_TRACE_PAGE bytes
 *   string_offset     the strings: each one NUL-terminated, named in records
 *                     by its distance from string_offset; distance 0 is ""
 *   record_offset     the records, struct rt_trace_record, in one global order
 *
 * A writer takes the next place with an atomic add on record_count, fills the
 * record, and stores its type last. So a record whose type is 0 is not there
 * yet: a live reader stops before it, a reader of a dead program skips it.
 * When the file is full the program goes on, and lost counts what is missing.
 */
#ifndef RT_TRACE_FORMAT_H
#define RT_TRACE_FORMAT_H

#include <assert.h>
#include <stdint.h>

#include "base/atomic.h"

#define RT_TRACE_MAGIC "POLLIWOG"

enum {
    RT_TRACE_VERSION = 1,
    RT_TRACE_PAGE = 4096,
    RT_TRACE_PROGRAM_SIZE = 64,
};

enum rt_trace_clock {
    RT_TRACE_CLOCK_REAL = 0,      /* the time that the reader lives in */
    RT_TRACE_CLOCK_PAUSED = 1,    /* jumps to the next timer when idle */
    RT_TRACE_CLOCK_CONDUCTED = 2, /* moved from outside, by a judge */
    RT_TRACE_CLOCK_SCALED = 3,    /* real, but faster */
};

struct rt_trace_header {
    char magic[8];            /* RT_TRACE_MAGIC, without the NUL */
    uint32_t version;         /* RT_TRACE_VERSION */
    uint32_t record_size;     /* 32 */
    uint64_t string_offset;   /* bytes from the start of the file */
    uint64_t string_capacity; /* bytes */
    uint64_t record_offset;   /* bytes from the start of the file */
    uint64_t record_capacity; /* records */
    uint64_t started_ns;      /* CLOCK_REALTIME at the start */
    uint64_t seed;            /* of the random choices */
    uint32_t hostile;         /* bits of enum rt_hostile */
    uint32_t clock;           /* enum rt_trace_clock */
    uint32_t workers;         /* threads that run tasks */
    uint32_t pid;
    char program[RT_TRACE_PROGRAM_SIZE]; /* its name, NUL-terminated */
    RT_ATOMIC(uint64_t) string_used;     /* bytes; may exceed the capacity */
    RT_ATOMIC(uint64_t)
    record_count; /* records begun; may exceed the capacity */
};

struct rt_trace_record {
    uint64_t time_ns;        /* the runtime's clock, from its start */
    uint32_t sequence;       /* place in the global order, from 0 */
    RT_ATOMIC(uint8_t) type; /* enum rt_trace_type; stored last */
    uint8_t worker;          /* 0 for the first; RT_TRACE_NO_WORKER outside */
    uint16_t detail;         /* see each type */
    uint32_t task;           /* the task it is about, from 1; 0 for none */
    uint32_t other;          /* another task, timer or fd: see each type */
    uint64_t argument;       /* see each type */
};

static_assert(sizeof(struct rt_trace_record) == 32, "documented as 32");
static_assert(sizeof(struct rt_trace_header) <= RT_TRACE_PAGE, "one page");

enum { RT_TRACE_NO_WORKER = 255 };

/*
 * Timers and fds carry the task that owns them where it is known. "string"
 * is an offset into the strings.
 */
enum rt_trace_type {
    RT_TRACE_NONE = 0,
    RT_TRACE_START = 1,         /* the runtime is built */
    RT_TRACE_SPAWN = 2,         /* task; other: its parent; argument: string,
                                   the name of its future */
    RT_TRACE_POLL_BEGIN = 3,    /* task */
    RT_TRACE_POLL_END = 4,      /* task; detail: enum rt_trace_poll;
                                   argument: real time in the poll, ns */
    RT_TRACE_AWAIT = 5,         /* behind a pending POLL_END, one a level:
                                   task; detail: depth, from 0 (the task's own
                                   future); argument: string, name of future */
    RT_TRACE_WAKER_CLONE = 6,   /* task; argument: references to it, with it */
    RT_TRACE_WAKER_DROP = 7,    /* task; argument: references, still with it */
    RT_TRACE_WAKE = 8,          /* task: the one to wake; detail: enum
                                   rt_trace_outcome + enum rt_trace_source * 256;
                                   other: id of the source (task, timer, fd) */
    RT_TRACE_ENQUEUE = 9,       /* task; argument: queue length with it */
    RT_TRACE_DEQUEUE = 10,      /* task; argument: queue length without it */
    RT_TRACE_TIMER_ARM = 11,    /* task; other: timer; argument: deadline, ns */
    RT_TRACE_TIMER_FIRE = 12,   /* task; other: timer; argument: deadline, ns */
    RT_TRACE_TIMER_CANCEL = 13, /* task; other: timer */
    RT_TRACE_IO_REGISTER = 14,  /* other: fd; argument: string, what it is */
    RT_TRACE_IO_WAIT = 15,  /* task; other: fd; detail: enum rt_trace_ready */
    RT_TRACE_IO_READY = 16, /* other: fd; detail: enum rt_trace_ready */
    RT_TRACE_IO_DEREGISTER = 17, /* other: fd */
    RT_TRACE_PARK = 18,          /* argument: longest wait, ns; ~0: for ever */
    RT_TRACE_UNPARK = 19,
    RT_TRACE_CLOCK_ADVANCE = 20, /* argument: the new time, ns */
    RT_TRACE_WAIT = 21,    /* task; detail: enum rt_trace_resource; other: id */
    RT_TRACE_ABORT = 22,   /* task: asked to stop; other: the asking task */
    RT_TRACE_FINISH = 23,  /* task: its future is dropped;
                              detail: enum rt_trace_end */
    RT_TRACE_MARK = 24,    /* task running; argument: string, by the user */
    RT_TRACE_OUTPUT = 25,  /* task running; detail: 1 stdout, 2 stderr;
                              argument: string, what it printed */
    RT_TRACE_SIGNAL = 26,  /* other: number of the signal */
    RT_TRACE_HOSTILE = 27, /* task or fd (other); detail: enum rt_hostile */
    RT_TRACE_PANIC = 28,   /* task running; argument: string, the message */
    RT_TRACE_STOP = 29,    /* the runtime is shut down */
    RT_TRACE_DRIVER_REFUSED = 30, /* the best is used instead; detail: errno;
                                     argument: string, name of the driver */
    RT_TRACE_STEAL = 31, /* task: the one that runs next; other: the worker
                            that had it; argument: how many were taken */
    RT_TRACE_TYPE_COUNT
};

enum rt_trace_poll {
    RT_TRACE_POLL_PENDING = 0,
    RT_TRACE_POLL_READY = 1,
};

enum rt_trace_outcome {
    RT_TRACE_WAKE_QUEUED = 0,    /* idle before: goes to the queue */
    RT_TRACE_WAKE_COALESCED = 1, /* in the queue already: nothing to do */
    RT_TRACE_WAKE_MARKED = 2,    /* running: queued again after the poll */
    RT_TRACE_WAKE_TOO_LATE = 3,  /* finished: nothing to do */
};

enum rt_trace_source {
    RT_TRACE_FROM_TASK = 0,   /* other: the task that was running */
    RT_TRACE_FROM_TIMER = 1,  /* other: the timer */
    RT_TRACE_FROM_FD = 2,     /* other: the fd */
    RT_TRACE_FROM_SIGNAL = 3, /* other: number of the signal */
    RT_TRACE_FROM_THREAD = 4, /* a thread outside the runtime */
    RT_TRACE_FROM_YIELD = 5,  /* the executor, after the driver had its turn;
                                 other: the task */
};

enum rt_trace_ready {
    RT_TRACE_READABLE = 1,
    RT_TRACE_WRITABLE = 2,
};

enum rt_trace_resource {
    RT_TRACE_ON_TASK = 0,  /* waits for the end of task other */
    RT_TRACE_ON_OTHER = 1, /* other kinds to come */
};

enum rt_trace_end {
    RT_TRACE_END_READY = 0,    /* ran to its end */
    RT_TRACE_END_ABORTED = 1,  /* aborted by a handle */
    RT_TRACE_END_SHUTDOWN = 2, /* dropped with the runtime */
};

#endif
