/*
 * Reports: what a task is at, in words.
 */
#ifndef RT_TASK_REPORT_H
#define RT_TASK_REPORT_H

#include <stdint.h>
#include <stdio.h>

#include "task/task.h"

/*
 * Prints what the task awaits, from the outermost future to the innermost:
 * "serve > timeout > read". Only for who may poll it now.
 */
void rt_task_print_chain(FILE *file, const struct rt_task *task);

/*
 * Prints to standard error that a poll kept its thread for so long, where it
 * now waits, and by whose name. Called at the end of that poll.
 */
void rt_task_report_slow(const struct rt_task *task, uint64_t duration_ns);

/* The poll that goes on on this thread may take its time: no report of it. */
void rt_task_allow_slow(void);

#endif
