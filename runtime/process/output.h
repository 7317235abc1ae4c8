/*
 * Output: runs a program to its end and collects what it writes.
 */
#ifndef RT_PROCESS_OUTPUT_H
#define RT_PROCESS_OUTPUT_H

#include "future/join.h"
#include "io/until.h"
#include "process/process.h"

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
