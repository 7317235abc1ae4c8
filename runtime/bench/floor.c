#define _GNU_SOURCE /* accept4 */

/*
 * The floor: a TCP echo server with nothing between it and epoll. No runtime
 * on epoll can do with less. Prints its port; serves until it is killed.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, EVENTS_AT_ONCE = 256, BUFFER_SIZE = 1024 };

static int listen_somewhere(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&address, size) < 0 ||
        listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
        perror("floor: listen");
        exit(EXIT_FAILURE);
    }
    printf("%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        perror("floor: accept");
        exit(EXIT_FAILURE);
    }
}

static void echo(int fd)
{
    char buffer[BUFFER_SIZE];
    ssize_t count = recv(fd, buffer, sizeof(buffer), 0);

    if (count <= 0 || send(fd, buffer, (size_t)count, MSG_NOSIGNAL) != count) {
        close(fd);
    }
}

int main(void)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_somewhere();

    watch(epoll, listener);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS_AT_ONCE, -1);

        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) {
                watch(epoll, accept4(listener, NULL, NULL, SOCK_NONBLOCK));
            } else {
                echo(events[i].data.fd);
            }
        }
    }
}
