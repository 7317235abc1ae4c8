/*
 * Panic: how the runtime stops a program that broke one of its rules.
 *
 * Errors of the system come back as negative errno values. A bug in the
 * caller can't be handled by the caller, so it stops the program with one
 * line that names the rule, and with a PANIC record in the trace.
 */
#ifndef RT_BASE_PANIC_H
#define RT_BASE_PANIC_H

#include <stddef.h>

/*
 * Prints "polliwog: <rule>: <message>" to standard error, with the task that
 * this thread runs, if any, and aborts. rule is a short name in the grader's
 * vocabulary ("polled-after-ready"). Any thread may call it; it doesn't return.
 */
void rt_panic(const char *rule, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/*
 * Marks what an exercise leaves to the reader: prints that it is not
 * implemented and ends the program with status RT_NOT_IMPLEMENTED_STATUS.
 */
void rt_not_implemented(const char *what) __attribute__((noreturn));

enum { RT_NOT_IMPLEMENTED_STATUS = 70 };

/*
 * Calls hook(message) first when a panic happens. The trace uses
 * it; there is one hook in a process.
 */
void rt_panic_set_hook(void (*hook)(const char *message));

/*
 * Has say write which task this thread runs, behind the message: up to size
 * bytes of text, which is "" before. A runtime sets it; any thread.
 */
void rt_panic_set_task(void (*say)(char *text, size_t size));

#endif
