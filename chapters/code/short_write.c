// How much of a big message does one write take?
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char message[1024 * 1024];

// listing: main
int main(void)
{
    int ends[2];
    ssize_t taken;
    size_t done = 0;

    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    printf("to be written: %zu bytes\n", sizeof(message));
    while ((taken = write(ends[0], message + done, sizeof(message) - done)) >
           0) {
        printf("write took %zd\n", taken);
        done += (size_t)taken;
    }
    printf("then it said: %s\n", strerror(errno));
    return 0;
}
// end
