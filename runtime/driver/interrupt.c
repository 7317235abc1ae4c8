#include "driver/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/eventfd.h>

int rt_interrupt_init(struct rt_interrupt *interrupt)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    *interrupt = (struct rt_interrupt){fd, fd};
    return fd < 0 ? -errno : 0;
}

#else

int rt_interrupt_init(struct rt_interrupt *interrupt)
{
    int ends[2];

    if (pipe(ends) < 0) {
        return -errno;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    }
    *interrupt = (struct rt_interrupt){ends[0], ends[1]};
    return 0;
}
#endif

void rt_interrupt_deinit(struct rt_interrupt *interrupt)
{
    close(interrupt->read_fd);
    if (interrupt->write_fd != interrupt->read_fd) {
        close(interrupt->write_fd);
    }
    /* A late one harms nobody, whoever gets these numbers next. */
    *interrupt = (struct rt_interrupt){-1, -1};
}

void rt_interrupt_raise(const struct rt_interrupt *interrupt)
{
    uint64_t one = 1;

    /* Full means that a wake is on its way already. */
    while (write(interrupt->write_fd, &one, sizeof(one)) < 0 &&
           errno == EINTR) {
    }
}

void rt_interrupt_drain(const struct rt_interrupt *interrupt)
{
    uint64_t much[64];

    /* An eventfd gives one number; a pipe all that was ever written. */
    while (read(interrupt->read_fd, much, sizeof(much)) == sizeof(much)) {
    }
}
