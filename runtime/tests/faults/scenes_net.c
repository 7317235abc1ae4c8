/* Sockets of all kinds, and names. */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "scenes.h"

enum { SIZE = 16 };

/* ---- TCP: both ends in one task ---- */

struct tcp {
    struct rt_future future;
    struct rt_tcp_listener listener;
    struct rt_tcp_connect connect;
    struct rt_tcp_accept accept;
    struct rt_join both;
    struct rt_write write;
    struct rt_read peek;
    struct rt_read read;
    struct rt_flush end;
    char buffer[SIZE];
    int error;
};

KIT_OPS_WITH_DROP(tcp);
SCENE(tcp)

static enum rt_poll tcp_poll(struct rt_future *future, struct rt_context *cx)
{
    struct tcp *self = RT_SELF(future, struct tcp);

    RT_BEGIN(self);
    TRY(rt_tcp_listen(&self->listener, "127.0.0.1", 0));
    self->connect =
        rt_tcp_connect("127.0.0.1", rt_tcp_listener_port(&self->listener));
    TRY_AWAIT(self->connect);
    self->accept = rt_tcp_accept(&self->listener);
    TRY_AWAIT(self->accept);
    self->write = rt_write_all(&self->connect.stream.io, "hello", 5);
    TRY_AWAIT(self->write);
    self->peek = rt_tcp_peek(&self->accept.stream, self->buffer, SIZE);
    TRY_AWAIT(self->peek);
    self->read = rt_read_exact(&self->accept.stream.io, self->buffer, 5);
    TRY_AWAIT(self->read);
    self->end = rt_io_shutdown(&self->connect.stream.io);
    TRY_AWAIT(self->end);
    self->read = rt_read(&self->accept.stream.io, self->buffer, SIZE);
    TRY_AWAIT(self->read);
    ck_assert_int_eq(self->read.result, 0);
    RT_END(self);
}

static void tcp_drop(struct rt_future *future)
{
    struct tcp *self = RT_SELF(future, struct tcp);

    /* The client resets it, so that no port stays taken for a minute. */
    if (self->connect.stream.source) {
        (void)rt_socket_set(self->connect.stream.fd, RT_SOCKET_LINGER_S, 0);
    }
    rt_tcp_stream_close(&self->connect.stream);
    rt_tcp_stream_close(&self->accept.stream);
    rt_tcp_listener_close(&self->listener);
}

/* ---- UDP ---- */

struct udp {
    struct rt_future future;
    struct rt_udp_socket one;
    struct rt_udp_socket other;
    struct rt_address address;
    struct rt_udp_send send;
    struct rt_udp_receive receive;
    char buffer[SIZE];
    int error;
};

KIT_OPS_WITH_DROP(udp);
SCENE(udp)

static enum rt_poll udp_poll(struct rt_future *future, struct rt_context *cx)
{
    struct udp *self = RT_SELF(future, struct udp);

    RT_BEGIN(self);
    TRY(rt_udp_bind(&self->one, "127.0.0.1", 0));
    TRY(rt_udp_bind(&self->other, "127.0.0.1", 0));
    TRY(rt_socket_local(self->other.fd, &self->address));
    TRY(rt_udp_connect(&self->one, &self->address));
    self->send = rt_udp_send(&self->one, "hello", 5);
    TRY_AWAIT(self->send);
    self->receive = rt_udp_receive(&self->other, self->buffer, SIZE);
    TRY_AWAIT(self->receive);
    ck_assert_int_eq(self->receive.result, 5);
    RT_END(self);
}

static void udp_drop(struct rt_future *future)
{
    struct udp *self = RT_SELF(future, struct udp);

    rt_udp_close(&self->one);
    rt_udp_close(&self->other);
}

/* ---- Unix sockets, and several buffers at once ---- */

struct pair {
    struct rt_future future;
    struct rt_tcp_stream one;
    struct rt_tcp_stream other;
    struct iovec pieces[2];
    struct rt_vectored write;
    struct rt_vectored read;
    char buffer[SIZE];
    int error;
};

KIT_OPS_WITH_DROP(pair);
SCENE(pair)

static void set_pieces(struct pair *self)
{
    self->pieces[0] = (struct iovec){self->buffer, 2};
    self->pieces[1] = (struct iovec){self->buffer + 2, 3};
}

static enum rt_poll pair_poll(struct rt_future *future, struct rt_context *cx)
{
    struct pair *self = RT_SELF(future, struct pair);

    RT_BEGIN(self);
    TRY(rt_unix_pair(&self->one, &self->other));
    memcpy(self->buffer, "hello", 5);
    set_pieces(self);
    self->write = rt_write_all_vectored(&self->one.io, self->pieces, 2);
    TRY_AWAIT(self->write);
    set_pieces(self);
    self->read = rt_read_vectored(&self->other.io, self->pieces, 2);
    TRY_AWAIT(self->read);
    ck_assert_int_eq(self->read.result, 5);
    RT_END(self);
}

static void pair_drop(struct rt_future *future)
{
    struct pair *self = RT_SELF(future, struct pair);

    rt_tcp_stream_close(&self->one);
    rt_tcp_stream_close(&self->other);
}

/* ---- names ---- */

struct lookup {
    struct rt_future future;
    struct rt_address found[1];
    struct rt_lookup ask;
    int error;
};

KIT_OPS(lookup);
SCENE(lookup)

static enum rt_poll lookup_poll(struct rt_future *future, struct rt_context *cx)
{
    struct lookup *self = RT_SELF(future, struct lookup);

    RT_BEGIN(self);
    self->ask = rt_lookup("localhost", 80, self->found, 1);
    TRY_AWAIT(self->ask);
    ck_assert_int_eq(self->ask.result, 1);
    RT_END(self);
}

const struct scene scenes_of_net[] = {
    {"tcp", play_tcp},       {"udp", play_udp}, {"pair", play_pair},
    {"lookup", play_lookup}, {NULL, NULL},
};
