/* Scenarios of bytes: in memory, through sockets, files, programs, signals. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/unix.h"
#include "scenario.h"

static const char message[16] = "fifteen letters";

/* ---- pairs: an even member writes what the odd one after it reads ---- */

static struct rt_io *ends[CREW];

MEMBER(pair_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->index % 2 == 0 && self->round < ROUNDS; self->round++) {
        self->write = rt_write_all(ends[self->index], message, sizeof(message));
        RT_AWAIT(self->write);
        EXPECT(self->write.result == sizeof(message));
    }
    for (; self->index % 2 && self->round < ROUNDS; self->round++) {
        self->read =
            rt_read_exact(ends[self->index], self->bytes, sizeof(message));
        RT_AWAIT(self->read);
        EXPECT(memcmp(self->bytes, message, sizeof(message)) == 0);
    }
    if (self->index % 2) {
        self->read = rt_read(ends[self->index], self->bytes, 1);
        RT_AWAIT(self->read);
        EXPECT(self->read.result == 0);
    }
    rt_io_close(ends[self->index]);
    RT_END(self);
}

static struct rt_duplex duplexes[CREW];

static void duplex_begin(void)
{
    for (int i = 0; i < CREW; i++) {
        ends[i] = &duplexes[i].io;
    }
    for (int i = 0; i < CREW; i += 2) {
        EXPECT(rt_duplex_create(7, &duplexes[i], &duplexes[i + 1]) == 0);
    }
}

static struct rt_tcp_stream streams[CREW];

static void unix_begin(void)
{
    for (int i = 0; i < CREW; i++) {
        ends[i] = &streams[i].io;
    }
    for (int i = 0; i < CREW; i += 2) {
        EXPECT(rt_unix_pair(&streams[i], &streams[i + 1]) == 0);
    }
}

static struct rt_pipe pipes[CREW];

static void pipe_begin(void)
{
    for (int i = 0; i < CREW; i++) {
        ends[i] = &pipes[i].io;
    }
    for (int i = 0; i < CREW; i += 2) {
        EXPECT(rt_pipe_create(&pipes[i + 1], &pipes[i]) == 0);
    }
}

/* ---- lines over a pair ---- */

static struct rt_delimited lines[CREW];
static struct rt_framed_read readers[CREW];
static struct rt_framed_write writers[CREW];
static struct rt_framed_send sends[CREW];
static struct rt_slice slices[CREW];

static void lines_begin(void)
{
    duplex_begin();
    for (int i = 0; i < CREW; i++) {
        lines[i] = rt_delimited_lines(64);
        readers[i] = rt_framed_read(ends[i], &lines[i].codec);
        writers[i] = rt_framed_write(ends[i], &lines[i].codec);
        slices[i] = (struct rt_slice){message, strlen(message)};
    }
}

MEMBER(lines_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->index % 2 == 0 && self->round < ROUNDS; self->round++) {
        sends[self->index] =
            rt_framed_send(&writers[self->index], &slices[self->index]);
        RT_AWAIT(sends[self->index]);
        EXPECT(sends[self->index].result == 0);
    }
    for (; self->index % 2; self->round++) {
        self->item = RT_NEXT(readers[self->index], slices[self->index]);
        RT_AWAIT(self->item);
        if (self->item.result != RT_STREAM_ITEM) {
            EXPECT(self->item.result == 0 && self->round == ROUNDS);
            break;
        }
        EXPECT(slices[self->index].size == strlen(message));
    }
    rt_stream_drop(&readers[self->index].stream);
    rt_framed_write_deinit(&writers[self->index]);
    rt_io_close(ends[self->index]);
    RT_END(self);
}

/* ---- a server, and clients that hear their bytes again ---- */

static struct rt_tcp_listener listener;
static uint16_t port; /* 0: the abstract name */

static char name_of_server[64];

/* Each time another: with io_uring the kernel may close the last one late. */
static void echo_begin(void)
{
    static int times;

    snprintf(name_of_server, sizeof(name_of_server), "@polliwog-scenario-%d-%d",
             (int)getpid(), times++);
    port = 0;
    EXPECT(rt_unix_listen(&listener, name_of_server) == 0);
}

static void tcp_begin(void)
{
    EXPECT(rt_tcp_listen(&listener, "127.0.0.1", 0) == 0);
    port = rt_tcp_listener_port(&listener);
}

static void echo_end(void)
{
    rt_tcp_listener_close(&listener);
}

struct echo {
    struct rt_future future;
    struct rt_tcp_stream stream;
    struct rt_copy copy;
};

KIT_OPS_WITH_DROP(echo);

static enum rt_poll echo_poll(struct rt_future *future, struct rt_context *cx)
{
    struct echo *self = RT_SELF(future, struct echo);

    RT_BEGIN(self);
    self->copy = rt_copy(&self->stream.io, &self->stream.io);
    RT_AWAIT(self->copy);
    EXPECT(self->copy.result == ROUNDS * (int)sizeof(message));
    RT_END(self);
}

static void echo_drop(struct rt_future *future)
{
    rt_tcp_stream_close(&RT_SELF(future, struct echo)->stream);
}

/* The first member: serves the others. */
static enum rt_poll server_poll(struct rt_future *future, struct rt_context *cx)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    while (self->round < CREW - 1) {
        self->accept = rt_tcp_accept(&listener);
        RT_AWAIT(self->accept);
        if (self->accept.result == 0) {
            self->round++;
            EXPECT(RT_SPAWN_DETACHED(
                       KIT_MAKE(echo, .stream = self->accept.stream)) == 0);
        } else if (!rt_tcp_accept_should_retry(self->accept.result)) {
            EXPECT(self->accept.result == 0);
            break;
        }
    }
    RT_END(self);
}

