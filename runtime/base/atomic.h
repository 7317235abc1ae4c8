/*
 * Atomic: <stdatomic.h>, and what takes its place in a C++ program.
 *
 * C++ has no _Atomic. A C++ program that includes rt.h sees plain numbers of
 * the same size, and the few functions in headers that load and store them
 * use the compiler's builtins. rt.h undoes the macros below at its end.
 */
#ifndef RT_BASE_ATOMIC_H
#define RT_BASE_ATOMIC_H

#include <stdbool.h>

#ifdef __cplusplus
#define RT_ATOMIC(type) type
#define memory_order_relaxed __ATOMIC_RELAXED
#define memory_order_acquire __ATOMIC_ACQUIRE
#define memory_order_release __ATOMIC_RELEASE
#define atomic_load_explicit __atomic_load_n
#define atomic_store_explicit __atomic_store_n
#define atomic_exchange_explicit __atomic_exchange_n
#else
#include <stdatomic.h>
#define RT_ATOMIC(type) _Atomic(type)
#endif

/*
 * Is there any other thread in this process? An atomic read-modify-write takes
 * some 6 ns even when nobody else is near, more than all the rest of locking a
 * mutex; a process with one thread can do with an ordinary load and store. The
 * C library knows: it says so until the first thread is created. What was done
 * before that, the new thread sees.
 */
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
