// A server with a thread for each client.
#include <pthread.h>

#include "clients.h"

static void *serve(void *argument)
{
    const struct client *client = argument;
    char question;

    if (read(client->fd, &question, 1) == 1) {
        (void)!write(client->fd, "!", 1);
    }
    return NULL;
}

// listing: main
int main(void)
{
    struct client clients[] = {client_start("Ada", 1), client_start("Ben", 0)};
    pthread_t threads[2];

    for (int i = 0; i < 2; i++) {
        pthread_create(&threads[i], NULL, serve, &clients[i]);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        client_report(&clients[i]);
    }
    return 0;
}
// end
