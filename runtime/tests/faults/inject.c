/* The door between the runtime and the system, with us in it. */
#define _GNU_SOURCE

#include "inject.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory.h"

enum { FDS_MOST = 1024, ERRORS_MOST = 8 };

static const struct {
    const char *name;
    int errors[ERRORS_MOST]; /* up to a 0 */
} calls[CALLS] = {
    [CALL_MALLOC] = {"malloc", {ENOMEM}},
    [CALL_RECV] = {"recv", {ECONNRESET, ENOMEM, EIO, EINTR, EAGAIN}},
    [CALL_SEND] = {"send", {EPIPE, ECONNRESET, ENOMEM, EIO, EINTR, EAGAIN}},
    [CALL_RECVMSG] = {"recvmsg", {ECONNRESET, ENOMEM, EINTR, EAGAIN}},
    [CALL_SENDMSG] = {"sendmsg", {EPIPE, ECONNRESET, EINTR, EAGAIN}},
    [CALL_RECVFROM] = {"recvfrom", {ECONNREFUSED, ENOMEM, EINTR, EAGAIN}},
    [CALL_SENDTO] = {"sendto", {ECONNREFUSED, ENOBUFS, EINTR, EAGAIN}},
    [CALL_ACCEPT] = {"accept",
                     {EMFILE, ENFILE, ENOMEM, ENOBUFS, ECONNABORTED, EINTR,
                      EAGAIN}},
    [CALL_CONNECT] = {"connect", {ECONNREFUSED, ENETUNREACH, EINTR}},
    [CALL_SOCKET] = {"socket", {EMFILE, ENFILE, ENOBUFS, ENOMEM}},
    [CALL_SOCKETPAIR] = {"socketpair", {EMFILE, ENFILE, ENOMEM}},
    [CALL_BIND] = {"bind", {EADDRINUSE, EACCES}},
    [CALL_LISTEN] = {"listen", {EADDRINUSE}},
    [CALL_SETSOCKOPT] = {"setsockopt", {ENOMEM}},
    [CALL_GETSOCKOPT] = {"getsockopt", {ENOBUFS}},
    [CALL_SHUTDOWN] = {"shutdown", {ENOTCONN, ENOBUFS}},
    [CALL_READ] = {"read", {EIO, EINTR, EAGAIN}},
    [CALL_WRITE] = {"write", {EPIPE, EIO, ENOSPC, EINTR, EAGAIN}},
    [CALL_PREAD] = {"pread", {EIO, EINTR}},
    [CALL_PWRITE] = {"pwrite", {EIO, ENOSPC, EINTR}},
    [CALL_OPEN] = {"open", {EMFILE, ENFILE, ENOMEM, EACCES, EINTR}},
    [CALL_OPENDIR] = {"opendir", {EMFILE, ENFILE, ENOMEM}},
    [CALL_CLOSE] = {"close", {EINTR, EIO}},
    [CALL_FSTAT] = {"fstat", {ENOMEM}},
    [CALL_STAT] = {"stat", {ENOMEM, EIO, EINTR}},
    [CALL_FILE] = {"a call on files", {EIO, ENOSPC, ENOMEM, EINTR}},
    [CALL_ADDRINFO] = {"getaddrinfo", {ENOMEM, EMFILE}},
    [CALL_FCNTL] = {"fcntl", {ENOMEM}},
    [CALL_PIPE] = {"pipe2", {EMFILE, ENFILE}},
    [CALL_EVENTFD] = {"eventfd", {EMFILE, ENFILE, ENOMEM}},
    [CALL_EPOLL_CREATE] = {"epoll_create1", {EMFILE, ENFILE, ENOMEM}},
    [CALL_EPOLL_CTL] = {"epoll_ctl", {ENOMEM, ENOSPC}},
    [CALL_EPOLL_WAIT] = {"epoll_wait", {EINTR}},
    [CALL_POLL] = {"poll", {EINTR, EAGAIN, ENOMEM}},
    [CALL_RING_SETUP] = {"io_uring_setup", {ENOSYS, EPERM, ENOMEM, EMFILE}},
    [CALL_RING_ENTER] = {"io_uring_enter", {EINTR, EAGAIN, EBUSY}},
    [CALL_PIDFD_OPEN] = {"pidfd_open", {ENOSYS, EMFILE, ENOMEM}},
    [CALL_MMAP] = {"mmap", {ENOMEM}},
    [CALL_THREAD] = {"pthread_create", {EAGAIN}},
    [CALL_SPAWN] = {"posix_spawnp", {EAGAIN, ENOMEM, ENOENT, EMFILE}},
    [CALL_WAITPID] = {"waitpid", {EINTR, ECHILD}},
};

