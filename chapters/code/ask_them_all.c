// A server with one thread, which asks the kernel who is ready.
#include <poll.h>

#include "clients.h"

// listing: main
int main(void)
{
    struct client clients[] = {client_start("Ada", 1), client_start("Ben", 0)};
    struct pollfd waits[] = {{clients[0].fd, POLLIN, 0},
                             {clients[1].fd, POLLIN, 0}};
    char question;

    for (int served = 0; served < 2;) {
        poll(waits, 2, -1); // the only place where the thread stops
        for (int i = 0; i < 2; i++) {
            if (waits[i].revents && read(waits[i].fd, &question, 1) == 1) {
                (void)!write(waits[i].fd, "!", 1);
                waits[i].fd = -1; // served: poll skips it from now on
                served++;
            }
        }
    }
    client_report(&clients[0]);
    client_report(&clients[1]);
    return 0;
}
// end
