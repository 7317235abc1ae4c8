/*
 * Client: somebody who talks to the server under judgement.
 *
 * Clients connect to the socket file that RT_NET=local puts in place of a TCP
 * port. They never wait: what a server has to say it has said when it is idle
 * again, so every call here lets the server run until then.
 */
#ifndef GRADER_UNIT_CLIENT_H
#define GRADER_UNIT_CLIENT_H

#include "unit/run.h"

enum {
    CLIENT_PORT = 9999,
    CLIENT_CHUNK = 16 * 1024,
    CLIENT_BINARY = 64, /* from here on 256 bytes with all 256 values */
};

struct client {
    int fd;
    uint64_t number; /* from 1: no two clients say the same */
    size_t sent;     /* bytes */
    size_t received; /* bytes that came back, and were right */
    bool is_ended;   /* the server has closed the connection */
    bool is_reset;   /* and not in peace */
};

/* Connects. False: refused. */
bool client_connect(struct run *run, struct client *client);

/* Sends up to size bytes; returns how many went in. */
size_t client_send(struct run *run, struct client *client, size_t size);

/* Takes what has come back, and compares; a wrong byte fails the test. */
void client_receive(struct run *run, struct client *client);

/* Ends our half of the stream: the server reads its end. */
void client_finish(struct run *run, struct client *client);

/* Hangs up. Unread bytes make that rude, as when a program is killed. */
void client_close(struct run *run, struct client *client);

#endif
