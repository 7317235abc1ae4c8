/*
 * By name: TCP to a host that has a name, and maybe several addresses.
 *
 *     self->connect = rt_tcp_connect_name("localhost", 80);
 *     RT_AWAIT(self->connect);
 */
#ifndef RT_NET_BY_NAME_H
#define RT_NET_BY_NAME_H

#include "net/lookup.h"
#include "net/tcp.h"

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
 * Looks the host up and tries each of its addresses in turn. result is the
 * error of the lookup, see net/lookup.h, or of the last address. host is
 * borrowed until it is ready or dropped. It may take minutes for each address:
 * RT_TIMEOUT gives it less. When dropped it leaves no socket open.
 */
struct rt_tcp_connect_name rt_tcp_connect_name(const char *host, uint16_t port);

#endif
