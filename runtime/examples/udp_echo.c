/*
 * UDP echo: each datagram goes back to whoever sent it. One task does it all,
 * for there are no connections.
 *
 *     build/examples/udp_echo 8080
 *     nc -u 127.0.0.1 8080
 */
#include <stdio.h>
#include <string.h>
#include "rt.h"

struct udp_echo {
    struct rt_future future;
    uint16_t port;
    struct rt_udp_socket socket; /* owned */
    struct rt_signal ctrl_c;
    struct rt_udp_receive receive;
    struct rt_select either;
    struct rt_udp_send send;
    char datagram[65536]; /* none is longer */
};

static void fail(const char *what, int error)
{
    fprintf(stderr, "udp_echo: %s: %s\n", what, strerror(-error));
    rt_set_exit_status(1);
}

static enum rt_poll udp_echo_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct udp_echo *self = RT_SELF(future, struct udp_echo);
    int error;

    RT_BEGIN(self);
    self->ctrl_c = rt_ctrl_c();
    error = rt_udp_bind(&self->socket, "127.0.0.1", self->port);
    if (error) {
        fail("can't have the port", error);
        RT_RETURN();
    }
    rt_socket_local(self->socket.fd, &self->receive.peer);
    printf("listening on 127.0.0.1:%u\n", rt_address_port(&self->receive.peer));
    for (;;) {
        self->receive = rt_udp_receive(&self->socket, self->datagram,
                                       sizeof(self->datagram));
        self->either = RT_SELECT(self->ctrl_c, self->receive);
        rt_select_keep(&self->either, 0); /* it listens on, round for round */
        RT_AWAIT(self->either);
        if (self->either.winner == 0) {
            RT_RETURN();
        }
        if (self->receive.result < 0) {
            fail("can't receive", (int)self->receive.result);
            RT_RETURN();
        }
        self->send =
            rt_udp_send_to(&self->socket, self->datagram,
                           (size_t)self->receive.result, &self->receive.peer);
        RT_AWAIT(self->send); /* it may be lost here, as on any way */
    }
    RT_END(self);
}

static void udp_echo_drop(struct rt_future *future)
{
    struct udp_echo *self = RT_SELF(future, struct udp_echo);

    rt_future_drop(&self->ctrl_c.future);
    rt_udp_close(&self->socket);
}

static const struct rt_future_ops udp_echo_ops = {
    .poll = udp_echo_poll, .drop = udp_echo_drop, .name = "udp_echo"};

RT_MAIN((struct udp_echo){.future = RT_FUTURE(&udp_echo_ops),
                          .port = rt_port_argument(argc, argv, 8080)})
