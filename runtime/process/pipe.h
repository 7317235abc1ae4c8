/*
 * Pipe: one end of a pipe as an io. It reads or it writes, not both.
 *
 * Writing to a pipe that nobody reads gives -EPIPE. The signal that goes with
 * it would end the program, so the first pipe that is made ignores SIGPIPE,
 * unless the program does something else with it.
 */
#ifndef RT_PROCESS_PIPE_H
#define RT_PROCESS_PIPE_H

#include "io/io.h"

/* May be moved while nobody waits for it; zero bytes are a closed one. */
struct rt_pipe {
    struct rt_io io;
    struct rt_source *source; /* owned; NULL: closed */
    int fd;                   /* owned */
};

/*
 * Makes both ends of a new pipe. Called inside a runtime. 0 or a negative
 * errno.
 */
int rt_pipe_create(struct rt_pipe *reader, struct rt_pipe *writer);

/*
 * Makes a pipe of an end of one, which it takes, also on an error. Called
 * inside a runtime. 0 or a negative errno.
 */
int rt_pipe_adopt(struct rt_pipe *pipe, int fd);

/* Closes it; harmless when closed before, or never opened (zeroed). */
void rt_pipe_close(struct rt_pipe *pipe);

#endif