const char *inject_name(enum call call)
{
    return calls[call].name;
}

const int *inject_errors(enum call call)
{
    return calls[call].errors;
}

/* ---- when ---- */

static _Atomic enum call armed = CALLS; /* CALLS: nothing */
static atomic_uint calls_left;          /* until one fails */
static atomic_int error_to_give;
static atomic_bool has_struck;
static _Thread_local bool is_spared;

void inject_arm(enum call call, unsigned n, int error)
{
    atomic_store(&has_struck, false);
    atomic_store(&calls_left, n);
    atomic_store(&error_to_give, error);
    atomic_store(&armed, call);
}

bool inject_disarm(void)
{
    atomic_store(&armed, CALLS);
    return atomic_load(&has_struck);
}

void inject_spare_this_thread(void)
{
    is_spared = true;
}

static bool strikes(enum call call)
{
    if (is_spared || atomic_load(&armed) != call ||
        atomic_load(&calls_left) == 0 ||
        atomic_fetch_sub(&calls_left, 1) != 1) {
        return false;
    }
    atomic_store(&has_struck, true);
    errno = atomic_load(&error_to_give);
    return true;
}

/* ---- what fails ---- */

/*
 * A function of ours in the place of the system's, which keeps the name
 * __real_: both names go to the linker only, as labels.
 */
#define REAL(type, name, ...)                                                  \
    type real_##name(__VA_ARGS__) __asm__("__real_" #name);                    \
    type wrap_##name(__VA_ARGS__) __asm__("__wrap_" #name)

/* The whole body of a function that gives -1 when it fails. */
#define GIVE(call, name, ...)                                                  \
    return strikes(call) ? -1 : real_##name(__VA_ARGS__)

/*
 * Who was told EAGAIN waits for the next edge. The kernel would send one, so
 * we ask it to: to change a registration starts its edges anew.
 */
struct registration {
    int epoll_fd; /* 0: none */
    struct epoll_event event;
};

static struct registration registrations[FDS_MOST];
static pthread_mutex_t registrations_lock = PTHREAD_MUTEX_INITIALIZER;

static void set_registration(int fd, struct registration registration)
{
    if (fd >= 0 && fd < FDS_MOST) {
        pthread_mutex_lock(&registrations_lock);
        registrations[fd] = registration;
        pthread_mutex_unlock(&registrations_lock);
    }
}

REAL(int, epoll_ctl, int epoll_fd, int what, int fd, struct epoll_event *event);

static void start_edges_anew(int fd)
{
    struct registration copy;

    pthread_mutex_lock(&registrations_lock);
    copy = registrations[fd];
    pthread_mutex_unlock(&registrations_lock);
    if (copy.epoll_fd) {
        real_epoll_ctl(copy.epoll_fd, EPOLL_CTL_MOD, fd, &copy.event);
    }
}

static bool strikes_fd(enum call call, int fd)
{
    if (!strikes(call)) {
        return false;
    }
    if (errno == EAGAIN && fd >= 0 && fd < FDS_MOST) {
        start_edges_anew(fd);
        errno = EAGAIN;
    }
    return true;
}

int wrap_epoll_ctl(int epoll_fd, int what, int fd, struct epoll_event *event)
{
    if (strikes(CALL_EPOLL_CTL)) {
        return -1;
    }
    set_registration(fd, what == EPOLL_CTL_ADD
                             ? (struct registration){epoll_fd, *event}
                             : (struct registration){0});
    return real_epoll_ctl(epoll_fd, what, fd, event);
}

#define GIVE_FD(call, name, fd, ...)                                           \
    return strikes_fd(call, fd) ? -1 : real_##name(fd, __VA_ARGS__)

REAL(ssize_t, recv, int fd, void *buffer, size_t size, int flags);
ssize_t wrap_recv(int fd, void *buffer, size_t size, int flags)
{
    GIVE_FD(CALL_RECV, recv, fd, buffer, size, flags);
}

