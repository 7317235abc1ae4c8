#define _GNU_SOURCE /* pipe2, posix_spawn_file_actions_addchdir_np */

#include "process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "future/async.h"
#include "net/socket.h"
#include "sched/runtime.h"

extern char **environ;

/* ---- starting ---- */

/*
 * Arranges one of the child's standard streams. Of a pipe our end goes to
 * ours; the child's is in *theirs, to be closed after the start. 0 or -errno.
 */
static int arrange(posix_spawn_file_actions_t *actions, enum rt_stdio what,
                   int number, struct rt_pipe *ours, int *theirs)
{
    int is_input = number == STDIN_FILENO;
    int ends[2];
    int error;

    if (what == RT_STDIO_NULL) {
        return -posix_spawn_file_actions_addopen(actions, number, "/dev/null",
                                                 O_RDWR, 0);
    }
    if (what == RT_STDIO_INHERIT) {
        return 0;
    }
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return -errno;
    }
    *theirs = ends[!is_input];
    error = rt_pipe_adopt(ours, ends[is_input]);
    return error ? error
                 : -posix_spawn_file_actions_adddup2(actions, *theirs, number);
}

static int arrange_all(posix_spawn_file_actions_t *actions,
                       const struct rt_command *command,
                       struct rt_process *process, int theirs[3])
{
    const enum rt_stdio what[] = {command->in, command->out, command->err};
    struct rt_pipe *const ours[] = {&process->in, &process->out, &process->err};
    int error = 0;

    for (int i = 0; i < 3 && !error; i++) {
        error = arrange(actions, what[i], i, ours[i], &theirs[i]);
    }
    if (!error && command->folder) {
        error = -posix_spawn_file_actions_addchdir_np(actions, command->folder);
    }
    return error;
}

/* Starts it, with the signals as a program expects to find them. */
static int start(struct rt_process *process, const struct rt_command *command,
                 const posix_spawn_file_actions_t *actions)
{
    /* The interface predates const; it changes neither. */
    char *const *argv = (char *const *)(uintptr_t)command->argv;
    char *const *environment = (char *const *)(uintptr_t)command->environment;
    posix_spawnattr_t attributes;
    sigset_t set;
    int error;

    posix_spawnattr_init(&attributes);
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes, &set);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &set);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    error = posix_spawnp(&process->pid, argv[0], actions, &attributes, argv,
                         environment ? environment : environ);
    posix_spawnattr_destroy(&attributes);
    process->is_running = !error;
    return -error;
}

/* Without a pid fd the wait listens for SIGCHLD. */
static void open_pid_fd(struct rt_process *process)
{
    process->end.fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (process->end.fd >= 0) {
        (void)rt_socket_adopt(rt_current(), &process->end.fd, "process",
                              &process->end.source);
    }
}

int rt_process_spawn(struct rt_process *process,
                     const struct rt_command *command)
{
    posix_spawn_file_actions_t actions;
    int theirs[3] = {-1, -1, -1};
    int error;

    rt_current_or_panic("rt_process_spawn");
    *process = (struct rt_process){.kills_on_drop = command->kills_on_drop};
    posix_spawn_file_actions_init(&actions);
    error = arrange_all(&actions, command, process, theirs);
    if (!error) {
        error = start(process, command, &actions);
    }
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 3; i++) {
        if (theirs[i] >= 0) {
            close(theirs[i]);
        }
    }
    if (error) {
        rt_process_drop(process);
    } else {
        open_pid_fd(process);
    }
    return error;
}

/* ---- ending ---- */

int rt_process_kill(const struct rt_process *process, int signal)
{
    if (!process->is_running) {
        return -ESRCH; /* the number may be somebody else's by now */
    }
    return kill(process->pid, signal) < 0 ? -errno : 0;
}

/*
 * Has it ended? Then it is reaped: 0. Otherwise -1 and errno, EAGAIN while it
 * runs. ECHILD: somebody else has reaped it, and its status is lost.
 */
