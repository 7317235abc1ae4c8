// What epoll tells, level-triggered and edge-triggered.
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int count_events(int epoll)
{
    struct epoll_event event;

    return epoll_wait(epoll, &event, 1, 0);
}

// listing: watch
// Two bytes come, one is read: what does epoll say at each step?
static void watch(const char *name, uint32_t flags)
{
    struct epoll_event event = {.events = EPOLLIN | flags};
    int epoll = epoll_create1(0);
    int ends[2];
    char byte;

    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    printf("%s: nothing there: %d,", name, count_events(epoll));
    (void)!write(ends[1], "ab", 2);
    printf(" two bytes come: %d,", count_events(epoll));
    (void)!read(ends[0], &byte, 1);
    printf(" one is read: %d,", count_events(epoll));
    (void)!write(ends[1], "c", 1);
    printf(" one more comes: %d\n", count_events(epoll));
}
// end

int main(void)
{
    watch("level", 0);
    watch("edge ", EPOLLET);
    return 0;
}