REAL(ssize_t, send, int fd, const void *buffer, size_t size, int flags);
ssize_t wrap_send(int fd, const void *buffer, size_t size, int flags)
{
    GIVE_FD(CALL_SEND, send, fd, buffer, size, flags);
}

REAL(ssize_t, recvmsg, int fd, struct msghdr *message, int flags);
ssize_t wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
    GIVE_FD(CALL_RECVMSG, recvmsg, fd, message, flags);
}

REAL(ssize_t, sendmsg, int fd, const struct msghdr *message, int flags);
ssize_t wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    GIVE_FD(CALL_SENDMSG, sendmsg, fd, message, flags);
}

REAL(ssize_t, recvfrom, int fd, void *buffer, size_t size, int flags,
     struct sockaddr *peer, socklen_t *peer_size);
ssize_t wrap_recvfrom(int fd, void *buffer, size_t size, int flags,
                      struct sockaddr *peer, socklen_t *peer_size)
{
    GIVE_FD(CALL_RECVFROM, recvfrom, fd, buffer, size, flags, peer, peer_size);
}

REAL(ssize_t, sendto, int fd, const void *buffer, size_t size, int flags,
     const struct sockaddr *peer, socklen_t peer_size);
ssize_t wrap_sendto(int fd, const void *buffer, size_t size, int flags,
                    const struct sockaddr *peer, socklen_t peer_size)
{
    GIVE_FD(CALL_SENDTO, sendto, fd, buffer, size, flags, peer, peer_size);
}

REAL(int, accept4, int fd, struct sockaddr *peer, socklen_t *size, int flags);
int wrap_accept4(int fd, struct sockaddr *peer, socklen_t *size, int flags)
{
    GIVE_FD(CALL_ACCEPT, accept4, fd, peer, size, flags);
}

REAL(int, getsockopt, int fd, int level, int option, void *value,
     socklen_t *size);
int wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *size)
{
    GIVE(CALL_GETSOCKOPT, getsockopt, fd, level, option, value, size);
}

static int type_of(int fd)
{
    int type = 0;
    socklen_t size = sizeof(type);

    real_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
    return type;
}

REAL(int, connect, int fd, const struct sockaddr *peer, socklen_t size);
int wrap_connect(int fd, const struct sockaddr *peer, socklen_t size)
{
    bool is_stream = type_of(fd) == SOCK_STREAM; /* others don't wait */
    bool is_struck = is_stream && strikes(CALL_CONNECT);

    if (is_struck && errno == EINTR) {
        real_connect(fd, peer, size); /* it goes on, as the standard says */
        errno = EINTR;
    }
    return is_struck ? -1 : real_connect(fd, peer, size);
}

REAL(int, socket, int family, int type, int protocol);
int wrap_socket(int family, int type, int protocol)
{
    GIVE(CALL_SOCKET, socket, family, type, protocol);
}

REAL(int, socketpair, int family, int type, int protocol, int fds[2]);
int wrap_socketpair(int family, int type, int protocol, int fds[2])
{
    GIVE(CALL_SOCKETPAIR, socketpair, family, type, protocol, fds);
}

REAL(int, bind, int fd, const struct sockaddr *address, socklen_t size);
int wrap_bind(int fd, const struct sockaddr *address, socklen_t size)
{
    GIVE(CALL_BIND, bind, fd, address, size);
}

REAL(int, listen, int fd, int backlog);
int wrap_listen(int fd, int backlog)
{
    GIVE(CALL_LISTEN, listen, fd, backlog);
}

REAL(int, setsockopt, int fd, int level, int option, const void *value,
     socklen_t size);
int wrap_setsockopt(int fd, int level, int option, const void *value,
                    socklen_t size)
{
    GIVE(CALL_SETSOCKOPT, setsockopt, fd, level, option, value, size);
}

REAL(int, shutdown, int fd, int how);
int wrap_shutdown(int fd, int how)
{
    GIVE(CALL_SHUTDOWN, shutdown, fd, how);
}

/*
 * An eventfd that doesn't block is full or written: no other error is in its
 * nature, and who writes to it counts on that.
 */
static atomic_bool is_eventfd[FDS_MOST];

REAL(int, eventfd, unsigned value, int flags);
int wrap_eventfd(unsigned value, int flags)
{
    int fd = strikes(CALL_EVENTFD) ? -1 : real_eventfd(value, flags);

    if (fd >= 0 && fd < FDS_MOST) {
        is_eventfd[fd] = true;
    }
    return fd;
}

