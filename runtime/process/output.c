#include "process/output.h"

#include <errno.h>

#include "future/async.h"

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
