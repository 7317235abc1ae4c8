/*
 * Serve: what the TCP servers here share. It accepts clients until Ctrl-C, and
 * each of them gets a task of its own.
 */
#ifndef EXAMPLES_SERVE_H
#define EXAMPLES_SERVE_H

#include "rt.h"

struct serve {
    struct rt_future future;
    uint16_t port;
    struct rt_tcp_listener listener;  /* owned */
    const struct rt_future_ops *ops;  /* borrowed: of the clients' frames */
    size_t frame_size, stream_offset; /* bytes: of these, and in them */
    struct rt_signal ctrl_c;
    struct rt_tcp_accept accept;
    struct rt_select either;
    struct rt_sleep pause;
};

/*
 * Listens on the port of this machine that the first argument of the program
 * names (0: any free one; none: 8080), and prints which. When that can't be
 * done it says why, and the exit status of RT_MAIN is 1.
 *
 * The task of a client has a frame of this type, with these ops and zeros in
 * it, but for its member stream: that is the client, and the frame owns it.
 */
#define SERVE(argc, argv, ops, type)                                           \
    serve(rt_port_argument((argc), (argv), 8080), &(ops), sizeof(type),        \
          offsetof(type, stream))

/* SERVE without the names; both sizes in bytes. */
struct serve serve(uint16_t port, const struct rt_future_ops *ops,
                   size_t frame_size, size_t stream_offset);

#endif