REAL(int, fcntl, int fd, int what, ...);

/* What has to wait says EAGAIN only when it was told not to wait. */
static bool is_spared_fd(int fd)
{
    int error = atomic_load(&error_to_give);

    return fd < 0 || fd >= FDS_MOST || (is_eventfd[fd] && error != EINTR) ||
           (error == EAGAIN && !(real_fcntl(fd, F_GETFL, 0L) & O_NONBLOCK));
}

REAL(ssize_t, read, int fd, void *buffer, size_t size);
ssize_t wrap_read(int fd, void *buffer, size_t size)
{
    return !is_spared_fd(fd) && strikes_fd(CALL_READ, fd)
               ? -1
               : real_read(fd, buffer, size);
}

REAL(ssize_t, write, int fd, const void *buffer, size_t size);
ssize_t wrap_write(int fd, const void *buffer, size_t size)
{
    return !is_spared_fd(fd) && strikes_fd(CALL_WRITE, fd)
               ? -1
               : real_write(fd, buffer, size);
}

REAL(ssize_t, pread, int fd, void *buffer, size_t size, off_t offset);
ssize_t wrap_pread(int fd, void *buffer, size_t size, off_t offset)
{
    GIVE(CALL_PREAD, pread, fd, buffer, size, offset);
}

REAL(ssize_t, pwrite, int fd, const void *buffer, size_t size, off_t offset);
ssize_t wrap_pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
    GIVE(CALL_PWRITE, pwrite, fd, buffer, size, offset);
}

REAL(int, open, const char *path, int flags, ...);
int wrap_open(const char *path, int flags, ...)
{
    va_list more;
    mode_t mode;

    va_start(more, flags);
    mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    GIVE(CALL_OPEN, open, path, flags, mode);
}

REAL(DIR *, opendir, const char *path);
DIR *wrap_opendir(const char *path)
{
    return strikes(CALL_OPENDIR) ? NULL : real_opendir(path);
}

REAL(int, close, int fd);
int wrap_close(int fd)
{
    int result;

    if (fd >= 0 && fd < FDS_MOST) {
        is_eventfd[fd] = false;
    }
    set_registration(fd, (struct registration){0});
    result = real_close(fd);
    return strikes(CALL_CLOSE) ? -1 : result;
}

REAL(int, stat, const char *path, struct stat *status);
int wrap_stat(const char *path, struct stat *status)
{
    GIVE(CALL_STAT, stat, path, status);
}

REAL(int, fsync, int fd);
int wrap_fsync(int fd)
{
    GIVE(CALL_FILE, fsync, fd);
}

REAL(int, fdatasync, int fd);
int wrap_fdatasync(int fd)
{
    GIVE(CALL_FILE, fdatasync, fd);
}

REAL(int, ftruncate, int fd, off_t size);
int wrap_ftruncate(int fd, off_t size)
{
    GIVE(CALL_FILE, ftruncate, fd, size);
}

REAL(int, mkdir, const char *path, mode_t mode);
int wrap_mkdir(const char *path, mode_t mode)
{
    GIVE(CALL_FILE, mkdir, path, mode);
}

REAL(int, remove, const char *path);
int wrap_remove(const char *path)
{
    GIVE(CALL_FILE, remove, path);
}

REAL(int, rename, const char *from, const char *to);
int wrap_rename(const char *from, const char *to)
{
    GIVE(CALL_FILE, rename, from, to);
}

REAL(int, getaddrinfo, const char *host, const char *service,
     const struct addrinfo *hints, struct addrinfo **list);
int wrap_getaddrinfo(const char *host, const char *service,
                     const struct addrinfo *hints, struct addrinfo **list)
{
    return strikes(CALL_ADDRINFO)
               ? EAI_SYSTEM
               : real_getaddrinfo(host, service, hints, list);
}

REAL(int, fstat, int fd, struct stat *status);
int wrap_fstat(int fd, struct stat *status)
{
    GIVE(CALL_FSTAT, fstat, fd, status);
}

int wrap_fcntl(int fd, int what, ...)
{
    va_list more;
    long value;

    va_start(more, what);
    value = va_arg(more, long);
    va_end(more);
    GIVE(CALL_FCNTL, fcntl, fd, what, value);
}