/* The others: write, read it again, see the end. */
static enum rt_poll client_poll(struct rt_future *future, struct rt_context *cx)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    self->connect = port ? rt_tcp_connect("127.0.0.1", port)
                         : rt_unix_connect(name_of_server);
    RT_AWAIT(self->connect);
    if (self->connect.result) {
        EXPECT(self->connect.result == 0);
        RT_RETURN();
    }
    streams[self->index] = self->connect.stream;
    for (; self->round < ROUNDS; self->round++) {
        self->write =
            rt_write_all(&streams[self->index].io, message, sizeof(message));
        RT_AWAIT(self->write);
        self->read = rt_read_exact(&streams[self->index].io, self->bytes,
                                   sizeof(message));
        RT_AWAIT(self->read);
        EXPECT(memcmp(self->bytes, message, sizeof(message)) == 0);
    }
    self->flush = rt_io_shutdown(&streams[self->index].io);
    RT_AWAIT(self->flush);
    self->read = rt_read(&streams[self->index].io, self->bytes, 1);
    RT_AWAIT(self->read);
    EXPECT(self->read.result == 0);
    rt_tcp_stream_close(&streams[self->index]);
    RT_END(self);
}

MEMBER(echo_member)
{
    struct member *self = RT_SELF(future, struct member);

    return self->index == 0 ? server_poll(future, cx) : client_poll(future, cx);
}

/* ---- datagrams to oneself ---- */

static struct rt_udp_socket sockets[CREW];
static struct rt_address addresses[CREW];

static void udp_begin(void)
{
    for (int i = 0; i < CREW; i++) {
        socklen_t size = sizeof(addresses[i]);

        EXPECT(rt_udp_bind(&sockets[i], "127.0.0.1", 0) == 0);
        EXPECT(getsockname(sockets[i].fd, &addresses[i].any, &size) == 0);
        addresses[i].size = size;
    }
}

MEMBER(udp_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        self->post = rt_udp_send_to(&sockets[self->index], message,
                                    sizeof(message), &addresses[self->index]);
        RT_AWAIT(self->post);
        self->datagram = rt_udp_receive(&sockets[self->index], self->bytes,
                                        sizeof(self->bytes));
        RT_AWAIT(self->datagram);
        EXPECT(self->datagram.result == sizeof(message));
    }
    rt_udp_close(&sockets[self->index]);
    RT_END(self);
}

/* ---- files ---- */

static struct rt_file files[CREW];

static const char *path_of(int index)
{
    static _Thread_local char path[64];

    snprintf(path, sizeof(path), "/tmp/polliwog-scenario-%d-%d", (int)getpid(),
             index);
    return path;
}

MEMBER(fs_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    self->fs = rt_file_open(&files[self->index], path_of(self->index),
                            O_RDWR | O_CREAT | O_TRUNC, 0600);
    RT_AWAIT(self->fs);
    EXPECT(self->fs.result == 0);
    for (; self->round < ROUNDS; self->round++) {
        self->write =
            rt_write_all(&files[self->index].io, message, sizeof(message));
        RT_AWAIT(self->write);
        EXPECT(self->write.result == sizeof(message));
        self->fs =
            rt_file_read_at(&files[self->index], self->bytes, sizeof(message),
                            self->round * (int)sizeof(message));
        RT_AWAIT(self->fs);
        EXPECT(memcmp(self->bytes, message, sizeof(message)) == 0);
    }
    rt_file_close(&files[self->index]);
    self->fs = rt_fs_remove(path_of(self->index));
    RT_AWAIT(self->fs);
    EXPECT(self->fs.result == 0);
    RT_END(self);
}

/* ---- programs ---- */

static struct rt_process_output outputs[CREW];

MEMBER(process_member)
{
    static const char *const argv[] = {"sh", "-c", "echo hello; exit 3", NULL};
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    outputs[self->index] =
        rt_process_output(&(struct rt_command){.argv = argv}, 100);
    RT_AWAIT(outputs[self->index]);
    EXPECT(outputs[self->index].result == 0);
    EXPECT(WEXITSTATUS(outputs[self->index].process.status) == 3);
    EXPECT(rt_buffer_length(&outputs[self->index].out) == strlen("hello\n"));
    rt_buffer_deinit(&outputs[self->index].out);
    rt_buffer_deinit(&outputs[self->index].err);
    RT_END(self);
}

/* ---- signals ---- */

static struct rt_barrier all_listen;
static struct rt_signal signals[CREW];

static void signal_begin(void)
{
    rt_barrier_init(&all_listen, CREW);
}

MEMBER(signal_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    signals[self->index] = rt_signal(SIGUSR2);
    self->barrier = rt_barrier_wait(&all_listen);
    RT_AWAIT(self->barrier);
    if (self->barrier.is_leader) {
        EXPECT(raise(SIGUSR2) == 0);
    }
    RT_AWAIT(signals[self->index]);
    EXPECT(signals[self->index].result == 0);
    RT_END(self);
}

const struct scenario scenarios_of_io[] = {
    {"duplex", duplex_begin, &pair_member_ops, NULL, false},
    {"unix", unix_begin, &pair_member_ops, NULL, false},
    {"pipe", pipe_begin, &pair_member_ops, NULL, false},
    {"lines", lines_begin, &lines_member_ops, NULL, false},
    {"echo", echo_begin, &echo_member_ops, echo_end, false},
    {"tcp", tcp_begin, &echo_member_ops, echo_end, true},
    {"udp", udp_begin, &udp_member_ops, NULL, true},
    {"fs", NULL, &fs_member_ops, NULL, true},
    {"process", NULL, &process_member_ops, NULL, true},
    {"signal", signal_begin, &signal_member_ops, NULL, true},
    {0},
};
