/*
 * Linked into the sanitizer build of a submission: SIGTERM becomes a normal
 * end, so that the leak check has its say about a server that never ends.
 */
#include <signal.h>
#include <stdlib.h>

static void end(int number)
{
    (void)number;
    exit(0); /* while it waits in epoll: NOLINT(bugprone-signal-handler) */
}

__attribute__((constructor)) static void listen_for_the_end(void)
{
    signal(SIGTERM, end);
}
