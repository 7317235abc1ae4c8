#include "unit/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit/judge.h"
#include "unit/launch.h"
#include "unit/trace_time.h"
#include "unit/watch.h"

enum {
    LOOK_MS = 25,          /* between two looks at a silent program */
    BUSY_CPU_MS = 1500,    /* more than this without an answer: busy for ever */
    SILENT_MOST_MS = 8000, /* no answer for any other reason */
    KILL_TRIES = 1000,     /* looks, of half a ms, at a dying program */
    EXIT_MOST_MS = 3000,   /* from the end of the socket to the end */
    RESIDENT_MOST_MB = 400,
    ENVIRONMENT_MOST = 12,
    COMMAND_MOST = 64,
};

/* ---- starting ---- */

/* A copy of text with "{run}" replaced; lives as long as the judge. */
static char *expand(const char *text, const char *folder)
{
    const char *place = strstr(text, "{run}");
    char *result = NULL;
    int length;

    if (!place) {
        length = asprintf(&result, "%s", text);
    } else {
        length = asprintf(&result, "%.*s%s%s", (int)(place - text), text,
                          folder, place + strlen("{run}"));
    }
    if (length < 0) {
        abort();
    }
    return result;
}

__attribute__((format(printf, 1, 2))) static char *variable(const char *format,
                                                            ...)
{
    char *result = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&result, format, arguments) < 0) {
        abort();
    }
    va_end(arguments);
    return result;
}

static void make_environment(const struct run *run, char **environment)
{
    char *inside = expand(judge_options.inside, run->folder);
    size_t count = 0;

    environment[count++] = variable("PATH=/usr/bin:/bin");
    environment[count++] = variable("RT_CLOCK=conducted:%d", LAUNCH_CONTROL_FD);
    environment[count++] = variable("RT_NET=local:%s/net", inside);
    environment[count++] = variable("RT_TRACE=%s/trace", inside);
    environment[count++] =
        variable("RT_SEED=%llu", (unsigned long long)run->seed);
    environment[count++] =
        variable("ASAN_OPTIONS=%s", "detect_stack_use_after_return=1");
    if (judge_options.hostile) {
        environment[count++] =
            variable("RT_HOSTILE=%llu:%s", (unsigned long long)run->seed,
                     judge_options.hostile);
    }
    environment[count] = NULL;
}

static void make_folder(struct run *run, int number)
{
    char net[RUN_PATH_SIZE + 8];

    snprintf(run->folder, sizeof(run->folder), "%s/%s-%d", judge_options.folder,
             judge_options.check, number);
    snprintf(net, sizeof(net), "%s/net", run->folder);
    if (mkdir(run->folder, 0777) < 0 || mkdir(net, 0777) < 0) {
        fprintf(stderr, "judge: %s: %s\n", net, strerror(errno));
        exit(2);
    }
}

void run_start(struct run *run, int number, uint64_t seed)
{
    char *words[COMMAND_MOST] = {0};
    char *environment[ENVIRONMENT_MOST];
    struct launch started;

    *run = (struct run){.seed = seed};
    make_folder(run, number);
    for (int i = 0; i < COMMAND_MOST - 1 && judge_options.command[i]; i++) {
        words[i] = expand(judge_options.command[i], run->folder);
    }
    make_environment(run, environment);
    launch(&started, words, environment, judge_options.memory);
    run->sandbox = started.pid;
    run->control = started.control;
    run->output.fd = started.output;
    run->errors.fd = started.errors;
    for (char **word = words; *word; word++) {
        free(*word);
    }
    for (char **word = environment; *word; word++) {
        free(*word);
    }
}

/* ---- what the program writes ---- */

static void text_take(struct run_text *text)
{
    char bytes[4096];
    ssize_t size;

    while (text->fd >= 0 && (size = read(text->fd, bytes, sizeof(bytes)))) {
        size_t room = RUN_KEEP - text->size;

        if (size < 0 && errno == EAGAIN) {
            return;
        }
        if (size < 0) {
            break; /* a terminal says EIO when its other end is closed */
        }
        text->total += (size_t)size;
        room = room < (size_t)size ? room : (size_t)size;
        memcpy(text->text + text->size, bytes, room);
        text->size += room;
        if (text->total > RUN_OUTPUT_MOST) {
            return;
        }
    }
    if (text->fd >= 0) {
        close(text->fd);
        text->fd = -1;
    }
}

static void take_text(struct run *run)
{
    text_take(&run->output);
    text_take(&run->errors);
    if (run->output.total > RUN_OUTPUT_MOST ||
        run->errors.total > RUN_OUTPUT_MOST) {
        judge_fail(run, "output-limit",
                   "the program printed more than %d KiB without a pause",
                   RUN_OUTPUT_MOST / 1024);
    }
}

