#include "net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HOST_SIZE = INET6_ADDRSTRLEN + IF_NAMESIZE, /* "fe80::1%eth0" */
    PATH_OFFSET = offsetof(struct sockaddr_un, sun_path),
    PATH_SIZE = sizeof(((struct sockaddr_un *)0)->sun_path),
};

/* ---- making ---- */

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

int rt_address_make(struct rt_address *address, const char *host, uint16_t port)
{
    const char *folder = local_folder();
    char path[PATH_SIZE + 1]; /* one that is cut off is too long as well */

    if (!folder) {
        return rt_address_make_ip(address, host, port);
    }
    snprintf(path, sizeof(path), "%s/%u", folder, port);
    return rt_address_make_path(address, path);
}

/* A number, 0..UINT16_MAX, or -1; strtol would take signs and spaces too. */
static int parse_number(const char *text)
{
    int number = 0;

    if (!*text) {
        return -1;
    }
    for (; *text; text++) {
        if (*text < '0' || *text > '9') {
            return -1;
        }
        number = number * 10 + (*text - '0');
        if (number > UINT16_MAX) {
            return -1;
        }
    }
    return number;
}

/* Reads "::1" or, on one link of this machine, "fe80::1%eth0" or "fe80::1%2" */
static int parse_v6(struct sockaddr_in6 *v6, const char *text)
{
    char host[INET6_ADDRSTRLEN];
    size_t length = strcspn(text, "%");

    if (length >= sizeof(host)) {
        return -EINVAL;
    }
    memcpy(host, text, length);
    host[length] = '\0';
    if (text[length]) {
        const char *scope = text + length + 1;
        int number = parse_number(scope);

        v6->sin6_scope_id =
            number >= 0 ? (uint32_t)number : if_nametoindex(scope);
        if (v6->sin6_scope_id == 0) {
            return -EINVAL;
        }
    }
    return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1 ? 0 : -EINVAL;
}

int rt_address_make_ip(struct rt_address *address, const char *host,
                       uint16_t port)
{
    memset(address, 0, sizeof(*address));
    if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        address->size = sizeof(address->v4);
        return 0;
    }
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons(port);
    address->size = sizeof(address->v6);
    return parse_v6(&address->v6, host);
}

int rt_address_make_path(struct rt_address *address, const char *path)
{
    size_t length = strlen(path);

    if (length == 0 || length >= PATH_SIZE) {
        return length ? -ENAMETOOLONG : -EINVAL;
    }
    memset(address, 0, sizeof(*address));
    address->local.sun_family = AF_UNIX;
    memcpy(address->local.sun_path, path, length);
    address->size = (socklen_t)(PATH_OFFSET + length + 1);
    if (*path == '@') {
        /* The kernel's mark; and each byte counts, so no NUL at the end. */
        address->local.sun_path[0] = '\0';
        address->size--;
    }
    return 0;
}

int rt_address_parse(struct rt_address *address, const char *text)
{
    bool is_bracketed = *text == '[';
    const char *begin = text + is_bracketed;
    size_t length = strcspn(begin, is_bracketed ? "]" : ":");
    const char *rest = begin + length;
    char host[HOST_SIZE];
    int port;

    rest += is_bracketed && *rest == ']';
    port = *rest == ':' ? parse_number(rest + 1) : -1;
    if (length >= sizeof(host) || port < 0) {
        return -EINVAL;
    }
    memcpy(host, begin, length);
    host[length] = '\0';
    if (is_bracketed != (strchr(host, ':') != NULL)) {
        return -EINVAL;
    }
    return rt_address_make_ip(address, host, (uint16_t)port);
}

/* ---- looking ---- */

static void print_v6(const struct sockaddr_in6 *v6, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN];
    unsigned port = ntohs(v6->sin6_port);

    inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
    if (v6->sin6_scope_id) {
        snprintf(text, size, "[%s%%%u]:%u", host, v6->sin6_scope_id, port);
    } else {
        snprintf(text, size, "[%s]:%u", host, port);
    }
}

static void print_local(const struct rt_address *address, char *text,
                        size_t size)
{
    const char *path = address->local.sun_path;
    int length = (int)address->size - PATH_OFFSET;

    if (length <= 0) {
        snprintf(text, size, "local");
    } else if (*path) {
        snprintf(text, size, "%.*s", length, path);
    } else {
        snprintf(text, size, "@%.*s", length - 1, path + 1);
    }
}

void rt_address_print(const struct rt_address *address, char *text, size_t size)
{
    char host[INET_ADDRSTRLEN];

    if (address->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address->v4.sin_addr, host, sizeof(host));
        snprintf(text, size, "%s:%u", host, ntohs(address->v4.sin_port));
    } else if (address->any.sa_family == AF_INET6) {
        print_v6(&address->v6, text, size);
    } else {
        print_local(address, text, size);
    }
}

uint16_t rt_address_port(const struct rt_address *address)
{
    /* The port is at the same place in both families. */
    return address->any.sa_family == AF_UNIX ? 0 : ntohs(address->v4.sin_port);
}

bool rt_address_is_equal(const struct rt_address *a, const struct rt_address *b)
{
    return a->size == b->size && memcmp(&a->any, &b->any, a->size) == 0;
}
