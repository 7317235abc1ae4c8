/*
 * polliwog-viz: shows what a traced program did. See usage below.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "text.h"
#include "trace_file.h"

enum { EXIT_USAGE = 2 };

static int run_facts(struct trace *trace)
{
    struct text out = {0};
    bool is_written;

    facts_add(&out, trace);
    is_written = fwrite(out.data, 1, out.length, stdout) == out.length;
    text_deinit(&out);
    return is_written && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct trace trace;
    struct trace_error error;
    int status;

    if (argc != 3 || strcmp(argv[1], "--facts") != 0) {
        fputs("usage: polliwog-viz --facts TRACE\n", stderr);
        return EXIT_USAGE;
    }
    if (!trace_open(&trace, argv[2], &error)) {
        fprintf(stderr, "polliwog-viz: %s %s\n", argv[2], error.text);
        return EXIT_FAILURE;
    }
    status = run_facts(&trace);
    trace_close(&trace);
    return status;
}
