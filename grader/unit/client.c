#include "unit/client.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/random.h"
#include "unit/judge.h"

enum { GAP_BYTES = 8 };

static uint64_t last_number;

/* The byte at a place of what the client says: no piece comes twice. */
static unsigned char byte_at(const struct client *client, size_t place)
{
    struct rt_random random = {.state = client->number << 32 | place};

    if (place - CLIENT_BINARY < 256) {
        return (unsigned char)(place - CLIENT_BINARY);
    }
    return (unsigned char)(1 + rt_random_below(&random, 255));
}

bool client_connect(struct run *run, struct client *client)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int result;

    *client =
        (struct client){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
                        .number = ++last_number};
    snprintf(address.sun_path, sizeof(address.sun_path), "%.90s/net/%d",
             run->folder, CLIENT_PORT);
    result = connect(client->fd, (void *)&address, sizeof(address));
    if (result < 0) {
        close(client->fd);
        client->fd = -1;
        return false;
    }
    run_settle(run);
    return true;
}

static size_t send_chunk(struct client *client, size_t size)
{
    unsigned char bytes[CLIENT_CHUNK];
    ssize_t sent;

    for (size_t i = 0; i < size; i++) {
        bytes[i] = byte_at(client, client->sent + i);
    }
    sent = send(client->fd, bytes, size, MSG_NOSIGNAL);
    client->sent += sent > 0 ? (size_t)sent : 0;
    return sent > 0 ? (size_t)sent : 0;
}

size_t client_send(struct run *run, struct client *client, size_t size)
{
    size_t sent = 0;

    while (sent < size) {
        size_t rest = size - sent;
        size_t chunk = rest < CLIENT_CHUNK ? rest : CLIENT_CHUNK;
        size_t done = send_chunk(client, chunk);

        sent += done;
        run_settle(run);
        if (done < chunk) {
            break;
        }
    }
    return sent;
}

/* Do these bytes stand further on in what was sent? Then some were lost. */
static bool is_after_gap(const struct client *client, size_t place,
                         const unsigned char *bytes, size_t size)
{
    for (size_t from = place + 1; from + GAP_BYTES <= client->sent; from++) {
        size_t i = 0;

        while (i < size && i < GAP_BYTES &&
               bytes[i] == byte_at(client, from + i)) {
            i++;
        }
        if (i == GAP_BYTES) {
            return true;
        }
    }
    return false;
}

static void compare(struct run *run, struct client *client,
                    const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        size_t place = client->received + i;

        if (place >= client->sent) {
            judge_fail(run, "wrong-output",
                       "a client sent %zu bytes, and more than that came back",
                       client->sent);
        }
        if (bytes[i] != byte_at(client, place)) {
            bool is_gap = is_after_gap(client, place, bytes + i, size - i);

            judge_fail(run, is_gap ? "?gap" : "wrong-output",
                       "a client sent %zu bytes; byte %zu came back as 0x%02x "
                       "instead of 0x%02x%s",
                       client->sent, place, bytes[i], byte_at(client, place),
                       is_gap ? ": bytes are missing there" : "");
        }
    }
    client->received += size;
}

void client_receive(struct run *run, struct client *client)
{
    unsigned char bytes[CLIENT_CHUNK];
    ssize_t size;

    while (!client->is_ended) {
        size = recv(client->fd, bytes, sizeof(bytes), 0);
        if (size > 0) {
            compare(run, client, bytes, (size_t)size);
            run_settle(run);
        } else if (size == 0 || errno != EAGAIN) {
            client->is_ended = true;
            client->is_reset = size < 0;
        } else {
            return;
        }
    }
}

void client_finish(struct run *run, struct client *client)
{
    shutdown(client->fd, SHUT_WR);
    run_settle(run);
}

void client_close(struct run *run, struct client *client)
{
    close(client->fd);
    client->fd = -1;
    run_settle(run);
}
