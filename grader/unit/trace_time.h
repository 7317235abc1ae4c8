/*
 * Trace time: when, on its own clock, a program did the last thing it did.
 * For messages only: the program has written it.
 */
#ifndef GRADER_UNIT_TRACE_TIME_H
#define GRADER_UNIT_TRACE_TIME_H

#include <stdint.h>

/* ns, or fallback when the file tells nothing. */
uint64_t trace_time_last(const char *path, uint64_t fallback);

#endif
