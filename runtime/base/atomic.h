/*
 * Atomic: <stdatomic.h>, and what takes its place in a C++ program.
 *
 * C++ has no _Atomic. A C++ program that includes rt.h sees plain numbers of
 * the same size, and the few functions in headers that load and store them
 * use the compiler's builtins. rt.h undoes the macros below at its end.
 */
#ifndef RT_BASE_ATOMIC_H
#define RT_BASE_ATOMIC_H

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

#endif
