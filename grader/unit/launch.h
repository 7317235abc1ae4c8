/*
 * Launch: starts a command with a terminal for its output, a pipe for its
 * errors, one socket, and nothing else of ours: no files, no environment.
 */
#ifndef GRADER_UNIT_LAUNCH_H
#define GRADER_UNIT_LAUNCH_H

#include <stdint.h>
#include <sys/types.h>

enum { LAUNCH_CONTROL_FD = 3 }; /* where the program finds the socket */

struct launch {
    pid_t pid;   /* the child, which leads a process group */
    int control; /* owned: our end of the socket */
    int output;  /* owned: our end of the terminal */
    int errors;  /* owned: our end of the pipe */
};

/*
 * command and environment end with NULL; command[0] is a path. memory is the
 * limit of its address space in bytes, 0: none. Ends the judge when the
 * system refuses.
 */
void launch(struct launch *launch, char *const *command,
            char *const *environment, uint64_t memory);

#endif
