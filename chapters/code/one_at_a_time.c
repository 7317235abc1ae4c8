// A server that serves its clients one after the other.
#include "clients.h"

// listing: serve
static void serve(const struct client *client)
{
    char question;

    if (read(client->fd, &question, 1) == 1) { // the thread stops here
        (void)!write(client->fd, "!", 1);
    }
}
// end

// listing: main
int main(void)
{
    struct client ada = client_start("Ada", 1); // thinks for 1 s, then asks
    struct client ben = client_start("Ben", 0); // asks at once

    serve(&ada);
    serve(&ben);
    client_report(&ada);
    client_report(&ben);
    return 0;
}
// end
