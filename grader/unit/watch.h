/*
 * Watch: what /proc tells of a process that we don't want to believe.
 */
#ifndef GRADER_UNIT_WATCH_H
#define GRADER_UNIT_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One look at a process. */
struct watch {
    char state;          /* R, S, D, ...; 0: it is gone */
    uint64_t cpu_ms;     /* processor time so far */
    uint64_t switches;   /* how often it gave up the processor by itself */
    uint64_t virtual_mb; /* address space */
    uint64_t resident_mb;
};

/* The program inside a sandbox: the last of its line of children. */
pid_t watch_program(pid_t sandbox);

/* Looks at a process. False: it is gone. */
bool watch_look(pid_t pid, struct watch *watch);

/* Its open file descriptors, or 0 when they can't be seen. */
size_t watch_open_files(pid_t pid);

/* Kills a process and all its descendants. */
void watch_kill(pid_t pid);

#endif
