/*
 * Lookup: the addresses behind a host's name.
 *
 *     self->lookup = rt_lookup("example.org", 80, self->addresses, MOST);
 *     RT_AWAIT(self->lookup);
 *     if (self->lookup.result > 0) {
 *         self->connect = rt_tcp_connect_to(&self->addresses[0]);
 *
 * The system's resolver blocks, so it is asked on the blocking pool. A number
 * ("127.0.0.1", "::1"), and any host under RT_NET=local, is answered at once.
 */
#ifndef RT_NET_LOOKUP_H
#define RT_NET_LOOKUP_H

#include "future/future.h"
#include "net/address.h"

enum { RT_LOOKUP_MOST = 16 }; /* no more than so many are given */

struct rt_lookup_job; /* the question, on the heap */

struct rt_lookup {
    struct rt_future future;
    struct rt_lookup_job *job; /* owned; NULL: there is nothing to ask */
    struct rt_address *into;   /* borrowed: room for most of them, 1 or more */
    size_t most;
    bool is_begun; /* the job was handed to the pool */
    int result;    /* when ready: how many addresses there are, 1 or more, in
                      the order in which to try them; or a negative errno:
                      -ENOENT: no host has this name, or it has no address;
                      -EAGAIN: the name servers don't answer now;
                      -EIO: they failed; -EINVAL: they were asked wrongly;
                      -ENOMEM, -ECANCELED, or what the system says */
};

/* Looks the host up, which is copied. Ready when into holds the addresses. */
struct rt_lookup rt_lookup(const char *host, uint16_t port,
                           struct rt_address *into, size_t most);

#endif
