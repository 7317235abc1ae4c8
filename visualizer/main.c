/*
 * polliwog-viz: shows what a traced program did.
 */
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "facts.h"
#include "lints.h"
#include "narrate.h"
#include "terminal.h"
#include "text.h"
#include "trace_file.h"

enum {
    EXIT_USAGE = 2,
    LIVE_TRIES = 200, /* looks for a live trace that isn't there yet */
    LIVE_WAIT_NS = 20000000,
};

enum mode {
    MODE_SCREEN,
    MODE_LIVE,
    MODE_PLAIN,
    MODE_FACTS,
};

static const char usage[] =
    "usage: polliwog-viz [--plain | --facts | --live] TRACE\n"
    "\n"
    "Shows what a program did, from the trace that it wrote with\n"
    "RT_TRACE=TRACE in its environment.\n"
    "\n"
    "  (no option)  on the screen, to step through; as text when the output\n"
    "               is no terminal\n"
    "  --live       on the screen, while the program still runs\n"
    "  --plain      as text, one line for each event\n"
    "  --facts      as JSON: the tasks, what is left open, the findings\n"
    "  --lints      lists what the findings mean; needs no trace\n"
    "  --help       this text\n";

static int finish_output(bool is_written)
{
    if (is_written && fflush(stdout) == 0) {
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "polliwog-viz: can't write: %s\n", strerror(errno));
    return EXIT_FAILURE;
}

static int run_facts(struct trace *trace)
{
    struct text out = {0};
    bool is_written;

    facts_add(&out, trace);
    is_written = fwrite(out.data, 1, out.length, stdout) == out.length;
    text_deinit(&out);
    return finish_output(is_written);
}

static int run_screen(struct trace *trace, const char *path, bool is_live)
{
    struct trace_error error;

    if (!terminal_is_usable()) {
        return finish_output(narrate(stdout, trace, terminal_width()));
    }
    if (!terminal_run(trace, is_live, &error)) {
        fprintf(stderr, "polliwog-viz: %s %s\n", path, error.text);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

/* A program that was just started may not have begun its trace yet. */
static bool open_trace(struct trace *trace, const char *path, enum mode mode,
                       struct trace_error *error)
{
    const struct timespec wait = {.tv_nsec = LIVE_WAIT_NS};
    int tries = mode == MODE_LIVE ? LIVE_TRIES : 1;
    bool is_open = trace_open(trace, path, error);

    while (!is_open && --tries > 0) {
        nanosleep(&wait, NULL);
        is_open = trace_open(trace, path, error);
    }
    return is_open;
}

static int run(enum mode mode, const char *path)
{
    struct trace trace;
    struct trace_error error;
    int status;

    if (!open_trace(&trace, path, mode, &error)) {
        fprintf(stderr, "polliwog-viz: %s %s\n", path, error.text);
        return EXIT_FAILURE;
    }
    if (mode == MODE_FACTS) {
        status = run_facts(&trace);
    } else if (mode == MODE_PLAIN) {
        status = finish_output(narrate(stdout, &trace, terminal_width()));
    } else {
        status = run_screen(&trace, path, mode == MODE_LIVE);
    }
    trace_close(&trace);
    return status;
}

static int list_lints(void)
{
    for (int kind = 0; kind < LINT_KIND_COUNT; kind++) {
        printf("%-20s %s\n", lint_name((enum lint_kind)kind),
               lint_rule((enum lint_kind)kind));
    }
    return finish_output(true);
}

int main(int argc, char **argv)
{
    enum mode mode = MODE_SCREEN;
    const char *option = argc > 1 ? argv[1] : "";

    setlocale(LC_ALL, "");
    if (strcmp(option, "--help") == 0) {
        return finish_output(fputs(usage, stdout) >= 0);
    }
    if (strcmp(option, "--lints") == 0) {
        return list_lints();
    }
    if (strcmp(option, "--plain") == 0) {
        mode = MODE_PLAIN;
    } else if (strcmp(option, "--facts") == 0) {
        mode = MODE_FACTS;
    } else if (strcmp(option, "--live") == 0) {
        mode = MODE_LIVE;
    }
    if (argc != (mode == MODE_SCREEN ? 2 : 3) ||
        (mode == MODE_SCREEN && strncmp(option, "--", 2) == 0)) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return run(mode, argv[argc - 1]);
}
