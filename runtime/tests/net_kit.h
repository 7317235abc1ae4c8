/*
 * A listener, a client and the stream between them, for tests of sockets. The
 * tests run twice: on real sockets, and on those of RT_NET=local. The client
 * is a plain blocking socket of this process.
 */
#ifndef NET_KIT_H
#define NET_KIT_H

#include "kit.h"

struct net_scene {
    bool is_local;
    struct rt_runtime *runtime; /* of kit_builder(); we are inside of it */
    struct rt_tcp_listener listener;
    uint16_t port;
    struct rt_tcp_stream stream; /* the server's end; closed at the end */
    int client;                  /* the client's end; -1: none */
    struct kit_waker waker;      /* must be held by nobody at the end */
    char buffer[64];
};

extern struct net_scene net;

/* Adds the NULL-terminated list of tests, twice. */
void net_add_tests(Suite *suite, const TTest *const *tests);

/* The same on a current-thread runtime, whatever RT_WORKERS says. */
void net_add_lone_tests(Suite *suite, const TTest *const *tests);

/* Once, with RT_NET=local: for tests that need its folder. */
void net_add_local_tests(Suite *suite, const TTest *const *tests);

/* A blocking socket that is connected to the listener; or a negative errno. */
int net_connect_client(void);

/* Sets net.client and net.stream. */
void net_connect_both(void);

/* The stream of the next client. */
struct rt_tcp_stream net_accept(void);

/* Runs the future for up to 3 s. False: it hangs, and was dropped. */
bool net_ends(struct rt_future *future);

/* Reads up to size bytes of net.stream into net.buffer; it must not hang. */
ssize_t net_read(size_t size);

/* The client sends the text. */
void net_send(const char *text);

/* Lets events come in. */
void net_settle(void);

#endif