static ssize_t reap(int unused, void *argument)
{
    struct rt_process *process = argument;
    pid_t pid = 1;

    (void)unused;
    if (process->is_running) {
        pid = waitpid(process->pid, &process->status, WNOHANG);
        process->is_running = pid == 0 || (pid < 0 && errno != ECHILD);
    }
    if (pid == 0) {
        errno = EAGAIN;
    }
    return pid > 0 ? 0 : -1;
}

static void *reap_later(void *pid)
{
    while (waitpid((pid_t)(intptr_t)pid, NULL, 0) < 0 && errno == EINTR) {
    }
    return NULL;
}

/*
 * A thread of its own waits for the child: it needs no runtime, which may be
 * shut down long before. If it can't be made, the child is left to the system
 * that reaps it when this program ends.
 */
static void reap_in_background(pid_t pid)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, reap_later, (void *)(intptr_t)pid) == 0) {
        pthread_detach(thread);
    }
}

void rt_process_drop(struct rt_process *process)
{
    rt_pipe_close(&process->in);
    rt_pipe_close(&process->out);
    rt_pipe_close(&process->err);
    rt_socket_close(&process->end.source, &process->end.fd);
    if (process->is_running && process->kills_on_drop) {
        kill(process->pid, SIGKILL);
    }
    if (process->is_running && reap(0, process) < 0 && errno == EAGAIN) {
        reap_in_background(process->pid);
        process->is_running = false;
    }
}

/* ---- waiting ---- */

static enum rt_poll wait_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_process_wait *self = RT_SELF(future, struct rt_process_wait);

    RT_BEGIN(self);
    rt_pipe_close(&self->process->in);
    if (self->process->end.source) {
        self->ended = rt_async_fd_io(&self->process->end, RT_READABLE, reap,
                                     self->process);
        RT_AWAIT(self->ended);
        self->result = (int)self->ended.result;
        RT_RETURN();
    }
    do {
        self->signal = rt_signal(SIGCHLD); /* listens before we look */
        self->result = reap(0, self->process) < 0 ? -errno : 0;
        if (self->result != -EAGAIN) {
            RT_RETURN();
        }
        RT_AWAIT(self->signal);
        self->result = self->signal.result;
    } while (self->result == 0);
    RT_END(self);
}

static const struct rt_future_ops wait_ops = {
    .poll = wait_poll,
    .name = "process wait",
};

struct rt_process_wait rt_process_wait(struct rt_process *process)
{
    return (struct rt_process_wait){
        .future = RT_FUTURE(&wait_ops),
        .process = process,
    };
}

/* ---- what it writes ---- */

static enum rt_poll output_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_process_output *self = RT_SELF(future, struct rt_process_output);

    RT_BEGIN(self);
    if (self->result != -EINPROGRESS) {
        RT_RETURN(); /* it was not started, and result says why */
    }
    self->wait = rt_process_wait(&self->process);
    self->read_out =
        rt_read_to_end(&self->process.out.io, &self->out, self->most);
    self->read_err =
        rt_read_to_end(&self->process.err.io, &self->err, self->most);
    /* The first error ends it: a child that nobody reads may never end. */
    self->all = RT_TRY_JOIN(self->read_out, self->read_err, self->wait);
    RT_AWAIT(self->all);
    self->result = self->all.result;
    RT_END(self);
}

static void output_drop(struct rt_future *future)
{
    struct rt_process_output *self = RT_SELF(future, struct rt_process_output);

    rt_process_drop(&self->process);
    if (self->result == -EINPROGRESS) {
        rt_buffer_deinit(&self->out);
        rt_buffer_deinit(&self->err);
    }
}

static const struct rt_future_ops output_ops = {
    .poll = output_poll,
    .drop = output_drop,
    .name = "process output",
};

struct rt_process_output rt_process_output(const struct rt_command *command,
                                           size_t most)
{
    struct rt_process_output output = {
        .future = RT_FUTURE(&output_ops),
        .most = most,
    };
    struct rt_command piped = *command;

    piped.out = RT_STDIO_PIPED;
    piped.err = RT_STDIO_PIPED;
    output.result = rt_process_spawn(&output.process, &piped);
    if (!output.result) {
        output.result = -EINPROGRESS;
    }
    return output;
}
