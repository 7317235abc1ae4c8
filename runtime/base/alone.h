/*
 * Alone: is there any other thread in this process?
 *
 * An atomic read-modify-write takes some 6 ns even when nobody else is near,
 * more than all the rest of locking a mutex. A process with one thread can do
 * with an ordinary load and store, and many programs that use a runtime of one
 * thread are such. The C library knows: it says so until the first thread is
 * created. What was done before that, the new thread sees.
 */
#ifndef RT_BASE_ALONE_H
#define RT_BASE_ALONE_H

#include <stdbool.h>

#if defined(__has_include) && !defined(RT_EXPLORE_POINTS_H)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define RT_ALONE __libc_single_threaded
#endif
#endif

/* True: nobody can come between two of our operations. */
static inline bool rt_is_alone(void)
{
#ifdef RT_ALONE
    return RT_ALONE;
#else
    return false; /* or we can't know; the explorer's threads are not real */
#endif
}

#endif
