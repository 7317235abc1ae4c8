/*
 * Clients for the servers of chapter 1: each is a process of its own, which
 * thinks, asks, and measures how long it waits for the answer.
 */
#ifndef CLIENTS_H
#define CLIENTS_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct client {
    const char *name;
    int fd; // the server's end of the connection
};

static inline double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// What the client does with its end. It tells what it measured at the end.
static inline void client_live(int fd, unsigned thinks_s)
{
    char answer;
    double asked, waited;

    sleep(thinks_s);
    asked = seconds_now();
    if (write(fd, "?", 1) == 1 && read(fd, &answer, 1) == 1) {
        waited = seconds_now() - asked;
        (void)!write(fd, &waited, sizeof(waited));
    }
    _exit(0);
}

static inline struct client client_start(const char *name, unsigned thinks_s)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) {
        perror("socketpair");
        exit(1);
    }
    if (fork() == 0) {
        client_live(ends[1], thinks_s);
    }
    close(ends[1]);
    return (struct client){name, ends[0]};
}

static inline void client_report(const struct client *client)
{
    double waited;

    if (read(client->fd, &waited, sizeof(waited)) == sizeof(waited)) {
        printf("%s waited %.0f s for the answer\n", client->name, waited);
    }
}

#endif
