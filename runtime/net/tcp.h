/*
 * TCP: listeners and streams.
 *
 * A listener or a stream may be moved (into the frame of a task, say) while
 * no future works on it. Each is closed once, by its owner; the drop of a
 * frame is the place for it. Their fd is for the functions of net/socket.h:
 * options, addresses.
 *
 * Threads: one task may read a stream while another writes it, on two threads
 * too. A close wakes who waits, and their result is -EBADF; but it must not
 * come while another thread is inside of a poll of the same stream: between
 * threads, rt_socket_shutdown ends it, or io/split.h shares it.
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
#include "net/lookup.h"
#include "net/socket.h"
#include "sched/runtime.h"

enum {
    RT_TCP_ADDRESS_SIZE = RT_ADDRESS_TEXT,
    RT_TCP_BACKLOG = 1024, /* clients that wait to be accepted */
};

struct rt_tcp_listener {
    struct rt_source *source; /* owned; NULL: closed */
    int fd;                   /* owned; -1: closed */
};

struct rt_tcp_stream {
    struct rt_io io;
    struct rt_source *source; /* owned; NULL: closed */
    int fd;                   /* owned; -1: closed */
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
    struct rt_address peer;
    int fd;                      /* owned until the first poll; -1: none */
    int result;                  /* when ready: 0, or a negative errno */
    struct rt_tcp_stream stream; /* when result is 0: owned by the awaiter */
};

struct rt_tcp_connect_name {
    struct rt_future future;
    const char *host; /* borrowed */
    uint16_t port;
    struct rt_lookup lookup;
    struct rt_address addresses[RT_LOOKUP_MOST];
    int tried; /* how many of them */
    struct rt_tcp_connect connect;
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

/* The same for an address that was made before. */
int rt_tcp_listen_to(struct rt_tcp_listener *listener,
                     const struct rt_address *address);

/*
 * Listens on a socket that was bound already, see net/socket.h; backlog is how
 * many clients may wait to be accepted. Takes the fd, also on an error.
 */
int rt_tcp_listen_on(struct rt_tcp_listener *listener, int fd, int backlog);

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

/*
 * Connects to a numeric address. It may take minutes to fail: RT_TIMEOUT gives
 * it less. A connect that is dropped closes its socket.
 */
struct rt_tcp_connect rt_tcp_connect(const char *host, uint16_t port);

/* The same for an address that was made before. */
struct rt_tcp_connect rt_tcp_connect_to(const struct rt_address *peer);

/*
 * Connects a socket made by rt_socket_open, which has its options, and may be
 * bound to an address here. Takes the fd: to be dropped also when it was never
 * polled.
 */
struct rt_tcp_connect rt_tcp_connect_on(int fd, const struct rt_address *peer);

/*
 * Looks the host up and tries each of its addresses in turn. result is the
 * error of the lookup, see net/lookup.h, or of the last address. host is
 * borrowed until it is ready or dropped. RT_TIMEOUT, as above.
 */
struct rt_tcp_connect_name rt_tcp_connect_name(const char *host, uint16_t port);

/*
 * Makes a stream of a connected, non-blocking stream socket. Called inside a
 * runtime. Takes the fd, also on an error. 0 or a negative errno.
 */
int rt_tcp_stream_adopt(struct rt_tcp_stream *stream, int fd);

/*
 * Reads what is there, like rt_read, and leaves it there for the next read.
 * Waits until there is something.
 */
struct rt_read rt_tcp_peek(struct rt_tcp_stream *stream, void *buffer,
                           size_t size);

/* Says that we write no more (FIN); reading goes on. 0 or -errno. */
int rt_tcp_stream_shutdown(struct rt_tcp_stream *stream);

/* Closes it; harmless when closed before, or never opened (zeroed). */
void rt_tcp_stream_close(struct rt_tcp_stream *stream);

/* Writes the peer as "127.0.0.1:54321" into text; "nobody" when closed. */
void rt_tcp_stream_peer(const struct rt_tcp_stream *stream,
                        char text[RT_TCP_ADDRESS_SIZE]);

#endif
