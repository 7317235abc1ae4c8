/*
 * The load on an echo server: each connection sends a message of 64 bytes,
 * waits until it has come back, and sends the next.
 *
 *     load PORT PID CONNECTIONS MILLISECONDS
 *
 * Prints requests a second, and the processor time in ns that the server, the
 * process PID, took for each. The first fifth of the time is not counted.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    MESSAGE_SIZE = 64,
    MOST_CONNECTIONS = 1000,
    EVENTS_AT_ONCE = 256,
    WARM_UP = 5, /* one part of so many is not counted */
    BAD_USAGE = 2,
};

struct connection {
    int fd;
    size_t got;                 /* bytes of the answer so far */
    uint64_t number;            /* of the request */
    char message[MESSAGE_SIZE]; /* its number and more */
    char answer[MESSAGE_SIZE];
};

static struct connection connections[MOST_CONNECTIONS];

static void check(bool is_good, const char *what)
{
    if (!is_good) {
        perror(what);
        exit(EXIT_FAILURE);
    }
}

static uint64_t ns_of(clockid_t clock)
{
    struct timespec now;

    check(clock_gettime(clock, &now) == 0, "load: clock");
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void send_next(struct connection *connection)
{
    connection->number++;
    connection->got = 0;
    memcpy(connection->message, &connection->number,
           sizeof(connection->number));
    check(send(connection->fd, connection->message, MESSAGE_SIZE,
               MSG_NOSIGNAL) == MESSAGE_SIZE,
          "load: send");
}

static void open_connection(struct connection *connection, int epoll,
                            uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};

    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(connect(connection->fd, (struct sockaddr *)&address,
                  sizeof(address)) == 0,
          "load: connect");
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event) == 0,
          "load: epoll");
    memset(connection->message, 'x', MESSAGE_SIZE);
}

/* Reads what is there; true when the answer was complete, and right. */
static bool receive(struct connection *connection)
{
    ssize_t count = recv(connection->fd, connection->answer + connection->got,
                         MESSAGE_SIZE - connection->got, 0);

    check(count > 0, "load: receive");
    connection->got += (size_t)count;
    if (connection->got < MESSAGE_SIZE) {
        return false;
    }
    if (memcmp(connection->answer, connection->message, MESSAGE_SIZE) != 0) {
        fputs("load: another answer than was sent\n", stderr);
        exit(EXIT_FAILURE);
    }
    return true;
}

/* Sends and receives for so many ns; returns the number of answers. */
static uint64_t run(int epoll, uint64_t duration_ns)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    uint64_t end = ns_of(CLOCK_MONOTONIC) + duration_ns;
    uint64_t answers = 0;

    while (ns_of(CLOCK_MONOTONIC) < end) {
        int count = epoll_wait(epoll, events, EVENTS_AT_ONCE, 1000);

        check(count > 0 || errno == EINTR, "load: no answer");
        for (int i = 0; i < count; i++) {
            if (receive(events[i].data.ptr)) {
                answers++;
                send_next(events[i].data.ptr);
            }
        }
    }
    return answers;
}

static void measure(int epoll, clockid_t server, uint64_t duration_ns)
{
    uint64_t start;
    uint64_t used;
    uint64_t answers;
    double seconds;

    run(epoll, duration_ns / WARM_UP);
    start = ns_of(CLOCK_MONOTONIC);
    used = ns_of(server);
    answers = run(epoll, duration_ns - duration_ns / WARM_UP);
    used = ns_of(server) - used;
    seconds = (double)(ns_of(CLOCK_MONOTONIC) - start) * 1e-9;
    check(answers > 0, "load: no answers");
    printf("%.1f %.1f\n", (double)answers / seconds,
           (double)used / (double)answers);
}

int main(int argc, char **argv)
{
    uint64_t numbers[4] = {0};
    clockid_t server;
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    for (int i = 1; i < argc && i <= 4; i++) {
        numbers[i - 1] = strtoull(argv[i], NULL, 10);
    }
    if (argc != 5 || numbers[2] > MOST_CONNECTIONS ||
        clock_getcpuclockid((pid_t)numbers[1], &server) != 0) {
        fputs("usage: load PORT PID CONNECTIONS MILLISECONDS\n", stderr);
        return BAD_USAGE;
    }
    for (uint64_t i = 0; i < numbers[2]; i++) {
        open_connection(&connections[i], epoll, (uint16_t)numbers[0]);
        send_next(&connections[i]);
    }
    measure(epoll, server, numbers[3] * 1000000U);
    return EXIT_SUCCESS;
}
