/*
 * TCP: listeners and streams.
 *
 * A listener or a stream may be moved (into the frame of a task, say) while
 * no future works on it. Each is closed once, by its owner; the drop of a
 * frame is the place for it.
 *
 * RT_NET=local:DIR in the environment puts a socket file DIR/PORT in place of
 * each TCP port. Such sockets deliver inside the write call, which TCP, even
 * on one machine, does not: under a clock that stands still that makes a run
 * repeat itself exactly. The file stays behind: each run has a folder of its
 * own.
 */
#ifndef RT_NET_TCP_H
#define RT_NET_TCP_H

#include "io/io.h"
#include "sched/runtime.h"

enum { RT_TCP_ADDRESS_SIZE = 64 };

struct rt_tcp_listener {
    struct rt_source *source; /* owned; NULL: closed */
    int fd;                   /* owned */
};

struct rt_tcp_stream {
    struct rt_io io;
    struct rt_source *source; /* owned; NULL: closed */
    int fd;                   /* owned */
};

struct rt_tcp_accept {
    struct rt_future future;
    struct rt_tcp_listener *listener; /* borrowed */
    struct rt_io_waiter waiter;
    int result;                  /* when ready: 0, or a negative errno */
    struct rt_tcp_stream stream; /* when result is 0: owned by the awaiter */
};

struct rt_tcp_connect {
    struct rt_future future;
    struct rt_io_waiter waiter;
    char host[RT_TCP_ADDRESS_SIZE];
    uint16_t port;
    int result;                  /* when ready: 0, or a negative errno */
    struct rt_tcp_stream stream; /* when result is 0: owned by the awaiter */
};

/*
 * Listens on a numeric address ("127.0.0.1", "0.0.0.0", "::1") and a port (0:
 * any free one). Called inside a runtime. 0 or a negative errno: -EADDRINUSE
 * when somebody else has the port.
 */
int rt_tcp_listen(struct rt_tcp_listener *listener, const char *host,
                  uint16_t port);

/* The port that it listens on. */
uint16_t rt_tcp_listener_port(const struct rt_tcp_listener *listener);

/* Closes it; harmless when closed before, or never opened (zeroed). */
void rt_tcp_listener_close(struct rt_tcp_listener *listener);

/*
 * Waits for the next client. result may be an error that passes: a client
 * that gave up (-ECONNABORTED), too many open files (-EMFILE): see
 * rt_tcp_accept_should_retry.
 */
struct rt_tcp_accept rt_tcp_accept(struct rt_tcp_listener *listener);

/* True for errors of accept after which a server goes on accepting. */
bool rt_tcp_accept_should_retry(int error);

/* Connects to a numeric address. */
struct rt_tcp_connect rt_tcp_connect(const char *host, uint16_t port);

/* Says that we write no more (FIN); reading goes on. 0 or -errno. */
int rt_tcp_stream_shutdown(struct rt_tcp_stream *stream);

/* Closes it; harmless when closed before, or never opened (zeroed). */
void rt_tcp_stream_close(struct rt_tcp_stream *stream);

/* Writes the peer as "127.0.0.1:54321" into text. */
void rt_tcp_stream_peer(const struct rt_tcp_stream *stream,
                        char text[RT_TCP_ADDRESS_SIZE]);

#endif
