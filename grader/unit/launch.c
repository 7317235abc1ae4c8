#include "unit/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

enum {
    CPU_SECONDS = 10,
    FILE_BYTES = 64 << 20, /* a full trace takes 33 MiB */
    OPEN_FILES = 1024,
};

/* The ends that the program gets. */
struct far_ends {
    int control;
    int output;
    int errors;
};

static void die(const char *what)
{
    fprintf(stderr, "judge: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void open_ends(struct launch *near, struct far_ends *far)
{
    int sockets[2];
    int pipes[2];
    struct termios raw = {0};

    /* A terminal, so that the C library passes on each line at once. */
    cfmakeraw(&raw);
    if (openpty(&near->output, &far->output, NULL, &raw, NULL) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) < 0 || pipe(pipes) < 0) {
        die("can't make pipes");
    }
    near->control = sockets[0];
    far->control = sockets[1];
    near->errors = pipes[0];
    far->errors = pipes[1];
}

static void limit(__rlimit_resource_t resource, uint64_t value)
{
    struct rlimit bound = {.rlim_cur = value, .rlim_max = value};

    setrlimit(resource, &bound);
}

static void set_limits(uint64_t memory)
{
    limit(RLIMIT_CPU, CPU_SECONDS);
    limit(RLIMIT_FSIZE, FILE_BYTES);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, OPEN_FILES);
    if (memory) {
        limit(RLIMIT_AS, memory);
    }
}

/* In the child: puts the far ends where a program expects them. */
static void place(const struct far_ends *far)
{
    int null = open("/dev/null", O_RDONLY);

    dup2(null, STDIN_FILENO);
    dup2(far->output, STDOUT_FILENO);
    dup2(far->errors, STDERR_FILENO);
    if (far->control == LAUNCH_CONTROL_FD) {
        fcntl(far->control, F_SETFD, 0);
    } else {
        dup2(far->control, LAUNCH_CONTROL_FD);
    }
    close_range(LAUNCH_CONTROL_FD + 1, ~0U, 0);
}

void launch(struct launch *near, char *const *command, char *const *environment,
            uint64_t memory)
{
    struct far_ends far;

    open_ends(near, &far);
    near->pid = fork();
    if (near->pid < 0) {
        die("can't start a process");
    }
    if (near->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setpgid(0, 0);
        place(&far);
        set_limits(memory);
        execve(command[0], command, environment);
        _exit(127);
    }
    close(far.control);
    close(far.output);
    close(far.errors);
    fcntl(near->output, F_SETFL, O_NONBLOCK);
    fcntl(near->errors, F_SETFL, O_NONBLOCK);
}
