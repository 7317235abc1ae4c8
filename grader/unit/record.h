/*
 * Record: one line of JSON for the reader on the other end of the channel.
 */
#ifndef GRADER_UNIT_RECORD_H
#define GRADER_UNIT_RECORD_H

#include "unit/run.h"

/* A run failed with this symptom and message. */
void record_failure(int fd, const struct run *run, const char *symptom,
                    const char *message);

/* The check was carried out to its end, in so many runs. */
void record_done(int fd, int runs);

#endif
