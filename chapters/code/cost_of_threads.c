// What a thread costs that does nothing but wait.
#include <pthread.h>
#include <string.h>

#include "clients.h"

enum { THREADS = 1000 };

static int never[2]; // a pipe into which nobody writes

// listing: wait
static void *wait_for_a_byte(void *argument)
{
    char byte;

    (void)!read(never[0], &byte, 1);
    return argument;
}
// end

// A line of /proc/self/status, in KiB.
static long memory_kib(const char *key)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[128];
    long kib = 0;

    while (fgets(line, sizeof(line), status)) {
        if (strncmp(line, key, strlen(key)) == 0) {
            sscanf(line + strlen(key), "%ld", &kib);
        }
    }
    fclose(status);
    return kib;
}

int main(void)
{
    long reserved = memory_kib("VmSize:"), used = memory_kib("VmRSS:");
    double begin, end;
    pthread_t thread;
    int started = 0;

    (void)!pipe(never);
    begin = seconds_now();
    while (started < THREADS &&
           !pthread_create(&thread, NULL, wait_for_a_byte, NULL)) {
        started++;
    }
    end = seconds_now();
    printf("%d threads wait. For each:\n", started);
    printf("%6.0f us to start it\n", (end - begin) * 1e6 / started);
    printf("%6ld KiB of addresses reserved\n",
           (memory_kib("VmSize:") - reserved) / started);
    printf("%6ld KiB of memory in use\n",
           (memory_kib("VmRSS:") - used) / started);
    return 0;
}
