#define _GNU_SOURCE

#include "kit.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- futures ---- */

static enum rt_poll probe_poll(struct rt_future *future, struct rt_context *cx)
{
    struct kit_probe *probe = RT_SELF(future, struct kit_probe);

    probe->counts->polls++;
    if (probe->pending == 0) {
        return RT_READY;
    }
    if (probe->pending > 0) {
        probe->pending--;
    }
    rt_waker_store(&probe->counts->waker, cx->waker);
    if (probe->wakes_itself) {
        rt_waker_wake_by_ref(cx->waker);
    }
    return RT_PENDING;
}

static void probe_drop(struct rt_future *future)
{
    struct kit_probe *probe = RT_SELF(future, struct kit_probe);

    probe->counts->drops++;
    rt_waker_drop(&probe->counts->waker);
}

static const struct rt_future_ops probe_ops = {probe_poll, probe_drop, "probe"};

struct kit_probe kit_probe(struct kit_counts *counts, int pending)
{
    return (struct kit_probe){RT_FUTURE(&probe_ops), counts, pending, false};
}

static enum rt_poll say_poll(struct rt_future *future, struct rt_context *cx)
{
    struct kit_say *self = RT_SELF(future, struct kit_say);

    RT_BEGIN(self);
    self->nap = rt_sleep(self->delay);
    RT_AWAIT(self->nap);
    kit_log("%s", self->text);
    RT_END(self);
}

static const struct rt_future_ops say_ops = {say_poll, NULL, "say"};

struct kit_say kit_say(const char *text, uint64_t delay)
{
    return (struct kit_say){
        .future = RT_FUTURE(&say_ops), .text = text, .delay = delay};
}

/* ---- runtimes ---- */

static struct rt_builder chosen;

void kit_read_environment(void)
{
    /* Read once: the tests of the environment have it for themselves. */
    const char *name = getenv("RT_DRIVER");
    struct rt_driver probe = {0};
    bool is_kqueue = name && strcmp(name, rt_driver_kqueue.name) == 0;
    int error;

    if (is_kqueue) {
        unsetenv("RT_DRIVER"); /* known here only: see kqueue_shim.c */
    }
    chosen = rt_builder_from_environment();
    if (is_kqueue) {
        chosen.driver = &rt_driver_kqueue;
    }
    unsetenv("RT_DRIVER");
    unsetenv("RT_WORKERS");
    error = rt_driver_init(&probe, chosen.driver);
    if (error) {
        fprintf(stderr, "%s is refused here: %s\n", chosen.driver->name,
                strerror(-error));
        exit(KIT_REFUSED);
    }
    rt_driver_deinit(&probe);
}

struct rt_builder kit_builder(void)
{
    struct rt_builder builder = kit_lone_builder();

    builder.workers = chosen.workers;
    return builder;
}

struct rt_builder kit_lone_builder(void)
{
    struct rt_builder builder = rt_builder_default();

    builder.driver = chosen.driver;
    return builder;
}

struct rt_runtime *kit_runtime(void)
{
    struct rt_builder builder = kit_lone_builder();
    struct rt_runtime *runtime;

    builder.clock = RT_CLOCK_PAUSED;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
    return runtime;
}

int kit_run_built(const struct rt_builder *builder, struct rt_future *future)
{
    struct rt_runtime *runtime;
    int result = rt_build(builder, &runtime);

    if (result) {
        return result;
    }
    result = rt_block_on(runtime, future);
    rt_shutdown(runtime);
    return result;
}

int kit_run(struct rt_future *future)
{
    struct rt_builder builder = kit_lone_builder();

    builder.clock = RT_CLOCK_PAUSED;
    return kit_run_built(&builder, future);
}

void kit_settle(struct rt_runtime *runtime)
{
    struct rt_yield turn = rt_yield();

    ck_assert_int_eq(rt_block_on(runtime, &turn.future), 0);
}

/* ---- log ---- */

static char log_text[4096];
static size_t log_size;

void kit_log(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_size += (size_t)vsnprintf(
        log_text + log_size, sizeof(log_text) - log_size, format, arguments);
    va_end(arguments);
}

const char *kit_logged(void)
{
    return log_text;
}

/* ---- children ---- */

static void run_child(int output, void (*body)(void))
{
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    body();
    fflush(stdout);
    _exit(0);
}

struct kit_ending kit_in_child(void (*body)(void))
{
    struct kit_ending ending = {0};
    size_t used = 0;
    int ends[2];
    ssize_t count;
    pid_t child;

    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        close(ends[0]);
        run_child(ends[1], body);
    }
    close(ends[1]);
    while (used < sizeof(ending.output) - 1 &&
           (count = read(ends[0], ending.output + used,
                         sizeof(ending.output) - 1 - used)) > 0) {
        used += (size_t)count;
    }
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &ending.status, 0), child);
    return ending;
}

void kit_expect_panic(void (*body)(void), const char *rule)
{
    struct kit_ending ending = kit_in_child(body);
    char start[128];

    snprintf(start, sizeof(start), "polliwog: %s: ", rule);
    ck_assert_msg(
        WIFSIGNALED(ending.status) && WTERMSIG(ending.status) == SIGABRT,
        "expected an abort, got status %x: %s", ending.status, ending.output);
    ck_assert_msg(strstr(ending.output, start) != NULL, "expected '%s' in: %s",
                  start, ending.output);
}

void kit_expect_exit(void (*body)(void), int status, const char *text)
{
    struct kit_ending ending = kit_in_child(body);

    ck_assert_msg(WIFEXITED(ending.status) &&
                      WEXITSTATUS(ending.status) == status,
                  "expected exit %d, got status %x: %s", status, ending.status,
                  ending.output);
    ck_assert_msg(strstr(ending.output, text) != NULL, "expected '%s' in: %s",
                  text, ending.output);
}

/* ---- sockets ---- */

static char folder[] = "/tmp/polliwog-test-XXXXXX";

void kit_local_net(void)
{
    char value[sizeof(folder) + 16];

    strcpy(folder, "/tmp/polliwog-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(value, sizeof(value), "local:%s", folder);
    setenv("RT_NET", value, 1);
}

void kit_no_local_net(void)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    char path[512];

    unsetenv("RT_NET");
    while (dir && (entry = readdir(dir))) {
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (dir) {
        closedir(dir);
        rmdir(folder);
    }
}

const char *kit_folder(void)
{
    return folder;
}

uint64_t kit_real_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}