REAL(int, pipe2, int ends[2], int flags);
int wrap_pipe2(int ends[2], int flags)
{
    GIVE(CALL_PIPE, pipe2, ends, flags);
}

REAL(int, epoll_create1, int flags);
int wrap_epoll_create1(int flags)
{
    GIVE(CALL_EPOLL_CREATE, epoll_create1, flags);
}

REAL(int, epoll_wait, int fd, struct epoll_event *events, int most,
     int timeout);
int wrap_epoll_wait(int fd, struct epoll_event *events, int most, int timeout)
{
    GIVE(CALL_EPOLL_WAIT, epoll_wait, fd, events, most, timeout);
}

REAL(int, poll, struct pollfd *fds, nfds_t count, int timeout);
int wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    GIVE(CALL_POLL, poll, fds, count, timeout);
}

static enum call call_of(long number)
{
    switch (number) {
    case SYS_io_uring_setup:
        return CALL_RING_SETUP;
    case SYS_io_uring_enter:
        return CALL_RING_ENTER;
    case SYS_pidfd_open:
        return CALL_PIDFD_OPEN;
    default:
        return CALLS;
    }
}

enum { SYSCALL_ARGUMENTS = 6 };

REAL(long, syscall, long number, ...);
long wrap_syscall(long number, ...)
{
    long a[SYSCALL_ARGUMENTS];
    va_list more;

    va_start(more, number);
    for (int i = 0; i < SYSCALL_ARGUMENTS; i++) {
        a[i] = va_arg(more, long); /* those not given are not looked at */
    }
    va_end(more);
    GIVE(call_of(number), syscall, number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

REAL(void *, mmap, void *address, size_t size, int protection, int flags,
     int fd, off_t offset);
void *wrap_mmap(void *address, size_t size, int protection, int flags, int fd,
                off_t offset)
{
    return strikes(CALL_MMAP)
               ? MAP_FAILED
               : real_mmap(address, size, protection, flags, fd, offset);
}

REAL(int, pthread_create, pthread_t *thread, const pthread_attr_t *attributes,
     void *(*main)(void *), void *argument);
int wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                        void *(*main)(void *), void *argument)
{
    return strikes(CALL_THREAD)
               ? errno
               : real_pthread_create(thread, attributes, main, argument);
}

REAL(int, posix_spawnp, pid_t *pid, const char *file,
     const posix_spawn_file_actions_t *actions,
     const posix_spawnattr_t *attributes, char *const argv[],
     char *const environment[]);
int wrap_posix_spawnp(pid_t *pid, const char *file,
                      const posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *attributes, char *const argv[],
                      char *const environment[])
{
    return strikes(CALL_SPAWN)
               ? errno
               : real_posix_spawnp(pid, file, actions, attributes, argv,
                                   environment);
}

REAL(pid_t, waitpid, pid_t pid, int *status, int options);
pid_t wrap_waitpid(pid_t pid, int *status, int options)
{
    bool is_struck = strikes(CALL_WAITPID);

    if (is_struck && errno == ECHILD) {
        real_waitpid(pid, NULL, 0); /* somebody else has reaped it */
        errno = ECHILD;
    }
    return is_struck ? -1 : real_waitpid(pid, status, options);
}

/* ---- memory ---- */

static atomic_long blocks;

REAL(void *, rt_alloc, size_t size);
void *wrap_rt_alloc(size_t size)
{
    void *memory = strikes(CALL_MALLOC) ? NULL : real_rt_alloc(size);

    if (memory) {
        atomic_fetch_add(&blocks, 1);
    }
    return memory;
}

REAL(void, rt_free, void *memory, size_t size);
void wrap_rt_free(void *memory, size_t size)
{
    if (memory) {
        atomic_fetch_sub(&blocks, 1);
    }
    real_rt_free(memory, size);
}

REAL(bool, rt_alloc_is_to_fail, void);
bool wrap_rt_alloc_is_to_fail(void)
{
    return strikes(CALL_MALLOC);
}

/* ---- what is left ---- */

long inject_blocks(void)
{
    return atomic_load(&blocks);
}

int inject_open_fds(void)
{
    DIR *folder = real_opendir("/proc/self/fd");
    int count = -3; /* the folder itself, "." and ".." */

    while (readdir(folder)) {
        count++;
    }
    closedir(folder);
    return count;
}
