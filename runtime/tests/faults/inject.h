/*
 * Inject: the n-th call of a kind fails, with an error of our choice.
 *
 * The calls that the runtime makes are caught by the linker (--wrap, see
 * tests.mk), in this program only: the runtime itself has no hooks for it.
 *
 *     inject_arm(CALL_RECV, 3, ECONNRESET);
 *     ... the third recv from here on fails ...
 *     struck = inject_disarm();
 */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>

enum call {
    CALL_MALLOC, /* rt_alloc; the error is always ENOMEM */
    CALL_RECV,
    CALL_SEND,
    CALL_RECVMSG,
    CALL_SENDMSG,
    CALL_RECVFROM,
    CALL_SENDTO,
    CALL_ACCEPT,
    CALL_CONNECT,
    CALL_SOCKET,
    CALL_SOCKETPAIR,
    CALL_BIND,
    CALL_LISTEN,
    CALL_SETSOCKOPT,
    CALL_GETSOCKOPT,
    CALL_SHUTDOWN,
    CALL_READ,
    CALL_WRITE,
    CALL_PREAD,
    CALL_PWRITE,
    CALL_OPEN,
    CALL_OPENDIR,
    CALL_CLOSE, /* closes all the same, as Linux does */
    CALL_FSTAT,
    CALL_STAT,
    CALL_FILE,     /* fsync, fdatasync, ftruncate, mkdir, remove, rename */
    CALL_ADDRINFO, /* getaddrinfo, which says EAI_SYSTEM */
    CALL_FCNTL,
    CALL_PIPE,
    CALL_EVENTFD,
    CALL_EPOLL_CREATE,
    CALL_EPOLL_CTL,
    CALL_EPOLL_WAIT,
    CALL_POLL,
    CALL_RING_SETUP,
    CALL_RING_ENTER,
    CALL_PIDFD_OPEN,
    CALL_MMAP,
    CALL_THREAD, /* pthread_create */
    CALL_SPAWN,  /* posix_spawnp */
    CALL_WAITPID,
    CALLS,
};

/* "recv", ... */
const char *inject_name(enum call call);

/* The errors that this call may give, up to a 0. */
const int *inject_errors(enum call call);

/* From now on; n is 1 or more. */
void inject_arm(enum call call, unsigned n, int error);

/* No more. True: the n-th call was made, and failed. */
bool inject_disarm(void);

/* This thread's calls are not counted, and never fail: clients. */
void inject_spare_this_thread(void);

/* Blocks of rt_alloc that live; file descriptors that are open. */
long inject_blocks(void);
int inject_open_fds(void);

#endif
