/*
 * Addresses: numeric hosts and ports as the kernel wants them.
 */
#ifndef RT_NET_ADDRESS_H
#define RT_NET_ADDRESS_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct rt_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    };
    socklen_t size;
};

/*
 * Makes the address of a numeric host and a port; or, under RT_NET=local:DIR,
 * of the socket file DIR/port. 0, or -EINVAL when host is no number, or
 * -ENAMETOOLONG.
 */
int rt_address_make(struct rt_address *address, const char *host,
                    uint16_t port);

/* Writes "127.0.0.1:80" or "[::1]:80", or "local", into text. */
void rt_address_print(const struct rt_address *address, char *text,
                      size_t size);

#endif
