#include "base/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void (*panic_hook)(const char *message);

void rt_panic_set_hook(void (*hook)(const char *message))
{
    panic_hook = hook;
}

_Noreturn void rt_panic(const char *rule, const char *format, ...)
{
    char message[512];
    int used = snprintf(message, sizeof(message), "%s: ", rule);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message + used, sizeof(message) - (size_t)used, format,
              arguments);
    va_end(arguments);
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