/* ---- the end ---- */

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void note_status(struct run *run, int status)
{
    run->is_over = true;
    run->status =
        WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The program has closed its socket: it ends, or it is up to something. */
static void await_end(struct run *run)
{
    char trace[RUN_PATH_SIZE + 8];
    uint64_t start = now_ms();
    int status;

    while (waitpid(run->sandbox, &status, WNOHANG) == 0) {
        take_text(run);
        if (now_ms() - start > EXIT_MOST_MS) {
            judge_fail(run, "hang",
                       "the program closed its sockets but didn't end");
        }
        usleep(500);
    }
    note_status(run, status);
    take_text(run);
    snprintf(trace, sizeof(trace), "%s/trace", run->folder);
    run->state.now = trace_time_last(trace, run->state.now);
}

/* The program first: its sandbox ends with it, and leaves nothing behind. */
static void kill_program(struct run *run)
{
    int status;

    kill(watch_program(run->sandbox), SIGKILL);
    for (int tries = 0; tries < KILL_TRIES; tries++) {
        if (waitpid(run->sandbox, &status, WNOHANG) != 0) {
            note_status(run, status);
            return;
        }
        usleep(500);
    }
    watch_kill(run->sandbox);
    waitpid(run->sandbox, &status, 0);
    note_status(run, status);
}

void run_end(struct run *run)
{
    if (!run->is_over) {
        kill_program(run);
    }
    close(run->control);
    if (run->output.fd >= 0) {
        close(run->output.fd);
    }
    if (run->errors.fd >= 0) {
        close(run->errors.fd);
    }
}

/* ---- conducting ---- */

/* Fails the test if the silence of the program has become a verdict. */
static void judge_silence(struct run *run, const struct watch *first,
                          const struct watch *last, uint64_t silent_ms,
                          uint64_t still_ms)
{
    uint64_t cpu_ms = last->cpu_ms - first->cpu_ms;

    if (last->resident_mb > RESIDENT_MOST_MB) {
        judge_fail(run, "memory-limit",
                   "the program took %llu MiB of memory, and went on",
                   (unsigned long long)last->resident_mb);
    }
    if (cpu_ms > BUSY_CPU_MS) {
        judge_fail(run, "?busy",
                   "at %.3f s the program ran for %.1f s of processor time "
                   "without ever becoming idle",
                   run_seconds(run), (double)cpu_ms / 1000);
    }
    if (still_ms > judge_options.patience_ms) {
        judge_fail(run, "?blocked",
                   "at %.3f s the program stopped in a system call that "
                   "blocks the thread: %.1f s went by, it used %llu ms of "
                   "processor time, and no task could run",
                   run_seconds(run), (double)silent_ms / 1000,
                   (unsigned long long)cpu_ms);
    }
    if (silent_ms > SILENT_MOST_MS) {
        judge_fail(run, cpu_ms * 4 > silent_ms ? "?busy" : "?blocked",
                   "at %.3f s the program stopped answering: %.1f s went by, "
                   "it used %llu ms of processor time",
                   run_seconds(run), (double)silent_ms / 1000,
                   (unsigned long long)cpu_ms);
    }
}

static bool is_still(const struct watch *a, const struct watch *b)
{
    return (b->state == 'S' || b->state == 'D') && a->switches == b->switches &&
           a->cpu_ms == b->cpu_ms;
}

/* Waits for bytes from the control socket, and watches meanwhile. */
static void await_answer(struct run *run)
{
    struct pollfd fds[3] = {{.fd = run->control, .events = POLLIN}};
    uint64_t start = now_ms();
    uint64_t moved = start;
    struct watch first = {0};
    struct watch before = {0};
    struct watch look;

    for (;;) {
        fds[1] = (struct pollfd){.fd = run->output.fd, .events = POLLIN};
        fds[2] = (struct pollfd){.fd = run->errors.fd, .events = POLLIN};
        poll(fds, 3, LOOK_MS);
        take_text(run);
        if (fds[0].revents) {
            return;
        }
        if (fds[1].revents || fds[2].revents) {
            moved = now_ms();
        }
        if (!watch_look(watch_program(run->sandbox), &look)) {
            continue;
        }
        first = first.state && first.cpu_ms <= look.cpu_ms ? first : look;
        if (!is_still(&before, &look)) {
            moved = now_ms();
        }
        before = look;
        judge_silence(run, &first, &look, now_ms() - start, now_ms() - moved);
    }
}

static bool command(struct run *run, enum rt_conduct kind, uint64_t value)
{
    struct rt_conduct_command message = {.kind = kind, .value = value};
    ssize_t size;

    if (run->is_over) {
        return false;
    }
    (void)!send(run->control, &message, sizeof(message), MSG_NOSIGNAL);
    await_answer(run);
    size = recv(run->control, &run->state, sizeof(run->state), MSG_DONTWAIT);
    if (size == (ssize_t)sizeof(run->state)) {
        take_text(run);
        return true;
    }
    await_end(run);
    return false;
}

bool run_settle(struct run *run)
{
    return command(run, RT_CONDUCT_SYNC, 0);
}

bool run_advance(struct run *run, uint64_t time)
{
    return command(run, RT_CONDUCT_ADVANCE, time);
}

void run_signal(struct run *run, int number)
{
    if (!run->is_over) {
        kill(watch_program(run->sandbox), number);
    }
}

size_t run_open_files(const struct run *run)
{
    return run->is_over ? 0 : watch_open_files(watch_program(run->sandbox));
}

double run_seconds(const struct run *run)
{
    return (double)run->state.now / 1e9;
}
