/*
 * File copy: two files are opened, and one is copied into the other. Files are
 * ios as sockets are, so what copies a socket copies them too.
 *
 *     build/examples/file_copy README.md /tmp/copy
 *
 * It never writes over a file that is there already.
 */
#include <stdio.h>
#include <string.h>
#include "rt.h"

struct file_copy {
    struct rt_future future;
    const char *from, *to;
    struct rt_file in, out; /* owned */
    struct rt_fs open;
    struct rt_copy copy;
};

/* Prints the result of a step if it is an error. */
static int64_t check(const char *what, int64_t result)
{
    if (result < 0) {
        fprintf(stderr, "file_copy: %s: %s\n", what, strerror((int)-result));
        rt_set_exit_status(1);
    }
    return result;
}

static enum rt_poll file_copy_poll(struct rt_future *future,
                                   struct rt_context *cx)
{
    struct file_copy *self = RT_SELF(future, struct file_copy);

    RT_BEGIN(self);
    self->open = rt_file_open(&self->in, self->from, O_RDONLY, 0);
    RT_AWAIT(self->open);
    if (check(self->from, self->open.result) < 0) {
        RT_RETURN();
    }
    self->open =
        rt_file_open(&self->out, self->to, O_WRONLY | O_CREAT | O_EXCL, 0666);
    RT_AWAIT(self->open);
    if (check(self->to, self->open.result) < 0) {
        RT_RETURN();
    }
    self->copy = rt_copy(&self->in.io, &self->out.io);
    RT_AWAIT(self->copy);
    if (check("while copying", self->copy.result) >= 0) {
        printf("%zd bytes\n", self->copy.result);
    }
    RT_END(self);
}

static void file_copy_drop(struct rt_future *future)
{
    struct file_copy *self = RT_SELF(future, struct file_copy);

    rt_file_close(&self->in);
    rt_file_close(&self->out);
}

static const struct rt_future_ops file_copy_ops = {
    .poll = file_copy_poll, .drop = file_copy_drop, .name = "file_copy"};

int main(int argc, char **argv)
{
    struct file_copy copy = {.future = RT_FUTURE(&file_copy_ops)};

    if (argc != 3) {
        fputs("usage: file_copy FROM TO\n", stderr);
        return 2;
    }
    copy.from = argv[1];
    copy.to = argv[2];
    return rt_main_run(rt_main_begin(), &copy.future);
}
