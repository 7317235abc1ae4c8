/*
 * Processes: starting other programs, and waiting for their end.
 *
 *     struct rt_command command = {.argv = (const char *[]){"ls", "-l", NULL},
 *                                  .out = RT_STDIO_PIPED};
 *
 *     self->error = rt_process_spawn(&self->process, &command);
 *     ...
 *     self->wait = rt_process_wait(&self->process);
 *     RT_AWAIT(self->wait);
 *     ...
 *     rt_process_drop(&self->process);
 *
 * A process is dropped once by its owner, also when it was waited for. One
 * that still runs then runs on, unless it is to be killed; either way it is
 * reaped in the background, so that no zombie stays.
 */
#ifndef RT_PROCESS_PROCESS_H
#define RT_PROCESS_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "future/join.h"
#include "io/async_fd.h"
#include "io/until.h"
#include "process/pipe.h"
#include "signal/signal.h"

/* What one of the child's standard streams is. */
enum rt_stdio {
    RT_STDIO_INHERIT, /* ours */
    RT_STDIO_NULL,    /* empty; what is written is lost */
    RT_STDIO_PIPED,   /* a pipe, of which we have the other end */
};

/* What to start, and how. All is borrowed for the call only. */
struct rt_command {
    const char *const *argv;        /* NULL ends it; argv[0] is looked for in
                                       PATH unless it has a slash */
    const char *const *environment; /* "NAME=value"; NULL ends it; or NULL:
                                       ours */
    const char *folder;             /* to start in; or NULL: ours */
    enum rt_stdio in;
    enum rt_stdio out;
    enum rt_stdio err;
    bool kills_on_drop; /* the drop kills it if it still runs */
};

struct rt_process {
    pid_t pid;
    bool is_running; /* was not yet reaped */
    bool kills_on_drop;
    int status;             /* when it is not running: as of waitpid */
    struct rt_async_fd end; /* owned with its fd, a pid fd: readable when the
                               child has ended; or not to be had */
    struct rt_pipe in;      /* owned: open if piped. To move one to another */
    struct rt_pipe out;     /* task, copy it and set this one to zero. */
    struct rt_pipe err;
};

/*
 * Starts the program. Called inside a runtime. 0; or a negative errno: -ENOENT
 * when there is no such program, or folder, -EACCES when it can't be run.
 */
int rt_process_spawn(struct rt_process *process,
                     const struct rt_command *command);

/* Sends it a signal. 0; or -ESRCH when its end has been seen; or -errno. */
int rt_process_kill(const struct rt_process *process, int signal);

/* Closes the pipes and gives the process up; harmless the second time. */
void rt_process_drop(struct rt_process *process);

struct rt_process_wait {
    struct rt_future future;
    struct rt_process *process; /* borrowed */
    struct rt_async_fd_io ended;
    struct rt_signal signal; /* where there is no pid fd */
    int result; /* when ready: 0, and process->status is set; or -errno */
};

/*
 * Closes our end of its input, so that it doesn't wait for more, and waits
 * for its end. It can be asked for again. When it is dropped, the process
 * runs on.
 */
struct rt_process_wait rt_process_wait(struct rt_process *process);

/* ---- what it writes ---- */

struct rt_process_output {
    struct rt_future future;
    struct rt_process process;
    struct rt_process_wait wait;
    struct rt_read_to_end read_out;
    struct rt_read_to_end read_err;
    struct rt_join all;
    size_t most; /* bytes of each */
    int result;  /* when ready: 0 and the status is in process.status; or
                    -errno: it was not started, or not read to its end */
    struct rt_buffer out; /* owned by the awaiter: rt_buffer_deinit */
    struct rt_buffer err; /* the same */
};

/*
 * Starts the program at once, with its output and errors piped, and collects
 * both until they are closed (up to most bytes of each, or -EMSGSIZE), while
 * it waits for its end. When the future is dropped, so is the process.
 */
struct rt_process_output rt_process_output(const struct rt_command *command,
                                           size_t most);

#endif
