/*
 * Addresses: hosts, ports and paths as the kernel wants them. Nothing here
 * waits: a host is a number ("127.0.0.1", "::1", "fe80::1%eth0").
 */
#ifndef RT_NET_ADDRESS_H
#define RT_NET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { RT_ADDRESS_TEXT = 128 }; /* room for any of them as text */

struct rt_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    };
    socklen_t size; /* how much of it is in use */
};

/*
 * The address of a numeric host and a port for TCP; or, under
 * RT_NET=local:DIR, of the socket file DIR/port. 0, or -EINVAL when host is no
 * number, or -ENAMETOOLONG.
 */
int rt_address_make(struct rt_address *address, const char *host,
                    uint16_t port);

/* The same, whatever RT_NET says. 0, or -EINVAL when host is no number. */
int rt_address_make_ip(struct rt_address *address, const char *host,
                       uint16_t port);

/*
 * The address of a Unix socket: a path; or, with a first '@', an abstract
 * name, which is no file. 0, or -EINVAL when it is empty, or -ENAMETOOLONG.
 */
int rt_address_make_path(struct rt_address *address, const char *path);

/*
 * Reads "127.0.0.1:80" or "[::1]:80", whatever RT_NET says. 0, or -EINVAL for
 * everything else.
 */
int rt_address_parse(struct rt_address *address, const char *text);

/*
 * Writes "127.0.0.1:80", "[fe80::1%2]:80", "/run/socket" or "@name" into text;
 * or "local", for a Unix socket without a name. It is cut off at size.
 */
void rt_address_print(const struct rt_address *address, char *text,
                      size_t size);

/* The port; 0 where there is none. */
uint16_t rt_address_port(const struct rt_address *address);

/* True if both name the same socket. */
bool rt_address_is_equal(const struct rt_address *a,
                         const struct rt_address *b);

#endif
