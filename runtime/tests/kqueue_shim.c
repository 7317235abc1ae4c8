/* See shim/sys/event.h. A queue is an epoll instance and a list of notes. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "shim/sys/event.h"

enum { EVENTS_MOST = 128 };

/* What is asked of one fd in one queue. */
struct note {
    struct note *next;
    int queue;
    int fd;
    uint32_t events; /* EPOLLIN: has a read filter; EPOLLOUT: a write filter */
    void *udata;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct note *notes; /* guarded by mutex */

int kqueue(void)
{
    return epoll_create1(EPOLL_CLOEXEC);
}

/* The place that points to the note, or to the NULL at the end. */
static struct note **find(int queue, int fd)
{
    struct note **place = &notes;

    while (*place && ((*place)->queue != queue || (*place)->fd != fd)) {
        place = &(*place)->next;
    }
    return place;
}

static void forget(struct note **place)
{
    struct note *note = *place;

    *place = note->next;
    free(note);
}

static int tell_epoll(const struct note *note, int how)
{
    struct epoll_event event = {.events = note->events | EPOLLET,
                                .data.fd = note->fd};

    if (note->events & EPOLLIN) {
        event.events |= EPOLLRDHUP;
    }
    return epoll_ctl(note->queue, how, note->fd, &event);
}

static int add(struct note **place, int queue, const struct kevent *change,
               uint32_t events)
{
    bool is_new = *place == NULL;

    if (is_new) {
        *place = calloc(1, sizeof(**place));
        (*place)->queue = queue;
        (*place)->fd = (int)change->ident;
    }
    (*place)->udata = change->udata;
    (*place)->events |= events;
    /* An old queue with the same number may have left its note. */
    if (tell_epoll(*place, EPOLL_CTL_ADD) < 0 &&
        (errno != EEXIST || tell_epoll(*place, EPOLL_CTL_MOD) < 0)) {
        int error = errno;

        forget(place);
        errno = error;
        return -1;
    }
    return 0;
}

static int apply(int queue, const struct kevent *change)
{
    struct note **place = find(queue, (int)change->ident);
    uint32_t events = change->filter == EVFILT_READ ? EPOLLIN : EPOLLOUT;

    if (change->flags & EV_ADD) {
        return add(place, queue, change, events);
    }
    if (!*place) {
        errno = ENOENT;
        return -1;
    }
    (*place)->events &= ~events;
    if ((*place)->events == 0) {
        tell_epoll(*place, EPOLL_CTL_DEL);
        forget(place);
    } else {
        tell_epoll(*place, EPOLL_CTL_MOD);
    }
    return 0;
}

/* One event of epoll is up to two of kqueue. */
static int translate(int queue, const struct epoll_event *event,
                     struct kevent *result)
{
    static const uint32_t ends = EPOLLRDHUP | EPOLLHUP;
    const struct note *note = *find(queue, event->data.fd);
    int count = 0;

    if (!note) {
        return 0;
    }
    if (note->events & EPOLLIN && event->events & (EPOLLIN | EPOLLERR | ends)) {
        result[count++] = (struct kevent){
            .ident = (uintptr_t)note->fd,
            .filter = EVFILT_READ,
            .flags = event->events & ends ? EV_EOF : 0,
            .udata = note->udata,
        };
    }
    if (note->events & EPOLLOUT &&
        event->events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
        result[count++] = (struct kevent){
            .ident = (uintptr_t)note->fd,
            .filter = EVFILT_WRITE,
            .flags = event->events & (EPOLLERR | EPOLLHUP) ? EV_EOF : 0,
            .udata = note->udata,
        };
    }
    return count;
}

static int in_ms(const struct timespec *time)
{
    if (!time) {
        return -1;
    }
    return time->tv_sec > 1000000 ? 1000000000
                                  : (int)(time->tv_sec * 1000 +
                                          (time->tv_nsec + 999999) / 1000000);
}

int kevent(int queue, const struct kevent *changes, int change_count,
           struct kevent *events, int event_count,
           const struct timespec *timeout)
{
    struct epoll_event found[EVENTS_MOST];
    int result = 0;
    int count;

    pthread_mutex_lock(&mutex);
    for (int i = 0; i < change_count && result == 0; i++) {
        result = apply(queue, &changes[i]);
    }
    pthread_mutex_unlock(&mutex);
    if (result < 0 || event_count == 0) {
        return result;
    }
    count = epoll_wait(queue, found,
                       event_count / 2 < EVENTS_MOST ? event_count / 2
                                                     : EVENTS_MOST,
                       in_ms(timeout));
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < count; i++) {
        result += translate(queue, &found[i], events + result);
    }
    pthread_mutex_unlock(&mutex);
    return count < 0 ? count : result;
}
