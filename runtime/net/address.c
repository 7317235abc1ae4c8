#include "net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The folder in RT_NET=local:DIR, or NULL. */
static const char *local_folder(void)
{
    static const char prefix[] = "local:";
    const char *net = getenv("RT_NET");

    if (net && strncmp(net, prefix, sizeof(prefix) - 1) == 0) {
        return net + sizeof(prefix) - 1;
    }
    return NULL;
}

static int make_local(struct rt_address *address, const char *folder,
                      uint16_t port)
{
    size_t room = sizeof(address->local.sun_path);
    int length;

    address->local.sun_family = AF_UNIX;
    length = snprintf(address->local.sun_path, room, "%s/%u", folder, port);
    address->size = sizeof(address->local);
    return length < 0 || (size_t)length >= room ? -ENAMETOOLONG : 0;
}

int rt_address_make(struct rt_address *address, const char *host, uint16_t port)
{
    const char *folder = local_folder();

    memset(address, 0, sizeof(*address));
    if (folder) {
        return make_local(address, folder, port);
    }
    if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        address->size = sizeof(address->v4);
        return 0;
    }
    if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
        address->size = sizeof(address->v6);
        return 0;
    }
    return -EINVAL;
}

void rt_address_print(const struct rt_address *address, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN];

    if (address->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address->v4.sin_addr, host, sizeof(host));
        snprintf(text, size, "%s:%u", host, ntohs(address->v4.sin_port));
    } else if (address->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, host, sizeof(host));
        snprintf(text, size, "[%s]:%u", host, ntohs(address->v6.sin6_port));
    } else {
        snprintf(text, size, "local");
    }
}
