#include "base/panic.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static void (*panic_hook)(const char *message);
static void (*_Atomic say_task)(char *text, size_t size);

void rt_panic_set_hook(void (*hook)(const char *message))
{
    panic_hook = hook;
}

void rt_panic_set_task(void (*say)(char *text, size_t size))
{
    atomic_store(&say_task, say);
}

_Noreturn void rt_panic(const char *rule, const char *format, ...)
{
    void (*say)(char *text, size_t size) = atomic_load(&say_task);
    char detail[384];
    char task[96] = "";
    char message[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(detail, sizeof(detail), format, arguments);
    va_end(arguments);
    if (say) {
        say(task, sizeof(task));
    }
    snprintf(message, sizeof(message), "%s: %s%s", rule, detail, task);
    if (panic_hook) {
        panic_hook(message);
    }
    fflush(stdout);
    fprintf(stderr, "polliwog: %s\n", message);
    abort();
}

_Noreturn void rt_not_implemented(const char *what)
{
    fflush(stdout);
    fprintf(stderr, "polliwog: not-implemented: %s\n", what);
    exit(RT_NOT_IMPLEMENTED_STATUS);
}
