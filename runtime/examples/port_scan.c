/*
 * Port scan: which TCP ports of this machine are open? Many are tried at once,
 * but never more than a semaphore has permits, and each has 200 ms.
 *
 *     build/examples/port_scan 1024          (the last one to try)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "rt.h"

enum { AT_ONCE = 100 };

static struct rt_semaphore permits;

struct probe {
    struct rt_future future;
    uint16_t port;
    struct rt_tcp_connect connect;
    struct rt_timeout limit;
};

static enum rt_poll probe_poll(struct rt_future *future, struct rt_context *cx)
{
    struct probe *self = RT_SELF(future, struct probe);
    int error;

    RT_BEGIN(self);
    self->connect = rt_tcp_connect("127.0.0.1", self->port);
    self->limit = RT_TIMEOUT(self->connect, RT_MILLISECONDS(200));
    RT_AWAIT(self->limit);
    error = self->limit.is_expired ? -ETIMEDOUT : self->connect.result;
    if (error == 0) {
        printf("%u is open\n", self->port);
        rt_tcp_stream_close(&self->connect.stream);
    } else if (error != -ECONNREFUSED) {
        fprintf(stderr, "port %u: %s\n", self->port, strerror(-error));
    }
    RT_END(self);
}

/* The drop gives the permit back, however the task has ended. */
static void probe_drop(struct rt_future *future)
{
    (void)future;
    rt_semaphore_release(&permits, 1);
}

static const struct rt_future_ops probe_ops = {
    .poll = probe_poll, .drop = probe_drop, .name = "probe"};

struct scan {
    struct rt_future future;
    uint32_t port, last;
    struct rt_acquire permit;
};

static enum rt_poll scan_poll(struct rt_future *future, struct rt_context *cx)
{
    struct scan *self = RT_SELF(future, struct scan);

    RT_BEGIN(self);
    rt_semaphore_init(&permits, AT_ONCE);
    for (self->port = 1; self->port <= self->last; self->port++) {
        self->permit = rt_semaphore_acquire(&permits, 1);
        RT_AWAIT(self->permit);
        RT_SPAWN_DETACHED((struct probe){.future = RT_FUTURE(&probe_ops),
                                         .port = (uint16_t)self->port});
    }
    self->permit = rt_semaphore_acquire(&permits, AT_ONCE);
    RT_AWAIT(self->permit); /* who has them all knows that all is over */
    RT_END(self);
}

static const struct rt_future_ops scan_ops = {.poll = scan_poll,
                                              .name = "scan"};

RT_MAIN((struct scan){.future = RT_FUTURE(&scan_ops),
                      .last = rt_port_argument(argc, argv, 1024)})
