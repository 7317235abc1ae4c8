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
    MODE_LINTS,
    MODE_HELP,
};

/* What the command line says; all borrowed from it. */
struct options {
    enum mode mode;
    struct narrate_options narration;
    const char *path; /* NULL: none */
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
    "  --note=TEXT  a line to show along with it\n"
    "  --most=N     as text: tell no more than N events\n"
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

static int run_plain(struct trace *trace, const struct options *options)
{
    return finish_output(narrate(stdout, trace, &options->narration));
}

static int run_screen(struct trace *trace, const struct options *options)
{
    struct trace_error error;

    if (!terminal_is_usable()) {
        return run_plain(trace, options);
    }
    if (!terminal_run(trace, options->mode == MODE_LIVE,
                      options->narration.note, &error)) {
        fprintf(stderr, "polliwog-viz: %s %s\n", options->path, error.text);
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

static int run(const struct options *options)
{
    struct trace trace;
    struct trace_error error;
    int status;

    if (!open_trace(&trace, options->path, options->mode, &error)) {
        fprintf(stderr, "polliwog-viz: %s %s\n", options->path, error.text);
        return EXIT_FAILURE;
    }
    if (options->mode == MODE_FACTS) {
        status = run_facts(&trace);
    } else if (options->mode == MODE_PLAIN) {
        status = run_plain(&trace, options);
    } else {
        status = run_screen(&trace, options);
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

/* What stands behind name in the argument; NULL if it begins otherwise. */
static const char *value_of(const char *argument, const char *name)
{
    size_t length = strlen(name);

    return strncmp(argument, name, length) == 0 ? argument + length : NULL;
}

/* Takes one argument that begins with "--". False: there is none such. */
static bool take_option(struct options *options, const char *argument)
{
    static const struct {
        const char *name;
        enum mode mode;
    } modes[] = {
        {"--plain", MODE_PLAIN}, {"--facts", MODE_FACTS}, {"--live", MODE_LIVE},
        {"--lints", MODE_LINTS}, {"--help", MODE_HELP},
    };
    const char *note = value_of(argument, "--note=");
    const char *most = value_of(argument, "--most=");

    if (note) {
        options->narration.note = note;
        return true;
    }
    if (most) {
        options->narration.most = strtoull(most, NULL, 10);
        return options->narration.most > 0;
    }
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(argument, modes[i].name) == 0) {
            options->mode = modes[i].mode;
            return true;
        }
    }
    return false;
}

static bool take_arguments(struct options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0) {
            if (!take_option(options, argv[i])) {
                return false;
            }
        } else if (options->path) {
            return false;
        } else {
            options->path = argv[i];
        }
    }
    return options->path || options->mode == MODE_HELP ||
           options->mode == MODE_LINTS;
}

int main(int argc, char **argv)
{
    struct options options = {
        .mode = MODE_SCREEN,
        .narration.width = terminal_width(),
    };

    setlocale(LC_ALL, "");
    if (!take_arguments(&options, argc, argv)) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (options.mode == MODE_HELP) {
        return finish_output(fputs(usage, stdout) >= 0);
    }
    if (options.mode == MODE_LINTS) {
        return list_lints();
    }
    return run(&options);
}
