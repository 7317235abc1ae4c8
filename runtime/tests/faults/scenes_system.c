/* Files, pipes, processes, signals, threads that block. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenes.h"

enum { SIZE = 16 };

static char folder[] = "/tmp/polliwog-faults-XXXXXX";

/* A path in the folder; static, one for each name. */
static const char *in(const char *name)
{
    static char paths[8][64];
    static int turn;
    char *path = paths[turn++ % 8];

    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static int in_a_folder(int (*play)(void))
{
    char command[64];
    int error;

    strcpy(folder, "/tmp/polliwog-faults-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    error = play();
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    return error;
}

/* ---- whole files ---- */

struct whole {
    struct rt_future future;
    struct rt_fs work;
    struct rt_buffer content;
    struct stat metadata;
    int error;
};

KIT_OPS_WITH_DROP(whole);
SCENE(whole)

static enum rt_poll whole_poll(struct rt_future *future, struct rt_context *cx)
{
    struct whole *self = RT_SELF(future, struct whole);

    RT_BEGIN(self);
    self->work = rt_fs_mkdir_all(in("a/b"), 0777);
    TRY_AWAIT(self->work);
    self->work = rt_fs_write(in("a/one"), "hello", 5);
    TRY_AWAIT(self->work);
    self->work = rt_fs_copy(in("a/one"), in("a/two"));
    TRY_AWAIT(self->work);
    self->work = rt_fs_rename(in("a/two"), in("a/three"));
    TRY_AWAIT(self->work);
    self->work = rt_fs_read(in("a/three"), &self->content);
    TRY_AWAIT(self->work);
    ck_assert_int_eq(self->work.result, 5);
    self->work = rt_fs_metadata(in("a/three"), &self->metadata);
    TRY_AWAIT(self->work);
    self->work = rt_fs_remove(in("a/three"));
    TRY_AWAIT(self->work);
    RT_END(self);
}

static void whole_drop(struct rt_future *future)
{
    rt_buffer_deinit(&RT_SELF(future, struct whole)->content);
}

static int play_whole_in_a_folder(void)
{
    return in_a_folder(play_whole);
}

/* ---- an open file ---- */

struct open {
    struct rt_future future;
    struct rt_file file;
    struct rt_fs work;
    struct rt_write write;
    struct rt_read read;
    char buffer[SIZE];
    int error;
};

KIT_OPS_WITH_DROP(open);
SCENE(open)

static enum rt_poll open_poll(struct rt_future *future, struct rt_context *cx)
{
    struct open *self = RT_SELF(future, struct open);

    RT_BEGIN(self);
    self->work = rt_file_open(&self->file, in("one"), O_RDWR | O_CREAT, 0666);
    TRY_AWAIT(self->work);
    self->write = rt_write_all(&self->file.io, "hello", 5);
    TRY_AWAIT(self->write);
    self->work = rt_file_sync_all(&self->file);
    TRY_AWAIT(self->work);
    self->work = rt_file_truncate(&self->file, 5);
    TRY_AWAIT(self->work);
    TRY(rt_file_seek(&self->file, 0));
    self->read = rt_read(&self->file.io, self->buffer, SIZE);
    TRY_AWAIT(self->read);
    ck_assert_int_eq(self->read.result, 5);
    RT_END(self);
}

static void open_drop(struct rt_future *future)
{
    rt_file_close(&RT_SELF(future, struct open)->file);
}

static int play_open_in_a_folder(void)
{
    return in_a_folder(play_open);
}

/* ---- a walk through folders ---- */

struct walk {
    struct rt_future future;
    struct rt_walk walk;
    struct rt_walk_entry entry;
    struct rt_next next;
    int entries;
    int error;
};

KIT_OPS_WITH_DROP(walk);
SCENE(walk)

static enum rt_poll walk_poll(struct rt_future *future, struct rt_context *cx)
{
    struct walk *self = RT_SELF(future, struct walk);

    RT_BEGIN(self);
    self->walk = rt_walk(folder, true);
    do {
        self->next = RT_NEXT(self->walk, self->entry);
        TRY_AWAIT(self->next);
        self->entries += self->next.result;
    } while (self->next.result == 1);
    ck_assert_int_eq(self->entries, 3);
    RT_END(self);
}

static void walk_drop(struct rt_future *future)
{
    rt_stream_drop(&RT_SELF(future, struct walk)->walk.stream);
}

static int play_walk_prepared(void)
{
    char command[128];

    snprintf(command, sizeof(command), "mkdir -p %s/a/b && touch %s/a/c",
             folder, folder);
    ck_assert_int_eq(system(command), 0);
    return play_walk();
}

static int play_walk_in_a_folder(void)
{
    return in_a_folder(play_walk_prepared);
}

/* ---- a trace ---- */

struct traced {
    struct rt_future future;
    struct rt_yield turn;
};

KIT_OPS(traced);

static enum rt_poll traced_poll(struct rt_future *future, struct rt_context *cx)
{
    struct traced *self = RT_SELF(future, struct traced);

    RT_BEGIN(self);
    self->turn = rt_yield();
    RT_AWAIT(self->turn);
    RT_END(self);
}

static int play_traced(void)
{
    struct traced scene = KIT_MAKE(traced);
    struct rt_builder builder = scenes_builder;

    builder.trace_path = in("trace");
    return kit_run_built(&builder, &scene.future);
}

static int play_traced_in_a_folder(void)
{
    return in_a_folder(play_traced);
}

/* ---- pipes ---- */

struct pipes {
    struct rt_future future;
    struct rt_pipe reader;
    struct rt_pipe writer;
    struct rt_write write;
    struct rt_read read;
    char buffer[SIZE];
    int error;
};

KIT_OPS_WITH_DROP(pipes);
SCENE(pipes)

static enum rt_poll pipes_poll(struct rt_future *future, struct rt_context *cx)
{
    struct pipes *self = RT_SELF(future, struct pipes);

    RT_BEGIN(self);
    TRY(rt_pipe_create(&self->reader, &self->writer));
    self->write = rt_write_all(&self->writer.io, "hello", 5);
    TRY_AWAIT(self->write);
    self->read = rt_read(&self->reader.io, self->buffer, SIZE);
    TRY_AWAIT(self->read);
    ck_assert_int_eq(self->read.result, 5);
    RT_END(self);
}

static void pipes_drop(struct rt_future *future)
{
    struct pipes *self = RT_SELF(future, struct pipes);

    rt_pipe_close(&self->reader);
    rt_pipe_close(&self->writer);
}

/* ---- processes ---- */

struct process {
    struct rt_future future;
    struct rt_process_output output;
    int error;
};

KIT_OPS_WITH_DROP(process);
SCENE(process)

static enum rt_poll process_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    static const char *const argv[] = {"/bin/echo", "hello", NULL};
    struct process *self = RT_SELF(future, struct process);

    RT_BEGIN(self);
    self->output = rt_process_output(&(struct rt_command){.argv = argv}, 100);
    TRY_AWAIT(self->output);
    ck_assert_uint_eq(self->output.out.end - self->output.out.start, 6);
    RT_END(self);
}

static void process_drop(struct rt_future *future)
{
    struct process *self = RT_SELF(future, struct process);

    rt_buffer_deinit(&self->output.out);
    rt_buffer_deinit(&self->output.err);
}

/* ---- signals ---- */

struct signals {
    struct rt_future future;
    struct rt_signal signal;
    int error;
};

KIT_OPS(signals);
SCENE(signals)

static enum rt_poll signals_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct signals *self = RT_SELF(future, struct signals);

    RT_BEGIN(self);
    self->signal = rt_signal(SIGUSR1);
    kill(getpid(), SIGUSR1);
    TRY_AWAIT(self->signal);
    RT_END(self);
}

/* ---- threads that block ---- */

struct blocking {
    struct rt_future future;
    struct rt_blocking calls[3];
    struct rt_join all;
    int error;
};

KIT_OPS(blocking);
SCENE(blocking)

static intptr_t give_seven(void *argument)
{
    (void)argument;
    return 7;
}

static enum rt_poll blocking_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct blocking *self = RT_SELF(future, struct blocking);

    RT_BEGIN(self);
    for (int i = 0; i < 3; i++) {
        self->calls[i] = rt_spawn_blocking(give_seven, NULL);
    }
    self->all = RT_JOIN(self->calls[0], self->calls[1], self->calls[2]);
    RT_AWAIT(self->all);
    for (int i = 0; i < 3; i++) {
        TRY(self->calls[i].error);
        ck_assert_int_eq(self->calls[i].result, 7);
    }
    RT_END(self);
}

const struct scene scenes_of_system[] = {
    {"whole", play_whole_in_a_folder},
    {"open", play_open_in_a_folder},
    {"walk", play_walk_in_a_folder},
    {"traced", play_traced_in_a_folder},
    {"pipes", play_pipes},
    {"process", play_process},
    {"signals", play_signals},
    {"blocking", play_blocking},
    {NULL, NULL},
};
